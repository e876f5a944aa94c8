"""What follows from a ledger for the payment: its status and its sums."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from payments.ledger.entry import (
    Decision,
    Judgement,
    Kind,
    Ledger,
    Report,
    Terms,
)
from payments.ledger.identity import received_in
from payments.ledger.received import Received
from payments.ledger.refunds import Refunds, named_refunds_in, refunds_in


class Outcome(StrEnum):
    """The status that a ledger gives a payment."""

    NO_MONEY = "no money"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially refunded"
    REFUNDED = "refunded"
    REVIEW = "review"
    REJECTED = "rejected"


class Standing(NamedTuple):
    """The payment according to its ledger. Amounts are in rupiah."""

    outcome: Outcome
    shown: Received | None
    """The money that counts, or in REVIEW the money that an operator decides about."""
    received: Sequence[Received]
    refunds: Refunds
    undecided: frozenset[int]
    """Positions of the reports that a decision covers now."""
    overpaid: int

    @property
    def possible(self) -> list[Received]:
        """Money that may be other money, and about which nobody decided."""
        return [one for one in self.received if not one.is_certain and one.is_open]

    @property
    def questions(self) -> list[str]:
        """Why an operator has to look at the payment, as metrics and commands name it."""
        return [
            name
            for name, is_open in (
                ("review", self.outcome is Outcome.REVIEW),
                ("paid-again", self.overpaid > 0),
                ("possibly-paid-again", bool(self.possible)),
                ("disputed", any(one.is_disputed for one in self.received if one.is_open)),
                ("refund-unexplained", bool(self.refunds.positions)),
            )
            if is_open
        ]

    @property
    def refunded(self) -> int:
        """Rupiah of the money that counts that went back. In REVIEW nothing counts."""
        if self.shown is None or self.outcome is Outcome.REVIEW:
            return 0
        return self.refunds.of(self.shown)


def standing_of(ledger: Ledger, terms: Terms) -> Standing:
    """What a ledger says of a payment with these terms."""
    received = received_in(ledger, terms)
    candidates = [one for one in received if _counts(one, terms)]
    refunds = named_refunds_in(ledger, received)
    # What counts depends on what went back, and what a refund without a name is of depends on what
    # counts. Twice, because the first choice knows only the refunds that name money.
    for _ in range(2):
        counted = _preferred(candidates, refunds, terms)
        refunds = refunds_in(ledger, received, counted)
    counted = _preferred(candidates, refunds, terms)
    if counted:
        # What a cancellation questions may have been reversed, so it is no excess for certain.
        for one in received:
            one.is_certain &= not one.is_questioned
    undecided = _undecided(ledger, received, refunds, counted)
    shown = counted or _preferred(_in_question(received, terms), refunds, terms)
    overpaid = sum(
        refunds.left(one)
        for one in received
        if one.is_certain and one is not shown and not one.is_rejected
        if one.first.currency == terms.currency
    )
    outcome = _outcome(ledger, counted, refunds, undecided)
    return Standing(outcome, shown, received, refunds, undecided, overpaid)


def _counts(one: Received, terms: Terms) -> bool:
    if not one.is_certain or one.is_questioned or one.is_rejected:
        return False
    return _is_accepted(one) or one.matches(terms)


def _is_accepted(one: Received) -> bool:
    """Whether an operator decided that it counts. Of possible money, accepted means other money."""
    return one.decision is Decision.ACCEPTED and not one.is_told_apart


def _in_question(received: Sequence[Received], terms: Terms) -> list[Received]:
    """The money that an operator decides about if nothing counts."""
    return [
        one
        for one in received
        if one.is_certain and not one.is_rejected and one.first.currency == terms.currency
    ]


def _preferred(some: Sequence[Received], refunds: Refunds, terms: Terms) -> Received | None:
    """What went back least, then what was accepted, then what matches, then the largest."""
    return min(
        some,
        key=lambda one: (
            refunds.of(one),
            one.position in refunds.partly,
            not _is_accepted(one),
            not one.matches(terms),
            -(one.amount or 0),
            one.position,
        ),
        default=None,
    )


def _undecided(
    ledger: Ledger, received: Sequence[Received], refunds: Refunds, counted: Received | None
) -> frozenset[int]:
    """The positions of the reports that a decision covers now."""
    in_question = [one for one in received if one.is_open and not (counted and one.is_certain)]
    positions = {position for one in in_question for position in one.reports}
    covered = {
        position for entry in ledger if isinstance(entry, Judgement) for position in entry.covers
    }
    if not counted:
        positions |= refunds.positions - covered
    if any(one.is_questioned for one in in_question):
        positions |= {
            position
            for position, entry in enumerate(ledger)
            if isinstance(entry, Report) and entry.kind is Kind.CANCELLED
        } - covered
    return frozenset(positions)


def _outcome(
    ledger: Ledger, counted: Received | None, refunds: Refunds, undecided: frozenset[int]
) -> Outcome:
    if counted:
        back = refunds.of(counted)
        if back and back >= (counted.amount or 0):
            return Outcome.REFUNDED
        partly = counted.position in refunds.partly
        return Outcome.PARTIALLY_REFUNDED if back or partly else Outcome.PAID
    if undecided:
        return Outcome.REVIEW
    decisions = [entry.decision for entry in ledger if isinstance(entry, Judgement)]
    if decisions:
        returned = decisions[-1] is Decision.RETURNED
        return Outcome.REFUNDED if returned else Outcome.REJECTED
    return Outcome.NO_MONEY
