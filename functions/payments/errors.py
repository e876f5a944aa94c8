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
│   └── PaymentInProgress       same order id, first request still in flight
├── GatewayError                Finpay's part of an initiate failed
│   ├── GatewayRejected         for certain: it refused a field
│   ├── GatewayRefused          for certain: it refused our merchant or channel
│   ├── NotAttempted            for certain: it never saw the request
│   └── OutcomeUnknown          it may or may not have issued a code
├── SignatureError              a callback's signature proves nothing
└── Unavailable                 our own store or secrets; trying again can help

What HTTP status each becomes stands in `payments.problems`, and only there.
"""

from dataclasses import dataclass
from typing import ClassVar


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


class GatewayError(PaymentError):
    """Finpay did not issue a code, or nobody knows whether it did.

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


class NotAttempted(GatewayError):
    """The request did not reach Finpay; no code was issued."""

    reason = "not-attempted"
    retry_after: ClassVar[int] = 5


class OutcomeUnknown(GatewayError):
    """Finpay may have issued a code; only its status tells."""

    reason = "unknown"
    retry_after: ClassVar[int] = 40
    """Longer than a lease lasts, so that who comes back in time does not meet his own."""


class SignatureError(PaymentError):
    """The signature of a callback is missing, malformed or wrong."""


class Unavailable(PaymentError):
    """The store or the secrets did not answer."""

    retry_after: ClassVar[int] = 5
