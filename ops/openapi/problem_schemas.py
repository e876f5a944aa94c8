"""The schemas of the error responses: one per problem of PROBLEMS, and API Gateway's message.

Schemas and examples are derived from the responses that `payments.api.problems` makes.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from ops.openapi import payment_schema, samples
from ops.openapi.openapi_objects import closed_object, schema, text
from payments.api.problems import INTERNAL, PROBLEMS, Problem, internal_error, problem
from payments.domain.errors import (
    AlreadyPaid,
    FieldError,
    GatewayRefused,
    GatewayRejected,
    InvalidRequest,
    NotCancellable,
    PaymentError,
    PaymentInProgress,
    PreviousUnanswered,
)

type Kind = type[PaymentError] | None
"""An error of PROBLEMS; None is an unexpected exception."""

API_GATEWAY = "ApiGatewayMessage"

# Other members are constants.
_VARIABLE_MEMBERS: Mapping[str, dict[str, Any]] = {
    "errors": {
        "type": "array",
        "minItems": 1,
        "description": "The invalid fields: a JSON Pointer (RFC 6901) and the reason for each.",
        "items": closed_object({"pointer": text("^(?:/.*)?$"), "detail": text(minLength=1)}),
    },
    "gateway": closed_object(
        {"responseCode": text(), "responseMessage": text()},
        description="Finpay's response. The message contains no personal data.",
    ),
    "payment": schema(payment_schema.NAME),
}

# Examples of the errors that have arguments.
_EXAMPLES: Mapping[type[PaymentError], PaymentError] = {
    PaymentInProgress: PaymentInProgress(retry_after=2),
    PreviousUnanswered: PreviousUnanswered(retry_after=30),
    InvalidRequest: InvalidRequest(
        (
            FieldError("/order/items", "unknown member; did you mean order.item?"),
            FieldError("/customer", "is required"),
        )
    ),
    GatewayRejected: GatewayRejected("4000001", "Invalid Field Format."),
    GatewayRefused: GatewayRefused("4030001", "Feature Not Allowed"),
    AlreadyPaid: AlreadyPaid(samples.PAID),
    NotCancellable: NotCancellable(samples.PENDING),
}


def problem_of(kind: Kind) -> Problem:
    """HTTP status, type without its prefix, and title."""
    return PROBLEMS[kind] if kind else INTERNAL


def example_of(kind: Kind) -> dict[str, Any]:
    """The body of the response to an error of this kind."""
    body: dict[str, Any] = json.loads(_response_to(kind).body or "")
    return body


def headers_of(kind: Kind) -> Mapping[str, str | list[str]]:
    """The headers of the response to an error of this kind, by their names in lower case."""
    return _response_to(kind).headers


def _response_to(kind: Kind) -> Response[str]:
    if kind is None:
        return internal_error()
    return problem(_EXAMPLES.get(kind) or kind())


def name_of(kind: Kind) -> str:
    """The name of a problem's schema: `OrderExistsProblem` for `order-exists`."""
    _, slug, _ = problem_of(kind)
    return "".join(word.capitalize() for word in slug.split("-")) + "Problem"


def example_name_of(kind: Kind) -> str:
    """Its type without the prefix; for a special case of another error of this type, its class."""
    _, slug, _ = problem_of(kind)
    if kind and any(issubclass(kind, other) for other in _of_type(slug) if other is not kind):
        return re.sub("(?<!^)(?=[A-Z])", "-", kind.__name__).lower()
    return slug


def problem_schemas() -> dict[str, Any]:
    """The schema of every error response, by its name."""
    return {name_of(kind): _problem(kind) for kind in [*PROBLEMS, None]} | {
        API_GATEWAY: {
            "type": "object",
            "description": "API Gateway's message if the service did not respond.",
            "properties": {"message": {"type": ["string", "null"]}},
            "required": ["message"],
        }
    }


def _problem(kind: Kind) -> dict[str, Any]:
    """The schema of all errors of the type of this one. They differ in their titles only."""
    _, slug, title = problem_of(kind)
    titles = [*dict.fromkeys(problem_of(other)[2] for other in _of_type(slug))] or [title]
    members = {
        name: _VARIABLE_MEMBERS.get(name, {"const": value})
        for name, value in example_of(kind).items()
    }
    if len(titles) > 1:
        members["title"] = {"enum": titles}
    return closed_object(members, description=" Or: ".join(titles))


def _of_type(slug: str) -> list[type[PaymentError]]:
    return [kind for kind in PROBLEMS if problem_of(kind)[1] == slug]
