"""The operation that Finpay calls. It is documented for completeness; storefronts do not use it."""

from typing import Any

from ops.openapi import payment_schema, samples
from ops.openapi.error_responses import NO_SUCH_PATH, error_responses
from ops.openapi.openapi_objects import NO_STORE, closed_object, json_content, parameter, text
from payments.domain import errors

NAME, ACKNOWLEDGEMENT = "FinpayCallback", "FinpayAcknowledgement"

_ACKNOWLEDGED = {"responseCode": "2000000", "responseMessage": "Success", "processingTime": 0.66}


def callback_paths() -> dict[str, Any]:
    """The path that Finpay calls."""
    return {
        "/callbacks/finpay/{orderId}/{token}": {
            "parameters": [
                parameter("orderId", "path", payment_schema.ORDER_ID, "`order.id` of the payment."),
                parameter(
                    "token", "path", text("^[0-9a-f]{32}$"), "The secret token of the order."
                ),
            ],
            "post": _receive(),
        }
    }


def callback_schemas() -> dict[str, Any]:
    """The schemas of Finpay's request and of the response, by name."""
    return {
        NAME: {
            "type": "object",
            "description": (
                "Finpay's notification. Its fields vary, so only the signature is required here. A "
                "signed notification that cannot be read is acknowledged and kept for an operator."
            ),
            "properties": {
                "signature": text(
                    "^[0-9a-f]{128}$",
                    description=(
                        "HMAC-SHA512 of the body without this member, with the merchant key, in "
                        "hex."
                    ),
                ),
            },
            "required": ["signature"],
        },
        ACKNOWLEDGEMENT: closed_object(
            {
                "responseCode": {"const": _ACKNOWLEDGED["responseCode"]},
                "responseMessage": {"const": _ACKNOWLEDGED["responseMessage"]},
                "processingTime": {"type": "number", "minimum": 0, "description": "Seconds."},
            }
        ),
    }


def _receive() -> dict[str, Any]:
    acknowledged = {
        "description": "The notification is stored, was known already, or is kept for an operator.",
        "headers": NO_STORE,
        "content": json_content(ACKNOWLEDGEMENT, _ACKNOWLEDGED),
    }
    failures = (
        errors.MalformedBody,
        errors.SignatureError,
        errors.UnknownRoute,
        errors.BodyTooLarge,
    )
    return {
        "operationId": "receiveFinpayCallback",
        "tags": ["finpay"],
        "summary": "Receive a notification from Finpay",
        "description": (
            "Not for storefronts. Finpay is given this URL, with its token, for each order, and "
            "authenticates its notifications by their signature. Storefronts receive webhooks."
        ),
        "security": [],
        "requestBody": {"required": True, "content": json_content(NAME, samples.CALLBACK)},
        "responses": {"200": acknowledged} | error_responses(failures, NO_SUCH_PATH),
    }
