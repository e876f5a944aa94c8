"""A payment received, and how its reports compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from payments.ledger.entry import Decision, Judgement, Report, Reporter, Terms

_SECOND = 1000


class Judged(NamedTuple):
    """A decision, and its position in the ledger."""

    position: int
    judgement: Judgement


@dataclass(slots=True, eq=False)
class Received:
    """One payment received: its reports, by their positions in the ledger."""

    reports: dict[int, Report] = field(default_factory=dict)
    judged: Judged | None = None
    is_certain: bool = True
    is_questioned: bool = False
    """Whether a status check cancelled its order after the last decision about it."""
    same_as: Received | None = None
    """The money that this possible money may be."""
    settled_before: int = -1
    """The position before which it is known with what money of the other reporter it is paired."""

    @property
    def decision(self) -> Decision | None:
        """What an operator decided about it."""
        return self.judged.judgement.decision if self.judged else None

    @property
    def is_rejected(self) -> bool:
        """Whether an operator decided that nothing is owed for it."""
        return self.decision is Decision.REJECTED

    @property
    def is_open(self) -> bool:
        """Whether an operator has to decide about it if it is in question."""
        return self.decision is None or self.is_questioned

    @property
    def is_told_apart(self) -> bool:
        """Whether an operator decided, when it was possible, that it is other money or none."""
        return self.judged is not None and self.judged.judgement.is_about_possible

    @property
    def is_named(self) -> bool:
        """Whether a report has a reference."""
        return any(report.reference is not None for report in self.reports.values())

    @property
    def first(self) -> Report:
        """The report that came first. Its amount stands."""
        return next(iter(self.reports.values()))

    @property
    def position(self) -> int:
        """The position of the first report."""
        return min(self.reports)

    @property
    def amount(self) -> int | None:
        """Rupiah, or units of another currency; None if no readable amount was reported."""
        return self.first.amount

    @property
    def paid_at(self) -> int | None:
        """The first time of payment that was reported, in epoch milliseconds."""
        return next((r.paid_at for r in self.reports.values() if r.paid_at is not None), None)

    @property
    def channel(self) -> str | None:
        """The first channel that was reported."""
        return next((r.channel for r in self.reports.values() if r.channel), None)

    @property
    def is_disputed(self) -> bool:
        """Whether another amount or currency was reported under a known reference."""
        return any(not same_amount(report, self.first) for report in self.reports.values())

    def reference(self, reporter: Reporter) -> str | None:
        """The reference that this reporter named."""
        return next(
            (
                r.reference
                for r in self.reports.values()
                if r.reporter is reporter and r.reference is not None
            ),
            None,
        )

    def matches(self, terms: Terms) -> bool:
        """Whether it is exactly what the payment is for.

        The amount of the order at Finpay, which a report can leave out, is the first that was
        reported.
        """
        known = (r.order_amount for r in self.reports.values() if r.order_amount is not None)
        order_amount = next(known, None)
        return self.amount == order_amount == terms.amount and self.first.currency == terms.currency

    def absorb(self, other: Received) -> None:
        """Add the reports of money that is the same."""
        self.reports = dict(sorted((self.reports | other.reports).items()))


def same_amount(one: Report, other: Report) -> bool:
    """Whether two reports have the same amount and currency."""
    return (one.amount, one.currency) == (other.amount, other.currency)


def same_second(one: int | None, other: int | None) -> bool:
    """Whether both times are known, and in the same second."""
    return one is not None and other is not None and one // _SECOND == other // _SECOND


def no_other_time(one: int | None, other: int | None) -> bool:
    """Whether two times, as far as they are known, are in the same second."""
    return one is None or other is None or same_second(one, other)
