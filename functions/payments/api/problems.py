"""Which HTTP answer each error is. Errors are RFC 9457 problems, `application/problem+json`."""

from collections.abc import Mapping
from typing import Any

from payments.api.http import BODY_LIMIT, Response
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
    SignatureError,
    Unauthenticated,
    Unavailable,
    UnknownRoute,
    UnsupportedMediaType,
)
from payments.domain.view import payment_view

type Problem = tuple[int, str, str]

TYPE_PREFIX = "urn:finpay-payments:problem:"

# Status, type and what it means to the caller.
PROBLEMS: Mapping[type[PaymentError], Problem] = {
    MalformedBody: (
        400,
        "malformed-body",
        "The body is not JSON in UTF-8, or names a member twice.",
    ),
    Unauthenticated: (401, "unauthenticated", "The request bears no valid API key."),
    SignatureError: (401, "signature-invalid", "The signature proves nothing."),
    UnknownRoute: (404, "not-found", "There is nothing here."),
    PaymentNotFound: (404, "not-found", "There is nothing here."),
    OrderExists: (
        409,
        "order-exists",
        "This order.id is taken. A changed order needs an order.id of its own.",
    ),
    PaymentInProgress: (
        409,
        "payment-in-progress",
        "The first request for this order is still being worked on. Send it again later.",
    ),
    AlreadyPaid: (
        409,
        "already-paid",
        "Money came for this payment, so it cannot be cancelled; `payment` says how it stands.",
    ),
    NotCancellable: (
        409,
        "not-cancellable",
        "Finpay does not cancel this payment, which is still open; `payment` says how it stands.",
    ),
    BodyTooLarge: (413, "body-too-large", f"The body may have {BODY_LIMIT} bytes at most."),
    UnsupportedMediaType: (
        415,
        "unsupported-media-type",
        "The body has to be application/json in UTF-8, not compressed.",
    ),
    InvalidRequest: (422, "invalid-request", "Fields are wrong; `errors` says which and why."),
    GatewayRejected: (422, "gateway-rejected", "Finpay refused a field of the request."),
    GatewayRefused: (
        502,
        "gateway-refused",
        "Finpay refused the merchant or the payment channel. The merchant has to act.",
    ),
    NotAttempted: (
        503,
        "gateway-unreachable",
        "Finpay cannot be reached and saw nothing of the request. Send it again later.",
    ),
    Unavailable: (503, "unavailable", "The service cannot work right now. Try again later."),
    OutcomeUnknown: (
        504,
        "outcome-unknown",
        "Whether Finpay did it is not known yet. Sending the same request again is safe.",
    ),
}
INTERNAL: Problem = (500, "internal", "The service failed. Sending the same request again is safe.")


def problem(error: PaymentError) -> Response:
    """The answer to an error, found by its nearest class in PROBLEMS."""
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


def internal_error() -> Response:
    """The answer to a failure that nobody foresaw."""
    return _response(INTERNAL, {}, {})


def _response(kind: Problem, members: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    status, slug, title = kind
    body = {"type": TYPE_PREFIX + slug, "title": title, "status": status, **members}
    return Response(status, body, {"content-type": "application/problem+json", **headers})
