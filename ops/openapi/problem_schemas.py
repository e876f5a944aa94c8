"""The schemas of the errors: a problem for each entry of PROBLEMS, and API Gateway's own words."""

from typing import Any

from ops.openapi import payment_schema, samples
from ops.openapi.references import schema, text
from payments.api.problems import INTERNAL, PROBLEMS, TYPE_PREFIX, Problem
from payments.domain.errors import (
    AlreadyPaid,
    GatewayRefused,
    GatewayRejected,
    InvalidRequest,
    NotCancellable,
    PaymentError,
    PaymentNotFound,
)

type Kind = type[PaymentError] | None
"""An error of PROBLEMS; None is a failure that nobody foresaw."""

API_GATEWAY = "ApiGatewayMessage"

_FIELD_ERRORS = {
    "type": "array",
    "minItems": 1,
    "description": "One for each wrong field: a JSON Pointer (RFC 6901) and what is wrong.",
    "items": {
        "type": "object",
        "properties": {"pointer": text("^(?:/.*)?$"), "detail": text(minLength=1)},
        "required": ["pointer", "detail"],
        "additionalProperties": False,
    },
}
_FINPAYS_WORDS = {
    "type": "object",
    "description": "What Finpay said; its message names no customer.",
    "properties": {"responseCode": text(), "responseMessage": text()},
    "required": ["responseCode", "responseMessage"],
    "additionalProperties": False,
}
_MORE: dict[type[PaymentError], dict[str, Any]] = {
    InvalidRequest: {"errors": _FIELD_ERRORS},
    GatewayRejected: {"gateway": _FINPAYS_WORDS},
    GatewayRefused: {"gateway": _FINPAYS_WORDS},
    AlreadyPaid: {"payment": schema(payment_schema.NAME)},
    NotCancellable: {"payment": schema(payment_schema.NAME)},
}


_EXAMPLES: dict[type[PaymentError], dict[str, Any]] = {
    InvalidRequest: {
        "errors": [
            {"pointer": "/order/items", "detail": "unknown member; did you mean order.item?"},
            {"pointer": "/customer", "detail": "is required"},
        ]
    },
    GatewayRejected: {
        "gateway": {"responseCode": "4000001", "responseMessage": "Invalid Field Format."}
    },
    GatewayRefused: {
        "gateway": {"responseCode": "4030001", "responseMessage": "Feature Not Allowed"}
    },
    AlreadyPaid: {"payment": samples.PAID},
    NotCancellable: {"payment": samples.PENDING},
}


def problem_of(kind: Kind) -> Problem:
    """Status, slug and title."""
    return PROBLEMS[kind] if kind else INTERNAL


def example_of(kind: Kind) -> dict[str, Any]:
    """An answer of this kind, as it is sent."""
    status, slug, title = problem_of(kind)
    more = _EXAMPLES.get(kind, {}) if kind else {}
    return {"type": TYPE_PREFIX + slug, "title": title, "status": status, **more}


def name_of(kind: Kind) -> str:
    """The name of a problem's schema: `order-exists` is `OrderExistsProblem`."""
    _, slug, _ = problem_of(kind)
    return "".join(word.capitalize() for word in slug.split("-")) + "Problem"


def problem_schemas() -> dict[str, Any]:
    """Every error answer, by name."""
    # Two errors are one and the same answer: nobody is to tell them apart.
    kinds: list[Kind] = [kind for kind in PROBLEMS if kind is not PaymentNotFound]
    problems = {name_of(kind): _problem(kind) for kind in [*kinds, None]}
    return problems | {
        API_GATEWAY: {
            "type": "object",
            "description": "API Gateway's own words, for what never reached the service.",
            "properties": {"message": {"type": ["string", "null"]}},
            "required": ["message"],
        }
    }


def _problem(kind: Kind) -> dict[str, Any]:
    status, slug, title = problem_of(kind)
    members = {
        "type": {"const": TYPE_PREFIX + slug},
        "title": {"const": title},
        "status": {"const": status},
    } | (_MORE.get(kind, {}) if kind else {})
    return {
        "type": "object",
        "description": title,
        "properties": members,
        "required": [*members],
        "additionalProperties": False,
    }
