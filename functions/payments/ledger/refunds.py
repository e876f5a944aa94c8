"""Which money went back, and how much of it.

Refunds with different references of one reporter add up. Of one reference, or of none, the largest
amount counts, so it does not matter whether Finpay tells each refund or their sum. Refunds of
different reporters are not added, since they may be the same. A refund belongs to the money whose
reference it has, else to money beyond what counts if that covers it, else to money of exactly its
amount, else to what counts. Refunds of one order at Finpay are of money of that order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from payments.ledger.entry import REFUNDS, Decision, Judgement, Kind, Ledger, Report, Reporter
from payments.ledger.received import Received

type _Reports = dict[int, tuple[Report, bool]]
"""Reports of refunds by their positions, and whether an operator made each of them void."""


class Refunds(NamedTuple):
    """What went back, in rupiah.

    `unexplained` is said to have gone back beyond the money that came, by the reports at
    `positions`. Of the money in `partly`, by its position, an unknown part went back.
    """

    amounts: Mapping[int, int]
    unexplained: int
    positions: frozenset[int]
    partly: frozenset[int]

    def of(self, money: Received) -> int:
        """What went back of a payment received."""
        return self.amounts.get(money.position, 0)

    def left(self, money: Received) -> int:
        """What has not gone back of a payment received."""
        return max(0, (money.amount or 0) - self.of(money))


def named_refunds_in(ledger: Ledger, received: Sequence[Received]) -> Refunds:
    """The refunds that have the reference of the money that went back, and no others."""
    amounts: dict[int, int] = {}
    partly: set[int] = set()
    for reports, money in _by_order(ledger, received):
        told = _Told(reports, money, None)
        amounts |= told.named
        partly |= told.partly
    return Refunds(amounts, 0, frozenset(), frozenset(partly))


def refunds_in(ledger: Ledger, received: Sequence[Received], counted: Received | None) -> Refunds:
    """All refunds. `counted` is the money that counts according to `named_refunds_in`."""
    amounts: dict[int, int] = {}
    unexplained, positions, partly = 0, set[int](), set[int]()
    for reports, money in _by_order(ledger, received):
        own = counted if counted in money else None
        told = _Told(reports, money, own)
        amounts |= told.named
        rest = told.beyond + _allocate(amounts, told.without_name, _eligible(money, counted), own)
        if rest or told.is_unclear or not money:
            unexplained += rest
            positions |= told.positions
        partly |= told.partly
    return Refunds(amounts, unexplained, frozenset(positions), frozenset(partly))


def refunded_at_most(ledger: Ledger, received: Sequence[Received], money: Received) -> int:
    """Rupiah of this money that may have gone back, whatever the reports of refunds mean.

    All reports that do not name other certain money are added up: each may be another refund, and
    of this money.
    """
    whole = money.amount or 0
    others = [one for one in received if one.is_certain and one is not money]
    void = _void(ledger)
    amounts = [
        whole if report.amount is None else report.amount
        for position, report in enumerate(ledger)
        if isinstance(report, Report) and report.kind in REFUNDS and position not in void
        if report.gateway_order_id == money.first.gateway_order_id
        if not any(_names(report, one) for one in others)
    ]
    return min(whole, sum(amounts))


def _by_order(
    ledger: Ledger, received: Sequence[Received]
) -> Iterator[tuple[_Reports, list[Received]]]:
    """The reports of refunds of each order at Finpay, with the money of the order."""
    void = _void(ledger)
    orders: dict[str, _Reports] = {}
    for position, entry in enumerate(ledger):
        if isinstance(entry, Report) and entry.kind in REFUNDS:
            orders.setdefault(entry.gateway_order_id, {})[position] = entry, position in void
    for order_id, reports in orders.items():
        if all(is_void for _, is_void in reports.values()):
            continue
        yield reports, [one for one in received if one.first.gateway_order_id == order_id]


def _void(ledger: Ledger) -> set[int]:
    """The positions of refunds that count for nothing.

    An operator who accepts a payment without any reported money decides that the refunds that were
    reported are none of it.
    """
    return {
        position
        for entry in ledger
        if isinstance(entry, Judgement) and entry.decision is Decision.ACCEPTED
        if not any(_is_reported_money(ledger[position]) for position in entry.covers)
        for position in entry.covers
    }


def _is_reported_money(entry: object) -> bool:
    return (
        isinstance(entry, Report)
        and entry.kind is Kind.PAID
        and entry.reporter is not Reporter.OPERATOR
    )


class _Amounts:
    """Refunds without the name of money: the largest of each reference, and of none."""

    def __init__(self) -> None:
        self._of_references: dict[tuple[Reporter, str | None], int] = {}

    def add(self, report: Report, amount: int) -> None:
        key = report.reporter, report.reference
        if report.reference is None:
            key = Reporter.CALLBACK, None  # of no reference, the largest counts, whoever reports it
        self._of_references[key] = max(self._of_references.get(key, 0), amount)

    def total(self, named: Mapping[Reporter, Mapping[int, int]]) -> int:
        """The least that went back, with the refunds that name money, by their reporters."""
        by_reporter = [
            sum(named.get(reporter, {}).values())
            + sum(
                amount
                for (who, reference), amount in self._of_references.items()
                if who is reporter and reference is not None
            )
            for reporter in Reporter
        ]
        return max(self._of_references.get((Reporter.CALLBACK, None), 0), *by_reporter)


class _Told:
    """What the reports of one order say: refunds of named money, and the rest."""

    def __init__(
        self, reports: _Reports, money: Sequence[Received], counted: Received | None
    ) -> None:
        self.partly: set[int] = set()
        self.positions: set[int] = set()
        """Of reports that name no money, or more than came of it."""
        self.is_unclear = False
        """Whether it is unknown how much of an excess went back."""
        self.beyond = 0
        excess = sum(
            one.amount or 0
            for one in money
            if one.is_certain and one is not counted and not one.is_rejected
        )
        named: defaultdict[Reporter, dict[int, int]] = defaultdict(dict)
        others, void = _Amounts(), _Amounts()
        for position, (report, is_void) in reports.items():
            named_money = None if is_void else _named_by(report, money)
            of = _certain(named_money)
            if named_money and report.kind is Kind.REFUNDED:
                # All of the money that it names went back, whatever part Finpay names.
                amount = max(report.amount or 0, named_money.amount or 0)
            else:
                amount = self._amount_of(report, of, counted, excess)
            if is_void:
                void.add(report, amount)
            if of:
                whole = amount if of.amount is None else of.amount
                if amount > whole:
                    self.beyond = max(self.beyond, amount - whole)
                    self.positions.add(position)
                held = named[report.reporter]
                held[of.position] = max(held.get(of.position, 0), min(amount, whole))
            else:
                others.add(report, amount)
                self.positions |= set() if is_void else {position}
        self.named = {
            position: max(held.get(position, 0) for held in named.values())
            for position in {position for held in named.values() for position in held}
        }
        told = sum(self.named.values()) + void.total({})
        self.without_name = max(0, others.total(named) - told)

    def _amount_of(
        self, report: Report, of: Received | None, counted: Received | None, excess: int
    ) -> int:
        whole = of or counted
        amount = whole.amount if whole else report.order_amount
        if report.kind is Kind.REFUNDED:
            return (report.amount if report.amount is not None else amount) or 0
        if report.amount is not None and (amount is None or report.amount < amount):
            return report.amount
        # Finpay names the whole amount, or none, although only a part went back.
        if not of and excess:
            self.is_unclear = True
        elif whole:
            self.partly.add(whole.position)
        return 0


def _allocate(
    amounts: dict[int, int], amount: int, money: Sequence[Received], counted: Received | None
) -> int:
    """Add an amount without a name to the money that it belongs to; return what is left."""

    def left(one: Received) -> int:
        return max(0, (one.amount or 0) - amounts.get(one.position, 0))

    beyond = [one for one in money if one is not counted and not one.is_rejected]
    if sum(map(left, beyond)) >= amount:
        targets = sorted(beyond, key=lambda one: (left(one) != amount, left(one)))
    else:
        exact = [one for one in money if left(one) == amount]
        first = [one for one in money if one is counted]
        targets = [*exact[:1], *first, *sorted(money, key=lambda one: -left(one))]
    for one in targets:
        part = min(amount, left(one))
        if part:
            amounts[one.position] = amounts.get(one.position, 0) + part
            amount -= part
    return amount


def _eligible(money: Sequence[Received], counted: Received | None) -> list[Received]:
    """The certain money in the currency of what counts, which may be of another order."""
    currency = counted.first.currency if counted else None
    return [one for one in money if one.is_certain and currency in {None, one.first.currency}]


def _named_by(report: Report, money: Sequence[Received]) -> Received | None:
    return next((one for one in money if _names(report, one)), None)


def _certain(money: Received | None) -> Received | None:
    """The money of a refund: money that may be the same as other money is that money."""
    if money is None or money.is_certain:
        return money
    return money.same_as or money


def _names(report: Report, one: Received) -> bool:
    is_named = report.reference is not None and one.reference(report.reporter) == report.reference
    return is_named or (report.about is not None and report.about in one.reports)
