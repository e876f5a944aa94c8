"""Which errors each operation can answer with."""

from ops.openapi.problem_schemas import Kind
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
    PaymentInProgress,
    PaymentNotFound,
    SignatureError,
    Unauthenticated,
    Unavailable,
    UnknownRoute,
    UnsupportedMediaType,
)

UNFORESEEN: Kind = None

CREATE: tuple[Kind, ...] = (
    MalformedBody,
    Unauthenticated,
    OrderExists,
    PaymentInProgress,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidRequest,
    GatewayRejected,
    GatewayRefused,
    NotAttempted,
    Unavailable,
    OutcomeUnknown,
    UNFORESEEN,
)
SEE: tuple[Kind, ...] = (Unauthenticated, PaymentNotFound, Unavailable, UNFORESEEN)
CANCEL: tuple[Kind, ...] = (
    Unauthenticated,
    PaymentNotFound,
    AlreadyPaid,
    NotCancellable,
    PaymentInProgress,
    GatewayRefused,
    NotAttempted,
    Unavailable,
    OutcomeUnknown,
    UNFORESEEN,
)
CALLBACK: tuple[Kind, ...] = (
    MalformedBody,
    SignatureError,
    UnknownRoute,
    BodyTooLarge,
    Unavailable,
    UNFORESEEN,
)
