"""What storefronts can ask for: create a payment, see it, cancel it."""

from typing import Any

from ops.openapi import outcomes, payment_schema, request_schema, samples
from ops.openapi.answers import NO_SUCH_PATH, WITHOUT_KEY, errors
from ops.openapi.references import JSON, schema, text
from payments.api.request_body import BODY_LIMIT

_BY_ID = {"parameters": {"orderId": "$response.body#/orderId"}}
_LINKS = {
    "see": {"operationId": "getPayment", **_BY_ID, "description": "How the payment stands."},
    "cancel": {"operationId": "cancelPayment", **_BY_ID, "description": "Cancel the payment."},
}
_AGAIN = {
    "operationId": "createPayment",
    "requestBody": "$request.body",
    "description": "The same request again gets the same payment.",
}
_IF_CHANGED = {
    "operationId": "getPayment",
    "parameters": {
        "orderId": "$response.body#/orderId",
        "header.If-None-Match": "$response.header.ETag",
    },
    "description": "304 as long as the payment has not changed.",
}
_ETAG = {
    "description": "Stands for this version of the payment.",
    "schema": text('^"[0-9]+"$'),
    "example": '"2"',
    "required": True,
}
_HEADERS = {
    "ETag": _ETAG,
    "Cache-Control": {"schema": {"const": "no-store"}, "required": True},
}
_ORDER_ID = {
    "name": "orderId",
    "in": "path",
    "required": True,
    "description": "`order.id` of the request that made the payment.",
    "schema": payment_schema.ORDER_ID,
    "example": samples.ORDER_ID,
}


def storefront_paths() -> dict[str, Any]:
    """The paths that storefronts use."""
    return {
        "/payments": {"post": _create()},
        "/payments/{orderId}": {"parameters": [_ORDER_ID], "get": _see()},
        "/payments/{orderId}/cancel": {"parameters": [_ORDER_ID], "post": _cancel()},
    }


def _create() -> dict[str, Any]:
    headers = _HEADERS | {
        "Location": {"schema": text("^/payments/[A-Za-z0-9_-]{1,30}$"), "required": True},
        "Idempotent-Replayed": {
            "description": "There where an earlier, same request made the payment.",
            "schema": {"const": "true"},
        },
    }
    return {
        "operationId": "createPayment",
        "tags": ["payments"],
        "summary": "Get a payment code for an order",
        "description": (
            "The body is Finpay's own. `order.id` is the idempotency key, and it is unique for the "
            "merchant: whatever failed in a way that leaves its outcome open may be sent again."
        ),
        "requestBody": {
            "required": True,
            "description": f"At most {BODY_LIMIT} bytes of UTF-8, not compressed.",
            "content": {
                JSON: {"schema": schema(request_schema.NAME), "example": samples.REQUEST},
            },
        },
        "responses": {
            "201": _payment("The payment, with its code.", samples.PENDING, headers, again=_AGAIN)
        }
        | errors(outcomes.CREATE, WITHOUT_KEY),
    }


def _see() -> dict[str, Any]:
    unchanged = {"description": "The payment is as it was.", "headers": _HEADERS}
    return {
        "operationId": "getPayment",
        "tags": ["payments"],
        "summary": "See how a payment stands",
        "parameters": [
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The `ETag` of an earlier answer (RFC 9110, section 13.1.2).",
                "schema": text(),
                "example": '"2"',
            }
        ],
        "responses": {
            "200": _payment("The payment.", samples.PAID, _HEADERS, again=_IF_CHANGED),
            "304": unchanged,
        }
        | errors(outcomes.SEE, WITHOUT_KEY | NO_SUCH_PATH),
    }


def _cancel() -> dict[str, Any]:
    return {
        "operationId": "cancelPayment",
        "tags": ["payments"],
        "summary": "Cancel a payment",
        "description": (
            "At Finpay first and then here. A payment that expired or failed is answered as it is: "
            "nobody can pay it either. No body is needed, and none is read."
        ),
        "responses": {
            "200": _payment("It can no longer be paid.", samples.CANCELLED, _HEADERS),
        }
        | errors(outcomes.CANCEL, WITHOUT_KEY | NO_SUCH_PATH),
    }


def _payment(
    description: str, example: dict[str, Any], headers: dict[str, Any], **links: dict[str, Any]
) -> dict[str, Any]:
    return {
        "description": description,
        "headers": headers,
        "content": {JSON: {"schema": schema(payment_schema.NAME), "example": example}},
        "links": _LINKS | links,
    }
