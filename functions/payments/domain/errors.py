"""All errors of the service, as one tree.

PaymentError
├── RequestRefused              the service refuses the request
│   ├── MalformedBody           the body is not a JSON object
│   ├── UnsupportedMediaType    the body is not declared as JSON in UTF-8
│   ├── BodyTooLarge            the body exceeds the size limit
│   ├── InvalidRequest          fields are invalid; one FieldError for each
│   ├── Unauthenticated         no valid API key
│   ├── UnknownRoute            no such route
│   ├── PaymentNotFound         no such payment, or a payment of another storefront
│   ├── OrderExists             same order id, different body or storefront
│   ├── PaymentInProgress       same order id, the first request has not finished
│   │   └── PreviousUnanswered  same order id, the first request ended without an answer
│   ├── AlreadyPaid             cannot be cancelled, because Finpay reported money
│   └── NotCancellable          cannot be cancelled, because Finpay refused
├── GatewayError                a request to Finpay failed
│   ├── GatewayRejected         no effect: Finpay rejected a field
│   ├── GatewayRefused          no effect: Finpay refused the merchant or the payment channel
│   │   └── KeyRefused          no effect: Finpay refused the merchant id or key
│   ├── NotAttempted            no effect: the request did not reach Finpay
│   │   └── CircuitOpen         no effect: a circuit of the circuit breaker is open
│   └── OutcomeUnknown          Finpay may or may not have processed the request
│       └── Unresolved          Finpay answered, but the answer does not tell
├── SignatureError              the signature of a callback is not valid
├── NothingToDecide             an operator's decision on a payment without money in question
├── VersionChanged              an operator's decision on another version than the stored one
├── OrderMismatch               a gateway status of an order that is not an attempt of the payment
└── Unavailable                 a table, a queue or a secret is unavailable; a retry can succeed
    └── Unconfirmed             Finpay could not confirm a callback; a retry can succeed

`payments.api.problems` maps errors to HTTP responses. An error without a mapping is for the
operator only and never reaches a storefront.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class FieldError:
    """An invalid field: its JSON Pointer (RFC 6901) and the reason.

    `detail` never contains the value, because the value may be personal data.
    """

    pointer: str
    detail: str


class PaymentError(Exception):
    """Base class of all errors of the service."""


class RequestRefused(PaymentError):
    """Base class of errors for requests that the service refuses."""


class MalformedBody(RequestRefused):
    """The body is not a JSON object."""


class UnsupportedMediaType(RequestRefused):
    """The headers do not declare an uncompressed JSON body in UTF-8."""


class BodyTooLarge(RequestRefused):
    """The body exceeds the size limit."""


class InvalidRequest(RequestRefused):
    """Fields are missing, unknown or outside their limits."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(f"{len(errors)} invalid fields")
        self.errors = errors


class Unauthenticated(RequestRefused):
    """The request has no valid API key."""


class UnknownRoute(RequestRefused):
    """The API has no such route, or the token in a callback URL is not valid."""


class PaymentNotFound(RequestRefused):
    """The storefront has no payment with this order id.

    A payment of another storefront raises the same error, so that the response does not reveal
    which order ids exist.
    """


class OrderExists(RequestRefused):
    """A different request already uses the order id."""


class PaymentInProgress(RequestRefused):
    """An earlier request for the same payment is still in progress."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("payment in progress")
        self.retry_after = retry_after
        """Seconds after which the client can repeat the request."""


class PreviousUnanswered(PaymentInProgress):
    """An earlier request for the same payment ended without an answer of Finpay.

    Finpay may still be processing it, so nothing is requested until its lease expires.
    """


class AlreadyPaid(RequestRefused):
    """The payment cannot be cancelled, because Finpay reported money for it.

    `payment` is its current state.
    """

    def __init__(self, payment: Payment) -> None:
        super().__init__("already paid")
        self.payment = payment


class NotCancellable(RequestRefused):
    """The payment cannot be cancelled, because Finpay refused and reports it as open.

    `payment` is its current state.
    """

    def __init__(self, payment: Payment) -> None:
        super().__init__("not cancellable")
        self.payment = payment


class GatewayError(PaymentError):
    """Base class of errors for requests to Finpay that failed or whose outcome is unknown.

    `code` is Finpay's responseCode and `message` its responseMessage, empty if there is none.
    `reason` identifies the error in metrics.
    """

    reason: ClassVar[str] = "gateway-error"

    def __init__(self, code: str = "", message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class GatewayRejected(GatewayError):
    """Finpay rejected a field of the request. No code was issued."""

    reason = "rejected"


class GatewayRefused(GatewayError):
    """Finpay refused the merchant or the payment channel. No code was issued."""

    reason = "refused"


class KeyRefused(GatewayRefused):
    """Finpay refused the merchant id or key. The same request can succeed with a valid key."""


class NotAttempted(GatewayError):
    """The request did not reach Finpay and had no effect."""

    reason = "not-attempted"
    retry_after = 5


class CircuitOpen(NotAttempted):
    """A circuit is open, so no request is sent: Finpay did not respond recently, or with 5xx."""

    reason = "circuit-open"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class OutcomeUnknown(GatewayError):
    """Finpay may or may not have processed the request. Only a status check can tell."""

    reason = "unknown"
    retry_after: ClassVar[int] = 40
    """Seconds. Longer than a lease, so that a repeated request does not find the payment leased."""


class Unresolved(OutcomeUnknown):
    """Finpay answered the status check, but the answer does not tell whether a code was issued."""


class SignatureError(PaymentError):
    """The signature of a callback is missing, malformed or wrong."""


class NothingToDecide(PaymentError):
    """No money of the payment is in question. The message is its status."""


class VersionChanged(PaymentError):
    """The payment has another version than the one that was decided about.

    `payment` is its current state.
    """

    def __init__(self, payment: Payment) -> None:
        super().__init__("version changed")
        self.payment = payment


class OrderMismatch(PaymentError):
    """The order in a gateway status is not an attempt of the payment."""


class Unavailable(PaymentError):
    """A table, a queue or a secret is unavailable. A retry can succeed."""

    retry_after: ClassVar[int] = 5


class Unconfirmed(Unavailable):
    """Finpay did not respond when it was asked to confirm an unverified callback."""
