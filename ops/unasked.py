"""What no status sync asks Finpay about. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.domain.transition_table import CLOSED, OPEN

if TYPE_CHECKING:
    from payments.domain.payment import Payment


def asked_no_more(payment: Payment) -> list[str]:
    """The orders at Finpay that status syncs leave out.

    Of a final payment these are all but the one that counts.

    Money for one of them is known by its callback, or where an operator asks about all orders.
    """
    if payment.status in OPEN | CLOSED:
        return []
    orders = dict.fromkeys((payment.gateway_order_id, *payment.previous_attempt_ids))
    return [one for one in orders if one != payment.effective_gateway_order_id]
