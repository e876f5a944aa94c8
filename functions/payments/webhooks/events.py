"""Webhook events of payments, in the format of Standard Webhooks 1.0.

An event is built from a single change of a payment and from no other data. The same change always
results in the same id and the same body, byte for byte.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from payments.domain.clock import iso_utc
from payments.domain.payment import Payment
from payments.domain.payment_view import payment_view
from payments.domain.transition_table import Status

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
"""The event type for each new status; `data.status` distinguishes the two kinds of refund."""

PAID_LATE = "payment.paid_late"
"""Replaces `payment.paid` if the money arrived after the payment was closed without payment."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a payment's status, with the webhook body for its storefront.

    `id` is the same in all deliveries. `body` is JSON with `type`, `timestamp` (UTC) and `data`.
    `data` is the payment at that version, in the format of the response to
    `GET /payments/{orderId}`.
    """

    id: str
    type: str
    order_id: str
    version: int
    storefront_id: str
    url: str
    body: str


REFUNDED, OVERPAID = "payment.refunded", "payment.overpaid"
"""Also without a new status: for each refund of what counts, and if the excess changes."""


def events_of(before: Payment, after: Payment) -> list[Event]:
    """The events for a change of a payment: of its status, or a refund; and of the excess."""
    events: list[Event] = []
    if before.status is not after.status:
        event = current_event(after)
        events += [event] if event else []
    elif before.standing.refunded != after.standing.refunded:
        events.append(_event(after, REFUNDED))
    if before.standing.overpaid != after.standing.overpaid:
        events.append(_event(after, OVERPAID, suffix="_overpaid"))
    return events


def current_event(payment: Payment) -> Event | None:
    """The event for a payment's current version; None while the payment is INITIATING."""
    kind = EVENT_TYPES.get(payment.status)
    if kind is None:
        return None
    if payment.status is Status.PAID and payment.received and payment.received.late:
        kind = PAID_LATE
    return _event(payment, kind)


def _event(payment: Payment, kind: str, suffix: str = "") -> Event:
    body = {"type": kind, "timestamp": iso_utc(payment.updated_at), "data": payment_view(payment)}
    return Event(
        id=f"evt_{payment.order_id}_{payment.version}{suffix}",
        type=kind,
        order_id=payment.order_id,
        version=payment.version,
        storefront_id=payment.storefront_id,
        url=payment.webhook_url,
        body=json.dumps(body, separators=(",", ":")),
    )
