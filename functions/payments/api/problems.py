"""The HTTP response to each error, a problem of RFC 9457 (`application/problem+json`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from payments.api.json_response import json_response
from payments.api.request_body import BODY_LIMIT
from payments.domain.errors import (
    AlreadyPaid,
    BodyTooLarge,
    GatewayRefused,
    GatewayRejected,
    InvalidRequest,
    MalformedBody,
    NotAttempted,
    NotCancellable,
    OrderExists,
    OutcomeUnknown,
    PaymentError,
    PaymentInProgress,
    PaymentNotFound,
    PreviousUnanswered,
    SignatureError,
    Unauthenticated,
    Unavailable,
    UnknownRoute,
    UnsupportedMediaType,
)
from payments.domain.payment_view import payment_view

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

type Problem = tuple[int, str, str]

TYPE_PREFIX = "urn:finpay-payments:problem:"

# HTTP status, type and title.
PROBLEMS: Mapping[type[PaymentError], Problem] = {
    MalformedBody: (
        400,
        "malformed-body",
        "The body is not valid JSON in UTF-8, or has a duplicate member.",
    ),
    Unauthenticated: (401, "unauthenticated", "The request has no valid API key."),
    SignatureError: (401, "signature-invalid", "The signature is missing or invalid."),
    UnknownRoute: (404, "not-found", "The resource does not exist."),
    PaymentNotFound: (404, "not-found", "The resource does not exist."),
    OrderExists: (
        409,
        "order-exists",
        "This order.id is already in use. A changed order requires a new order.id.",
    ),
    PaymentInProgress: (
        409,
        "payment-in-progress",
        "Another request for this order is being worked on. Send the request again later.",
    ),
    PreviousUnanswered: (
        409,
        "payment-in-progress",
        "Finpay did not answer an earlier request for this order. Send it again after Retry-After.",
    ),
    AlreadyPaid: (
        409,
        "already-paid",
        "Money was reported, so the payment cannot be cancelled. `payment` has its current state.",
    ),
    NotCancellable: (
        409,
        "not-cancellable",
        "Finpay refused to cancel the payment, which is open. `payment` has its current state.",
    ),
    BodyTooLarge: (413, "body-too-large", f"The body exceeds the limit of {BODY_LIMIT} bytes."),
    UnsupportedMediaType: (
        415,
        "unsupported-media-type",
        "The body must be application/json in UTF-8 without compression.",
    ),
    InvalidRequest: (422, "invalid-request", "Fields are invalid. See `errors` for details."),
    GatewayRejected: (422, "gateway-rejected", "Finpay rejected a field of the request."),
    GatewayRefused: (
        502,
        "gateway-refused",
        "Finpay refused the merchant or the payment channel. The merchant must take action.",
    ),
    NotAttempted: (
        503,
        "gateway-unreachable",
        "Finpay is unreachable and did not receive the request. Send the request again later.",
    ),
    Unavailable: (503, "unavailable", "The service is temporarily unavailable. Try again later."),
    OutcomeUnknown: (
        504,
        "outcome-unknown",
        "The outcome at Finpay is not known yet. It is safe to send the same request again.",
    ),
}
INTERNAL: Problem = (500, "internal", "Internal error. It is safe to send the same request again.")


def problem(error: PaymentError) -> Response[str]:
    """The response to an error, by the nearest of its classes in PROBLEMS."""
    kind = next((kind for kind in type(error).__mro__ if kind in PROBLEMS), None)
    if kind is None:
        return internal_error()
    members: dict[str, Any] = {}
    if isinstance(error, InvalidRequest):
        members["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in error.errors]
    if isinstance(error, GatewayRejected | GatewayRefused):
        members["gateway"] = {"responseCode": error.code, "responseMessage": error.message}
    if isinstance(error, AlreadyPaid | NotCancellable):
        members["payment"] = payment_view(error.payment)
    headers = {}
    if (retry_after := getattr(error, "retry_after", None)) is not None:
        headers["retry-after"] = str(retry_after)
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return _response(PROBLEMS[kind], members, headers)


def internal_error() -> Response[str]:
    """The response to an unexpected exception."""
    return _response(INTERNAL, {}, {})


def _response(
    kind: Problem, members: Mapping[str, Any], headers: Mapping[str, str]
) -> Response[str]:
    status, slug, title = kind
    body = {"type": TYPE_PREFIX + slug, "title": title, "status": status, **members}
    return json_response(status, body, {"content-type": "application/problem+json", **headers})
