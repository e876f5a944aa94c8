"""The webhooks that storefronts receive, in the format of Standard Webhooks 1.0."""

import json
from collections.abc import Mapping
from typing import Any

from ops.openapi import payment_schema, samples
from ops.openapi.openapi_objects import json_content_with, parameter, schema, text
from payments.domain.payment import Payment
from payments.webhooks.events import EVENT_TYPES, OVERPAID, PAID_LATE, Event, events_of

NAME = "PaymentEvent"

_CHANGES: Mapping[str, tuple[Payment, Payment]] = {
    "paid": (samples.PENDING, samples.PAID),
    "overpaid": (samples.PAID, samples.OVERPAID),
    "partially-refunded": (samples.PAID, samples.PARTIALLY_REFUNDED),
}
"""A payment before and after a change that makes one event."""


def event_of(name: str) -> Event:
    """The event of an example."""
    (event,) = events_of(*_CHANGES[name])
    return event


def event_schemas() -> dict[str, Any]:
    """The schema of the body of every webhook, by its name."""
    members = {
        "type": {"enum": [*dict.fromkeys(EVENT_TYPES.values()), PAID_LATE, OVERPAID]},
        "timestamp": text(format="date-time", description="When the payment changed."),
        "data": schema(payment_schema.NAME),
    }
    return {
        NAME: {
            "type": "object",
            "description": (
                "A change of a payment's status or of its money. `data.version` gives the order of "
                "the changes."
            ),
            "properties": members,
            "required": [*members],
        }
    }


def webhooks() -> dict[str, Any]:
    """One webhook for all event types."""
    examples = {name: json.loads(event_of(name).body) for name in _CHANGES}
    return {
        "paymentEvent": {
            "post": {
                "operationId": "receivePaymentEvent",
                "tags": ["webhooks"],
                "summary": "The status or the money of a payment changed",
                "description": (
                    "Sent to `url.callbackUrl` of the request, at least once and in any order. "
                    "Verify the signature. Ignore an event whose id was received before, or whose "
                    "`data.version` is older than the known one. `payment.refunded` is sent for "
                    "each refund of the money that counts. `payment.overpaid` is sent when "
                    "`overpaidAmount` changes, also when it becomes null because the money went "
                    "back. One change can send both; they have the same `data`."
                ),
                "security": [],
                "parameters": [
                    parameter(
                        "webhook-id",
                        "header",
                        text(f"^evt_{payment_schema.ORDER_ID_PATTERN}_[0-9]+(?:_overpaid)?$"),
                        "The id of the event. It is the same in every attempt. Only "
                        "`payment.overpaid` has the suffix.",
                    ),
                    parameter(
                        "webhook-timestamp",
                        "header",
                        {"type": "integer", "minimum": 0},
                        "The time of this attempt, in seconds since 1970.",
                    ),
                    parameter(
                        "webhook-signature",
                        "header",
                        text("^v1,[A-Za-z0-9+/]+={0,2}(?: v1,[A-Za-z0-9+/]+={0,2})*$"),
                        "`v1,` and the HMAC-SHA256 in base64, for each live secret, separated by "
                        "spaces.",
                    ),
                ],
                "requestBody": {"required": True, "content": json_content_with(NAME, examples)},
                "responses": {
                    "2XX": {"description": "The event was received."},
                    "410": {"description": "No more events are sent to this URL."},
                    "default": {"description": "The event is sent again later."},
                },
            }
        }
    }
