"""Whether what Finpay says of an order agrees with its payment here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from ops.decision import decision, is_of_known_money, was_known
from payments.domain.sync_schedule import is_expired
from payments.domain.transition_table import Status, Trigger

if TYPE_CHECKING:
    from ops.finpay import Said
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.payment import Payment


class Difference(StrEnum):
    """How a payment here and its orders at Finpay compare."""

    AGREES = "agrees"
    ONLY_HERE = "only-here"
    OTHER_STATUS = "other-status"
    OTHER_AMOUNT = "other-amount"
    NOT_COMPARED = "not-compared"


TAKEN = frozenset({Trigger.PAID, Trigger.MISMATCH})
"""What Finpay says of an order for which it has money, whether or not it is the right amount."""

UNPAID = frozenset(
    {Trigger.OPEN, Trigger.EXPIRY_CONFIRMED, Trigger.CANCEL_CONFIRMED, Trigger.FAILURE_CONFIRMED}
)
"""What Finpay says of an order for which surely no money came."""

_EXPECTED = {
    Trigger.PAID: {Status.PAID},
    Trigger.OPEN: {Status.INITIATING, Status.PENDING},
    Trigger.EXPIRY_CONFIRMED: {Status.EXPIRED},
    Trigger.CANCEL_CONFIRMED: {Status.CANCELLED},
    Trigger.FAILURE_CONFIRMED: {Status.FAILED},
    Trigger.REFUNDED: {Status.REFUNDED},
    Trigger.PARTIALLY_REFUNDED: {Status.PARTIALLY_REFUNDED},
}
_NEVER_THERE = {Status.INITIATING, Status.FAILED}


def compare(payment: Payment, reported: GatewayStatus | None, now: int) -> Difference:
    """How a payment and what Finpay says of the order that counts compare."""
    if reported is None:
        never = payment.status in _NEVER_THERE
        return Difference.AGREES if never else Difference.ONLY_HERE
    trigger = reported.trigger(payment.amount, payment.currency)
    if (
        trigger in TAKEN
        and payment.status is Status.PAID
        and payment.received
        and decision(payment)
    ):
        # It was accepted as it came, so it is what came that has to be there.
        is_same = reported.effective_paid_amount == payment.received.paid_amount
        return Difference.AGREES if is_same else Difference.OTHER_AMOUNT
    if trigger is Trigger.MISMATCH or reported.differs_from_order(payment.amount, payment.currency):
        return Difference.OTHER_AMOUNT
    if payment.status in _EXPECTED.get(trigger, ()):
        return Difference.AGREES
    # Finpay may go on calling a code open whose time is over; nobody paid it, which is what counts.
    if trigger is Trigger.OPEN and payment.status is Status.EXPIRED and is_expired(payment, now):
        return Difference.AGREES
    return Difference.OTHER_STATUS


def has_money(payment: Payment, said: Said) -> bool:
    """Whether Finpay has money for one of a payment's orders, be it the right amount or not."""
    reported = said.reported
    return reported is not None and reported.trigger(payment.amount, payment.currency) in TAKEN


def is_decided(payment: Payment, said: Said) -> bool:
    """Whether an operator decided in the light of what Finpay says of an order."""
    if said.reported is None:
        return False
    # Money may have been noted before he decided, and yet not be what he decided about.
    is_known = is_of_known_money if has_money(payment, said) else was_known
    return is_known(payment, said.reported)


def odd_one(payment: Payment, others: Sequence[Said]) -> GatewayStatus | None:
    """What Finpay says of an order that does not count and should not be; None if all is well.

    Money is to be there for one order only; where that came, the other money may have gone back.
    """
    well = UNPAID | ({Trigger.REFUNDED} if payment.received else set())
    statuses = (one.reported for one in others if one.reported)
    return next(
        (c for c in statuses if c.trigger(payment.amount, payment.currency) not in well), None
    )
