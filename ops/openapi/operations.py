"""The operations of storefronts: create, retrieve and cancel a payment."""

from typing import Any

from ops.openapi import payment_schema, request_schema, samples
from ops.openapi.error_responses import NO_API_KEY, NO_SUCH_PATH, error_responses
from ops.openapi.openapi_objects import (
    NO_STORE,
    json_content,
    json_content_with,
    parameter,
    text,
)
from payments.api.request_body import BODY_LIMIT
from payments.domain import errors
from payments.domain.payment_view import payment_view

_BY_ID = {"orderId": "$response.body#/orderId"}
_LINKS = {
    "see": {
        "operationId": "getPayment",
        "parameters": _BY_ID,
        "description": "Retrieve the payment.",
    },
    "cancel": {
        "operationId": "cancelPayment",
        "parameters": _BY_ID,
        "description": "Cancel the payment.",
    },
}
_AGAIN = {
    "operationId": "createPayment",
    "requestBody": "$request.body",
    "description": "The same request again returns the same payment.",
}
_IF_CHANGED = {
    "operationId": "getPayment",
    "parameters": _BY_ID | {"header.If-None-Match": "$response.header.ETag"},
    "description": "Returns 304 while the payment has not changed.",
}
_HEADERS = {
    "ETag": {
        "description": "Identifies this version of the payment.",
        "schema": text('^"[0-9]+"$'),
        "example": '"2"',
        "required": True,
    }
} | NO_STORE
_ORDER_ID = parameter(
    "orderId",
    "path",
    payment_schema.ORDER_ID,
    "`order.id` of the request that created the payment.",
) | {"example": samples.ORDER_ID}


# Failures of the operations that send requests to Finpay.
_FINPAY_FAILURES = (
    errors.PaymentInProgress,
    errors.PreviousUnanswered,
    errors.GatewayRefused,
    errors.NotAttempted,
    errors.OutcomeUnknown,
)


def storefront_paths() -> dict[str, Any]:
    """The paths that storefronts use."""
    return {
        "/payments": {"post": _create()},
        "/payments/{orderId}": {"parameters": [_ORDER_ID], "get": _retrieve()},
        "/payments/{orderId}/cancel": {"parameters": [_ORDER_ID], "post": _cancel()},
    }


def _create() -> dict[str, Any]:
    headers = _HEADERS | {
        "Location": {
            "schema": text(f"^/payments/{payment_schema.ORDER_ID_PATTERN}$"),
            "required": True,
        },
        "Idempotent-Replayed": {
            "description": "Present if an earlier identical request created the payment.",
            "schema": {"const": "true"},
        },
    }
    content = json_content(payment_schema.NAME, payment_view(samples.PENDING))
    created = _payment("The payment with its code.", content, headers, again=_AGAIN)
    failures = (
        errors.Unauthenticated,
        errors.MalformedBody,
        errors.BodyTooLarge,
        errors.UnsupportedMediaType,
        errors.InvalidRequest,
        errors.OrderExists,
        errors.GatewayRejected,
        *_FINPAY_FAILURES,
    )
    return {
        "operationId": "createPayment",
        "tags": ["payments"],
        "summary": "Create a payment and get its payment code",
        "description": (
            "The body has Finpay's own format. `order.id` is the idempotency key and is unique for "
            "the merchant. If the outcome of a request is unknown, send the same request again."
        ),
        "requestBody": {
            "required": True,
            "description": f"At most {BODY_LIMIT} bytes of UTF-8, not compressed.",
            "content": json_content(request_schema.NAME, samples.REQUEST),
        },
        "responses": {"201": created} | error_responses(failures, NO_API_KEY),
    }


def _retrieve() -> dict[str, Any]:
    examples = {
        "paid": payment_view(samples.PAID),
        "overpaid": payment_view(samples.OVERPAID),
        "partially-refunded": payment_view(samples.PARTIALLY_REFUNDED),
    }
    content = json_content_with(payment_schema.NAME, examples)
    current = _payment("The payment.", content, _HEADERS, again=_IF_CHANGED)
    unchanged = {"description": "The payment has not changed.", "headers": _HEADERS}
    failures = (errors.Unauthenticated, errors.PaymentNotFound)
    return {
        "operationId": "getPayment",
        "tags": ["payments"],
        "summary": "Retrieve a payment",
        "parameters": [
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "The `ETag` of an earlier response (RFC 9110, section 13.1.2).",
                "schema": text(),
                "example": '"2"',
            }
        ],
        "responses": {"200": current, "304": unchanged}
        | error_responses(failures, NO_API_KEY | NO_SUCH_PATH),
    }


def _cancel() -> dict[str, Any]:
    content = json_content(payment_schema.NAME, payment_view(samples.CANCELLED))
    closed = _payment("The payment can no longer be paid.", content, _HEADERS)
    failures = (
        errors.Unauthenticated,
        errors.PaymentNotFound,
        errors.AlreadyPaid,
        errors.NotCancellable,
        *_FINPAY_FAILURES,
    )
    return {
        "operationId": "cancelPayment",
        "tags": ["payments"],
        "summary": "Cancel a payment",
        "description": (
            "Cancels the payment at Finpay and then here. A payment that expired or failed is "
            "returned unchanged, because it can no longer be paid either. The body is ignored."
        ),
        "responses": {"200": closed} | error_responses(failures, NO_API_KEY | NO_SUCH_PATH),
    }


def _payment(
    description: str, content: dict[str, Any], headers: dict[str, Any], **links: dict[str, Any]
) -> dict[str, Any]:
    return {
        "description": description,
        "headers": headers,
        "content": content,
        "links": _LINKS | links,
    }
