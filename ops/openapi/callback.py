"""Finpay's side of the API, for completeness: no storefront has any business there."""

from typing import Any

from ops.openapi import outcomes, payment_schema, samples
from ops.openapi.answers import NO_SUCH_PATH, errors
from ops.openapi.references import JSON, schema, text

NAME, ACKNOWLEDGEMENT = "FinpayCallback", "FinpayAcknowledgement"


def callback_paths() -> dict[str, Any]:
    """The path that Finpay calls."""
    return {
        "/callbacks/finpay/{orderId}/{token}": {
            "parameters": [
                _in_path("orderId", payment_schema.ORDER_ID, "`order.id` of the payment."),
                _in_path("token", text("^[0-9a-f]{32}$"), "Made for the order; a secret."),
            ],
            "post": _receive(),
        }
    }


def callback_schemas() -> dict[str, Any]:
    """What Finpay sends, and what it is told."""
    return {
        NAME: {
            "type": "object",
            "description": (
                "Finpay's notification. Fields come and go, so none but the signature is asked "
                "for here: what is signed and cannot be read is acknowledged and kept for a person."
            ),
            "properties": {
                "signature": text(
                    "^[0-9a-f]{128}$",
                    description="HMAC-SHA512 of the rest, with the merchant's key, in hex.",
                ),
            },
            "required": ["signature"],
        },
        ACKNOWLEDGEMENT: {
            "type": "object",
            "properties": {
                "responseCode": {"const": "2000000"},
                "responseMessage": {"const": "Success"},
                "processingTime": {"type": "number", "minimum": 0, "description": "Seconds."},
            },
            "required": ["responseCode", "responseMessage", "processingTime"],
            "additionalProperties": False,
        },
    }


def _in_path(name: str, of: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": of,
    }


def _receive() -> dict[str, Any]:
    acknowledged = {
        "description": "What was told is stored, or known already, or kept for a person.",
        "headers": {"Cache-Control": {"schema": {"const": "no-store"}, "required": True}},
        "content": {JSON: {"schema": schema(ACKNOWLEDGEMENT), "example": samples.ACKNOWLEDGED}},
    }
    return {
        "operationId": "receiveFinpayCallback",
        "tags": ["finpay"],
        "summary": "For Finpay only: something happened to an order",
        "description": (
            "Not for storefronts. Finpay is given this address, with its token, for each order; "
            "its signature proves what it says. Storefronts hear of their payments by webhook."
        ),
        "security": [],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": schema(NAME), "example": samples.CALLBACK}},
        },
        "responses": {"200": acknowledged} | errors(outcomes.CALLBACK, NO_SUCH_PATH),
    }
