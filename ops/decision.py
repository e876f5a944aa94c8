"""What an operator decided of a payment in REVIEW, and about which money. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.domain.payment import Source

if TYPE_CHECKING:
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.payment import Entry, Payment


def decision(payment: Payment) -> Entry | None:
    """The decision to which a payment owes its status; None if it owes it to something else."""
    last = [entry for entry in payment.history if not entry.observed][-1]
    return last if last.by is Source.OPERATOR else None


def was_known(payment: Payment, reported: GatewayStatus) -> bool:
    """Whether Finpay had said the very same before an operator decided."""
    decided = decision(payment)
    if decided is None:
        return False
    before = payment.history[: payment.history.index(decided)]
    return reported.payload_digest in {entry.payload_digest for entry in before}


def is_of_known_money(payment: Payment, reported: GatewayStatus) -> bool:
    """Whether reported money is about the money that an operator decided about.

    A reference that one of the two lacks tells nothing, so order and amount have to do.
    """
    received = payment.received
    if decision(payment) is None or received is None:
        return False
    if reported.gateway_order_id != payment.effective_gateway_order_id:
        return False
    return (
        reported.is_same_money(received) is not False
        and reported.effective_paid_amount == received.paid_amount
    )
