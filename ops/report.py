"""A day's payments beside what Finpay says of them. Pure, but for `rows`.

Each payment is one of four: `agrees`; `only-here`, if Finpay knows no such order; `other-status`,
if Finpay says another status, has an order that is not here, or has money for another order of the
payment than the one that counts; `other-amount`, if amount or currency differ. What Finpay did not
answer is `not-compared`, and is none of them.

Finpay has no list of a day's orders. An order that is not here is found by the callbacks that it
signed for it, which are in the quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ops import finpay
from ops.agreement import Difference, compare, is_decided, odd_one

if TYPE_CHECKING:
    from ops.finpay import Said
    from ops.quarantine import Kept
    from payments.domain.interfaces import Gateway
    from payments.domain.payment import Payment

GIVE_UP_AFTER = 5
"""So many orders in a row without an answer, and Finpay is asked no more."""


class Row(NamedTuple):
    """One payment and the order that counts; no payment where the order is only at Finpay."""

    payment: Payment | None
    said: Said
    difference: Difference
    why: str = ""


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
    if odd := odd_one(payment, others):
        why = f"{payment.status} here, {odd.status} there of its order {odd.gateway_order_id}"
        return Row(payment, counts, Difference.OTHER_STATUS, why)
    if counts.error:
        return Row(payment, counts, Difference.NOT_COMPARED, counts.error)
    difference = compare(payment, counts.reported, now)
    silent = next((one for one in others if one.error), None)
    if silent and difference is Difference.AGREES:
        why = f"{silent.error}, of its order {silent.gateway_order_id}"
        return Row(payment, counts, Difference.NOT_COMPARED, why)
    return Row(payment, counts, difference, _why(difference, payment, counts))


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
