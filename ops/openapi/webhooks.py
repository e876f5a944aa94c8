"""The webhooks that storefronts receive, in the format of Standard Webhooks 1.0."""

from typing import Any

from ops.openapi import payment_schema, samples
from ops.openapi.openapi_objects import json_content, parameter, schema, text
from payments.domain.clock import iso_utc
from payments.domain.payment_view import payment_view
from payments.webhooks.events import EVENT_TYPES, PAID_LATE

NAME = "PaymentEvent"

_EXAMPLE = {
    "type": EVENT_TYPES[samples.PAID.status],
    "timestamp": iso_utc(samples.PAID.updated_at),
    "data": payment_view(samples.PAID),
}


def event_schemas() -> dict[str, Any]:
    """The schema of the body of every webhook, by its name."""
    members = {
        "type": {"enum": [*dict.fromkeys(EVENT_TYPES.values()), PAID_LATE]},
        "timestamp": text(format="date-time", description="When the status changed."),
        "data": schema(payment_schema.NAME),
    }
    return {
        NAME: {
            "type": "object",
            "description": (
                "A change of a payment's status. `data.version` gives the order of the changes."
            ),
            "properties": members,
            "required": [*members],
        }
    }


def webhooks() -> dict[str, Any]:
    """One webhook for all event types."""
    return {
        "paymentEvent": {
            "post": {
                "operationId": "receivePaymentEvent",
                "tags": ["webhooks"],
                "summary": "The status of a payment changed",
                "description": (
                    "Sent to `url.callbackUrl` of the request, at least once and in any order. "
                    "Verify the signature. Ignore an event whose id was received before, or whose "
                    "`data.version` is older than the known one."
                ),
                "security": [],
                "parameters": [
                    parameter(
                        "webhook-id",
                        "header",
                        text(f"^evt_{payment_schema.ORDER_ID_PATTERN}_[0-9]+$"),
                        "The id of the event. It is the same in every attempt.",
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
                "requestBody": {"required": True, "content": json_content(NAME, _EXAMPLE)},
                "responses": {
                    "2XX": {"description": "The event was received."},
                    "410": {"description": "No more events are sent to this URL."},
                    "default": {"description": "The event is sent again later."},
                },
            }
        }
    }
