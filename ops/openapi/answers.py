"""The answers of an operation that are errors, by status."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from ops.openapi.problem_schemas import API_GATEWAY, Kind, example_of, name_of, problem_of
from ops.openapi.references import JSON, PROBLEM_JSON, schema
from payments.domain.errors import (
    NotAttempted,
    OutcomeUnknown,
    PaymentInProgress,
    Unauthenticated,
    Unavailable,
)

_WAIT = {PaymentInProgress, NotAttempted, OutcomeUnknown, Unavailable}

# What API Gateway answers by itself, wherever it is.
_ANYWHERE = {
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
WITHOUT_KEY = {401: "Unauthorized"}
NO_SUCH_PATH = {404: "Not Found"}
"""A path with an empty segment, for instance, leads to no function."""


def errors(kinds: Iterable[Kind], words: dict[int, str]) -> dict[str, Any]:
    """The error answers of an operation.

    `kinds` are its problems, `words` what API Gateway says by itself besides what it says anywhere.
    """
    by_status: dict[int, list[Kind]] = {}
    for kind in kinds:
        by_status.setdefault(problem_of(kind)[0], []).append(kind)
    spoken = _ANYWHERE | words
    return {
        str(status): _answer(status, by_status.get(status, []), spoken.get(status))
        for status in sorted({*by_status, *spoken})
    }


def _answer(status: int, kinds: list[Kind], words: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if kinds:
        schemas = [schema(name_of(kind)) for kind in kinds]
        content[PROBLEM_JSON] = {
            "schema": {"oneOf": schemas} if len(schemas) > 1 else schemas[0],
            "examples": {problem_of(kind)[1]: {"value": example_of(kind)} for kind in kinds},
        }
    if words:
        content[JSON] = {"schema": schema(API_GATEWAY), "example": {"message": words}}
    said = [f"{problem_of(kind)[2]}" for kind in kinds]
    if not said:
        said = [f"{HTTPStatus(status).phrase}, says API Gateway."]
    answer: dict[str, Any] = {"description": " Or: ".join(said), "content": content}
    if headers := _headers(kinds, words):
        answer["headers"] = headers
    return answer


def _headers(kinds: list[Kind], words: str | None) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    waiting = _WAIT.intersection(kinds)
    if waiting:
        headers["Retry-After"] = {
            "description": "Seconds until it makes sense to send it again.",
            "schema": {"type": "integer", "minimum": 0},
            "example": 5,
            "required": waiting == {*kinds} and words is None,
        }
    if Unauthenticated in kinds:
        headers["WWW-Authenticate"] = {
            "description": "Not with API Gateway's own words.",
            "schema": {"const": "Bearer"},
        }
    return headers
