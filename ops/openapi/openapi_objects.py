"""Builders of the OpenAPI objects that several modules use."""

from collections.abc import Mapping
from typing import Any

SCHEMAS = "#/components/schemas/"
JSON = "application/json"
NO_STORE = {"Cache-Control": {"schema": {"const": "no-store"}, "required": True}}
"""The header of responses that no cache may store."""


def schema(name: str) -> dict[str, Any]:
    """A reference to a schema of the document."""
    return {"$ref": SCHEMAS + name}


def text(pattern: str = "", **more: Any) -> dict[str, Any]:
    """The schema of a string, with a pattern if one is given."""
    return {"type": "string"} | ({"pattern": pattern} if pattern else {}) | more


def or_null(of: dict[str, Any]) -> dict[str, Any]:
    """The schema of the same type or null."""
    return of | {"type": [of["type"], "null"]}


def closed_object(members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of an object that has all of these members and no others."""
    return {
        "type": "object",
        **more,
        "properties": members,
        "required": [*members],
        "additionalProperties": False,
    }


def parameter(name: str, place: str, of: dict[str, Any], description: str) -> dict[str, Any]:
    """A required parameter; `place` is `path` or `header`."""
    return {
        "name": name,
        "in": place,
        "required": True,
        "description": description,
        "schema": of,
    }


def json_content(name: str, example: Any) -> dict[str, Any]:
    """A JSON body: the name of its schema and an example."""
    return {JSON: {"schema": schema(name), "example": example}}


def json_content_with(name: str, examples: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON body: the name of its schema, and examples by their names."""
    values = {which: {"value": value} for which, value in examples.items()}
    return {JSON: {"schema": schema(name), "examples": values}}
