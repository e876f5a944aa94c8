"""The error responses of an operation, by HTTP status."""

from collections.abc import Iterable
from typing import Any

from ops.openapi.openapi_objects import json_content, schema
from ops.openapi.problem_schemas import (
    API_GATEWAY,
    Kind,
    example_name_of,
    example_of,
    headers_of,
    name_of,
    problem_of,
)
from payments.domain.errors import Unavailable

# Every operation can fail with these.
_COMMON_ERRORS: tuple[Kind, ...] = (Unavailable, None)
_COMMON_MESSAGES = {
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
NO_API_KEY = {401: "Unauthorized"}
NO_SUCH_PATH = {404: "Not Found"}
"""For example, API Gateway has no route for a path with an empty segment."""


def error_responses(kinds: Iterable[Kind], messages: dict[int, str]) -> dict[str, Any]:
    """The error responses of an operation, in addition to those that all operations have.

    `kinds` are the errors of the service, `messages` those of API Gateway by HTTP status.
    """
    by_status: dict[int, list[Kind]] = {}
    for kind in (*kinds, *_COMMON_ERRORS):
        by_status.setdefault(problem_of(kind)[0], []).append(kind)
    messages = _COMMON_MESSAGES | messages
    return {
        str(status): _response(by_status.get(status, []), messages.get(status))
        for status in sorted({*by_status, *messages})
    }


def _response(kinds: list[Kind], message: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if kinds:
        schemas = [schema(name) for name in dict.fromkeys(map(name_of, kinds))]
        content["application/problem+json"] = {
            "schema": {"oneOf": schemas} if len(schemas) > 1 else schemas[0],
            "examples": {example_name_of(kind): {"value": example_of(kind)} for kind in kinds},
        }
    if message:
        content |= json_content(API_GATEWAY, {"message": message})
    titles = [problem_of(kind)[2] for kind in kinds]
    response = {
        "description": " Or: ".join(titles) or f"{message}. API Gateway sends this response.",
        "content": content,
    }
    if headers := _headers(kinds, message):
        response["headers"] = headers
    return response


def _headers(kinds: list[Kind], message: str | None) -> dict[str, Any]:
    sent = [headers_of(kind) for kind in kinds]
    headers: dict[str, Any] = {}
    seconds = [int(str(example["retry-after"])) for example in sent if "retry-after" in example]
    if seconds:
        headers["Retry-After"] = {
            "description": "Seconds to wait before the request is sent again.",
            "schema": {"type": "integer", "minimum": 0},
            "example": seconds[0],
            "required": len(seconds) == len(kinds) and message is None,
        }
    if any("www-authenticate" in example for example in sent):
        headers["WWW-Authenticate"] = {
            "description": "Absent if API Gateway sends the response.",
            "schema": {"const": "Bearer"},
        }
    return headers
