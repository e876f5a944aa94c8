"""Whether what Finpay says of an order agrees with its payment here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ops.decided import is_of_decided_money, was_known
from payments.domain.money_rules import after, report_of
from payments.domain.sync_schedule import is_expired
from payments.domain.transition_table import MONEY, Status, Trigger
from payments.ledger.entry import Decision
from payments.ledger.identity import is_known

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
    PAID_TWICE = "paid-twice"
    POSSIBLY_PAID_TWICE = "possibly-paid-twice"
    REFUND_DIFFERS = "refund-differs"
    NOT_COMPARED = "not-compared"


TAKEN = frozenset({Trigger.PAID, Trigger.MISMATCH})
"""What Finpay says of an order for which it has money, whether or not it is the right amount."""

REFUNDS = frozenset({Trigger.REFUNDED, Trigger.PARTIALLY_REFUNDED})

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
    """How a payment and what Finpay says of the order that counts compare in status and amount."""
    if reported is None:
        never = payment.status in _NEVER_THERE
        return Difference.AGREES if never else Difference.ONLY_HERE
    trigger = reported.trigger(payment.amount, payment.currency)
    shown = payment.standing.shown
    if (
        trigger in TAKEN
        and payment.status is Status.PAID
        and shown
        and shown.decision is Decision.ACCEPTED
    ):
        # It was accepted as it came, so it is what came that has to be there.
        is_same = reported.effective_paid_amount == shown.amount
        return Difference.AGREES if is_same else Difference.OTHER_AMOUNT
    if trigger is Trigger.MISMATCH or reported.differs_from_order(payment.amount, payment.currency):
        return Difference.OTHER_AMOUNT
    if payment.status in _EXPECTED.get(trigger, ()) or is_refund_of_excess(payment, reported):
        return Difference.AGREES
    # Finpay may go on calling a code open whose time is over; nobody paid it, which is what counts.
    if trigger is Trigger.OPEN and payment.status is Status.EXPIRED and is_expired(payment, now):
        return Difference.AGREES
    return Difference.OTHER_STATUS


def if_recorded(payment: Payment, *said: GatewayStatus) -> Payment:
    """The payment as it would be if these reports of money were recorded; others change nothing."""
    for reported in said:
        trigger = reported.trigger(payment.amount, payment.currency)
        if trigger not in MONEY:
            continue
        report = report_of(reported, trigger, payment.updated_at)
        if not is_known(report, payment.ledger):
            ledger, status = after(payment, report)
            payment = replace(payment, ledger=ledger.entries, status=status)
    return payment


def is_refund_of_excess(payment: Payment, reported: GatewayStatus) -> bool:
    """Whether Finpay reports a refund that leaves what counts as it is."""
    if reported.trigger(payment.amount, payment.currency) not in REFUNDS or not payment.ledger:
        return False
    return if_recorded(payment, reported).status is payment.status


def refund_differs(payment: Payment, reported: GatewayStatus | None) -> bool:
    """Whether other refunds are known here than Finpay reports, or more than came went back."""
    if payment.standing.refunds.positions:
        return True
    if not reported or reported.trigger(payment.amount, payment.currency) not in REFUNDS:
        return False
    return _sums(payment) != _sums(if_recorded(payment, reported))


def _sums(payment: Payment) -> tuple[int, ...]:
    standing = payment.standing
    refunds = standing.refunds
    return standing.refunded, standing.overpaid, refunds.unexplained, len(refunds.positions)


def has_money(payment: Payment, said: Said) -> bool:
    """Whether Finpay has money for one of a payment's orders, be it the right amount or not."""
    reported = said.reported
    return reported is not None and reported.trigger(payment.amount, payment.currency) in TAKEN


def is_decided(payment: Payment, said: Said) -> bool:
    """Whether an operator decided in the light of what Finpay says of an order."""
    if said.reported is None:
        return False
    # Money may have been noted before he decided, and yet not be what he decided about.
    is_known_before = is_of_decided_money if has_money(payment, said) else was_known
    return is_known_before(payment, said.reported)


def unrecorded_money(payment: Payment, said: Sequence[Said]) -> GatewayStatus | None:
    """Money at Finpay that is certainly other money than what is recorded; None if there is none.

    Of an order whose money is recorded, Finpay may have it by another reference or time: that is
    not certain.
    """
    here = payment.standing
    for one in said:
        if one.reported and has_money(payment, one):
            there = if_recorded(payment, one.reported)
            if there.standing.overpaid > here.overpaid:
                return one.reported
    return None


def odd_one(payment: Payment, others: Sequence[Said]) -> GatewayStatus | None:
    """What Finpay says of an order that does not count and should not be; None if all is well.

    Money that is recorded is no surprise, and what came beyond what counts may have gone back.
    """
    statuses = (one.reported for one in others if one.reported)
    return next((one for one in statuses if not _is_well(payment, one)), None)


def _is_well(payment: Payment, reported: GatewayStatus) -> bool:
    trigger = reported.trigger(payment.amount, payment.currency)
    if trigger in UNPAID or (trigger is Trigger.REFUNDED and payment.received):
        return True
    if trigger not in MONEY or not payment.ledger:
        return False
    there = if_recorded(payment, reported)
    return there.status is payment.status and _sums(there) == _sums(payment)
