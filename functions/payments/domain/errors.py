"""Everything that can go wrong, as one tree.

PaymentError
├── RequestRefused              the caller must change something
│   ├── MalformedBody           not JSON at all
│   ├── UnsupportedMediaType
│   ├── BodyTooLarge
│   ├── InvalidRequest          one FieldError per wrong field
│   ├── Unauthenticated
│   ├── UnknownRoute
│   ├── PaymentNotFound         unknown, or another storefront's: nobody can tell which
│   ├── OrderExists             same order id, other body or other storefront
│   ├── PaymentInProgress       same order id, first request still in flight
│   ├── AlreadyPaid             money came, so there is nothing to cancel
│   └── NotCancellable          Finpay does not let an open payment be cancelled
├── GatewayError                Finpay's part failed
│   ├── GatewayRejected         for certain: it refused a field
│   ├── GatewayRefused          for certain: it refused our merchant or channel
│   │   └── KeyRefused          our merchant id or key, before it looked at anything
│   ├── NotAttempted            for certain: it never saw the request
│   │   └── CircuitOpen         it did not answer lately, so it was not asked
│   └── OutcomeUnknown          it may or may not have done what it was asked
├── SignatureError              a callback's signature proves nothing
├── NotInReview                 an operator decides about a payment that is not in REVIEW
├── OtherOrder                  a reported is about an order that is not the payment's
└── Unavailable                 our own store or secrets; trying again can help
    └── Unconfirmed             Finpay does not say whether a callback is true; likewise

`payments.api.problems` has the HTTP status of each. An error that is not there concerns only the
operator and never reaches a storefront.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from payments.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where it is (a JSON Pointer, RFC 6901) and what is wrong with it.

    The detail never quotes the value: it may be personal.
    """

    pointer: str
    detail: str


class PaymentError(Exception):
    """Base of all errors of this package."""


class RequestRefused(PaymentError):
    """The request cannot be served as it is."""


class MalformedBody(RequestRefused):
    """The body is not a JSON object."""


class UnsupportedMediaType(RequestRefused):
    """The body is not declared as JSON in UTF-8."""


class BodyTooLarge(RequestRefused):
    """The body has more bytes than any real request."""


class InvalidRequest(RequestRefused):
    """Fields are missing, unknown or out of their limits."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(f"{len(errors)} invalid fields")
        self.errors = errors


class Unauthenticated(RequestRefused):
    """No storefront stands behind the request."""


class UnknownRoute(RequestRefused):
    """The API has no such route."""


class PaymentNotFound(RequestRefused):
    """The storefront has no payment under this order id."""


class OrderExists(RequestRefused):
    """The order id is taken by another request."""


class PaymentInProgress(RequestRefused):
    """The same request is being worked on."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("payment in progress")
        self.retry_after = retry_after
        """Seconds until it makes sense to ask again."""


class AlreadyPaid(RequestRefused):
    """Money was claimed for the payment that is to be cancelled; `payment` is how it stands."""

    def __init__(self, payment: Payment) -> None:
        super().__init__("already paid")
        self.payment = payment


class NotCancellable(RequestRefused):
    """Finpay refused to cancel and says that the payment is open; `payment` is how it stands."""

    def __init__(self, payment: Payment) -> None:
        super().__init__("not cancellable")
        self.payment = payment


class GatewayError(PaymentError):
    """Finpay did not do what it was asked, or nobody knows whether it did.

    `code` is Finpay's responseCode where there was one, `reason` one word for the metrics.
    """

    reason: ClassVar[str] = "gateway-error"

    def __init__(self, code: str = "", message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class GatewayRejected(GatewayError):
    """Finpay refused a field; no code was issued."""

    reason = "rejected"


class GatewayRefused(GatewayError):
    """Finpay refused our merchant or channel; no code was issued."""

    reason = "refused"


class KeyRefused(GatewayRefused):
    """Finpay refused our merchant id or key. The same request is good once the key is."""


class NotAttempted(GatewayError):
    """The request did not reach Finpay, so it had no effect."""

    reason = "not-attempted"
    retry_after = 5


class CircuitOpen(NotAttempted):
    """Finpay did not answer lately and gets time to recover."""

    reason = "circuit-open"

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class OutcomeUnknown(GatewayError):
    """Finpay may or may not have done it; only its status tells."""

    reason = "unknown"
    retry_after: ClassVar[int] = 40
    """Longer than a lease: by then nobody's first attempt holds the payment against his repeat."""


class SignatureError(PaymentError):
    """The signature of a callback is missing, malformed or wrong."""


class NotInReview(PaymentError):
    """The payment waits for no operator's decision; says what its status is instead."""


class OtherOrder(PaymentError):
    """What Finpay says is about an order that is not one of this payment's."""


class Unavailable(PaymentError):
    """The store or the secrets did not answer."""

    retry_after: ClassVar[int] = 5


class Unconfirmed(Unavailable):
    """Finpay does not say whether a callback is true."""
