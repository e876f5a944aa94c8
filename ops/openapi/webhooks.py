"""What storefronts are told: Standard Webhooks 1.0, at `url.callbackUrl` of their requests."""

from typing import Any

from ops.openapi import payment_schema, samples
from ops.openapi.references import JSON, schema, text
from payments.webhooks.events import EVENT_TYPES, PAID_LATE

NAME = "PaymentEvent"

TYPES = [*dict.fromkeys(EVENT_TYPES.values()), PAID_LATE]


def event_schemas() -> dict[str, Any]:
    """The body of every webhook, by its name."""
    members = {
        "type": {"enum": TYPES},
        "timestamp": text(format="date-time", description="When it happened."),
        "data": schema(payment_schema.NAME),
    }
    return {
        NAME: {
            "type": "object",
            "description": "One change of a payment. `data.version` tells which came first.",
            "properties": members,
            "required": [*members],
        }
    }


def webhooks() -> dict[str, Any]:
    """One webhook for all types of events."""
    return {
        "paymentEvent": {
            "post": {
                "operationId": "receivePaymentEvent",
                "tags": ["webhooks"],
                "summary": "Something happened to a payment",
                "description": (
                    "Delivered at least once, in no order that one may rely on. Verify the "
                    "signature, ignore an id that was seen and a version that is older than known."
                ),
                "security": [],
                "parameters": [
                    _header(
                        "webhook-id",
                        "The same for every attempt.",
                        text(pattern="^evt_[A-Za-z0-9_-]{1,30}_[0-9]+$"),
                    ),
                    _header(
                        "webhook-timestamp",
                        "Seconds since 1970 of this attempt.",
                        {"type": "integer", "minimum": 0},
                    ),
                    _header(
                        "webhook-signature",
                        "`v1,` and base64 of HMAC-SHA256, one for each live secret, with spaces "
                        "between.",
                        text("^v1,[A-Za-z0-9+/]+={0,2}(?: v1,[A-Za-z0-9+/]+={0,2})*$"),
                    ),
                ],
                "requestBody": {
                    "required": True,
                    "content": {JSON: {"schema": schema(NAME), "example": samples.EVENT}},
                },
                "responses": {
                    "2XX": {"description": "It was received."},
                    "410": {"description": "Send nothing to this address any more."},
                    "default": {"description": "It is sent again later."},
                },
            }
        }
    }


def _header(name: str, description: str, of: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": of,
    }
