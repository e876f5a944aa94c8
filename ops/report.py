"""A day's payments beside what Finpay says of them. Pure, but for `rows`.

Each payment is one of four: `agrees`; `only-here`, if Finpay knows no such order; `other-status`,
if Finpay says another status, or has an order that is not here; `other-amount`, if amount or
currency differ. What Finpay did not answer is `not-compared`, and is none of them.

Finpay has no list of a day's orders. An order that is not here is found by the callbacks that it
signed for it, which are in the quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ops import finpay
from payments.looks import is_over
from payments.transitions import Proof, Status

if TYPE_CHECKING:
    from ops.finpay import Said
    from ops.quarantine import Kept
    from payments.claim import Claim
    from payments.payment import Payment
    from payments.ports import Gateway


class Difference(StrEnum):
    """How a payment here and its order at Finpay compare."""

    AGREES = "agrees"
    ONLY_HERE = "only-here"
    OTHER_STATUS = "other-status"
    OTHER_AMOUNT = "other-amount"
    NOT_COMPARED = "not-compared"


_EXPECTED = {
    Proof.PAID: {Status.PAID},
    Proof.OPEN: {Status.INITIATING, Status.PENDING},
    Proof.EXPIRY_CONFIRMED: {Status.EXPIRED},
    Proof.CANCEL_CONFIRMED: {Status.CANCELLED},
    Proof.FAILURE_CONFIRMED: {Status.FAILED},
    Proof.REFUNDED: {Status.REFUNDED},
    Proof.PARTIALLY_REFUNDED: {Status.PARTIALLY_REFUNDED},
}
_NEVER_THERE = {Status.INITIATING, Status.FAILED}
GIVE_UP_AFTER = 5
"""So many orders in a row without an answer, and Finpay is asked no more."""


class Row(NamedTuple):
    """One order; no payment where it is only at Finpay."""

    payment: Payment | None
    said: Said
    difference: Difference
    why: str = ""


def compare(payment: Payment, claim: Claim | None, now: int) -> Difference:
    """How a payment and what Finpay says of its order compare."""
    if claim is None:
        never = payment.status in _NEVER_THERE
        return Difference.AGREES if never else Difference.ONLY_HERE
    proof = claim.proof(payment.amount, payment.currency)
    if proof is Proof.MISMATCH or claim.is_of_another(payment.amount, payment.currency):
        return Difference.OTHER_AMOUNT
    if payment.status in _EXPECTED.get(proof, ()):
        return Difference.AGREES
    # Finpay may go on calling a code open whose time is over; nobody paid it, which is what counts.
    if proof is Proof.OPEN and payment.status is Status.EXPIRED and is_over(payment, now):
        return Difference.AGREES
    return Difference.OTHER_STATUS


def rows(
    gateway: Gateway,
    payments: Sequence[Payment],
    kept: Sequence[Kept],
    now: int,
    seen: Callable[[int], None],
) -> Iterator[Row]:
    """A row for each payment and for each signed callback's order that is not here.

    Finpay is asked about each, one after the other. Raises Unavailable.
    """
    failures = 0
    elsewhere = dict.fromkeys(one.order_id for one in kept)
    orders: list[Payment | str] = [*payments, *elsewhere]
    for done, of in enumerate(orders, 1):
        name = of if isinstance(of, str) else of.order_at_finpay
        if failures == GIVE_UP_AFTER:
            said = finpay.Said(name, error="it did not answer before, and was asked no more")
        else:
            said = finpay.ask(gateway, name)
            failures = failures + 1 if said.error else 0
        seen(done)
        yield _only_there(said) if isinstance(of, str) else _row(of, said, now)


def _row(payment: Payment, said: Said, now: int) -> Row:
    if said.error:
        return Row(payment, said, Difference.NOT_COMPARED, said.error)
    difference = compare(payment, said.claim, now)
    return Row(payment, said, difference, _why(difference, payment, said.claim))


def _only_there(said: Said) -> Row:
    if said.error:
        return Row(None, said, Difference.NOT_COMPARED, said.error)
    why = "a signed callback came for it, and it is not here"
    return Row(None, said, Difference.OTHER_STATUS, why)


def _why(difference: Difference, payment: Payment, claim: Claim | None) -> str:
    match difference:
        case Difference.ONLY_HERE:
            return "Finpay knows no such order"
        case Difference.OTHER_STATUS if claim:
            return f"{payment.status} here, {claim.status} there"
        case Difference.OTHER_AMOUNT:
            return "amount or currency differ"
    return ""
