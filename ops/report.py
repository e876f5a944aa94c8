"""Payments beside what Finpay says of them. Pure, but for `rows`.

Each payment has one difference, the first of these that is so:

- `paid-twice`: money came beyond what counts, for certain, and has not gone back.
- `only-here`: Finpay knows no such order.
- `other-status`: Finpay says another status, or has an order that is not here.
- `other-amount`: amount or currency differ, or reports of the same money do.
- `possibly-paid-twice`: money came that may be other money, and nobody decided about it.
- `refund-differs`: Finpay reports other refunds than are known here, or more than came.
- `not-compared`: Finpay did not answer.
- `agrees`: none of these.

Finpay has no list of a day's orders. An order that is not here is found by the callbacks that it
signed for it, which are in the quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ops import finpay
from ops.agreement import (
    Difference,
    compare,
    is_decided,
    odd_one,
    refund_differs,
    unrecorded_money,
)
from ops.refund_advice import disputed, excess_of, name_of, unexplained
from ops.rupiah import reported, rupiah

if TYPE_CHECKING:
    from ops.finpay import Said
    from ops.quarantine import Kept
    from payments.domain.interfaces import Gateway
    from payments.domain.payment import Payment
    from payments.ledger.received import Received

GIVE_UP_AFTER = 5
"""So many orders in a row without an answer, and Finpay is asked no more."""


class Row(NamedTuple):
    """One payment and the order that counts; no payment where the order is only at Finpay."""

    payment: Payment | None
    said: Said
    difference: Difference
    why: str = ""
    others: Sequence[Said] = ()
    """What Finpay says of the payment's other orders there."""


def rows(
    gateway: Gateway,
    payments: Sequence[Payment],
    kept: Sequence[Kept],
    now: int,
    seen: Callable[[int], None],
) -> Iterator[Row]:
    """A row for each payment and for each signed callback's order that is not here.

    Finpay is asked about each order, one after the other. Raises Unavailable.
    """
    asking = _Asking(gateway)
    elsewhere = dict.fromkeys(one.order_id for one in kept)
    orders: list[Payment | str] = [*payments, *elsewhere]
    for done, of in enumerate(orders, 1):
        if isinstance(of, str):
            row = _only_there(asking(of))
        else:
            row = _row(of, tuple(finpay.ask_all(asking, of)), now)
        seen(done)
        yield row


@dataclass
class _Asking:
    """Asks Finpay about an order, until it was silent for too long."""

    gateway: Gateway
    failures: int = 0

    def __call__(self, gateway_order_id: str) -> Said:
        if self.failures == GIVE_UP_AFTER:
            why = "it did not answer before, and was asked no more"
            return finpay.Said(gateway_order_id, error=why)
        said = finpay.ask(self.gateway, gateway_order_id)
        self.failures = self.failures + 1 if said.error else 0
        return said


def _row(payment: Payment, said: Sequence[Said], now: int) -> Row:
    """The row of a payment and of all its orders, of which the first counts."""
    counts, *others = said
    unlike = (*_of_money(payment, said), *_of_status(payment, counts, others, now))
    difference, why = next(iter(unlike), (Difference.AGREES, ""))
    return Row(payment, counts, difference, why, others)


type Unlike = Iterator[tuple[Difference, str]]
"""Differences and what is to be said of each, the most important one first."""


def _of_money(payment: Payment, said: Sequence[Said]) -> Unlike:
    if payment.standing.overpaid:
        yield Difference.PAID_TWICE, f"{_names(excess_of(payment))} came beyond what counts"
    if other := unrecorded_money(payment, said):
        amount = reported(other.effective_paid_amount, other.currency)
        why = f"{amount} there of order {other.gateway_order_id} is not recorded here"
        yield Difference.PAID_TWICE, why


def _of_status(payment: Payment, counts: Said, others: Sequence[Said], now: int) -> Unlike:
    if odd := odd_one(payment, others):
        why = f"{payment.status} here, {odd.status} there of its order {odd.gateway_order_id}"
        yield Difference.OTHER_STATUS, why
    if not counts.error:
        difference = compare(payment, counts.reported, now)
        if difference is not Difference.AGREES:
            yield difference, _why(difference, payment, counts)
    yield from _of_questions(payment, counts)
    for one in (counts, *others):
        if one.error:
            of = "" if one is counts else f", of its order {one.gateway_order_id}"
            yield Difference.NOT_COMPARED, f"{one.error}{of}"


def _of_questions(payment: Payment, counts: Said) -> Unlike:
    if of := disputed(payment):
        yield Difference.OTHER_AMOUNT, f"reports of {_names(of)} differ"
    if possible := payment.standing.possible:
        why = f"{_names(possible)} may be other money than what counts"
        yield Difference.POSSIBLY_PAID_TWICE, why
    if refund_differs(payment, counts.reported):
        yield Difference.REFUND_DIFFERS, _why_refunds(payment)


def _names(of: Sequence[Received]) -> str:
    return ", ".join(f"{reported(one.amount, one.first.currency)} ({name_of(one)})" for one in of)


def _why_refunds(payment: Payment) -> str:
    standing = payment.standing
    if standing.refunds.positions:
        return unexplained(payment)
    return f"Finpay reports other refunds than {rupiah(standing.refunded)}"


def _only_there(said: Said) -> Row:
    if said.error:
        return Row(None, said, Difference.NOT_COMPARED, said.error)
    why = "a signed callback came for it, and it is not here"
    return Row(None, said, Difference.OTHER_STATUS, why)


def _why(difference: Difference, payment: Payment, said: Said) -> str:
    decided = "; an operator decided so" if is_decided(payment, said) else ""
    match difference:
        case Difference.ONLY_HERE:
            return "Finpay knows no such order"
        case Difference.OTHER_STATUS if said.reported:
            return f"{payment.status} here, {said.reported.status} there{decided}"
        case Difference.OTHER_AMOUNT:
            return f"amount or currency differ{decided}"
    return ""
