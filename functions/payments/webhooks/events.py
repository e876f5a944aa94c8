"""What a storefront is told of its payments, in the form of Standard Webhooks 1.0.

An event is made of one change of a payment's row and of nothing else, so the same change makes the
same bytes under the same id however often it is looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from payments.domain.clock import iso_utc
from payments.domain.payment import Payment
from payments.domain.transitions import Status
from payments.domain.view import payment_view

EVENT_TYPES: Mapping[Status, str] = {
    Status.PENDING: "payment.pending",
    Status.PAID: "payment.paid",
    Status.EXPIRED: "payment.expired",
    Status.CANCELLED: "payment.cancelled",
    Status.FAILED: "payment.failed",
    Status.REVIEW: "payment.review",
    Status.REFUNDED: "payment.refunded",
    Status.PARTIALLY_REFUNDED: "payment.refunded",
}
"""The event of a payment that came to a state; `data.status` tells the last two apart."""

PAID_LATE = "payment.paid_late"
"""Instead of `payment.paid`, for money that came after the payment was given up."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a payment, and the bytes in which its storefront hears of it.

    `id` stays the same over all deliveries. `body` is JSON: `type`, `timestamp` (UTC) and `data`,
    the payment as `GET /payments/{orderId}` showed it at that version.
    """

    id: str
    type: str
    order_id: str
    version: int
    storefront_id: str
    url: str
    body: str


def event_of(before: Payment, after: Payment) -> Event | None:
    """The event of a change of a payment's row; None if its status stayed as it was."""
    return None if before.status is after.status else current_event(after)


def current_event(payment: Payment) -> Event | None:
    """The event that a payment's latest version is, or would be; None while it is INITIATING."""
    kind = EVENT_TYPES.get(payment.status)
    if kind is None:
        return None
    if payment.status is Status.PAID and payment.received and payment.received.late:
        kind = PAID_LATE
    body = {"type": kind, "timestamp": iso_utc(payment.updated_at), "data": payment_view(payment)}
    return Event(
        id=f"evt_{payment.order_id}_{payment.version}",
        type=kind,
        order_id=payment.order_id,
        version=payment.version,
        storefront_id=payment.storefront_id,
        url=payment.webhook_url,
        body=json.dumps(body, separators=(",", ":")),
    )
