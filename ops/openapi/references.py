"""Where the parts of the document are found."""

from typing import Any

SCHEMAS = "#/components/schemas/"
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


def schema(name: str) -> dict[str, Any]:
    """A reference to a schema of the document."""
    return {"$ref": SCHEMAS + name}


def text(pattern: str = "", **more: Any) -> dict[str, Any]:
    """A string, of a pattern where one is given."""
    return {"type": "string"} | ({"pattern": pattern} if pattern else {}) | more


def or_null(of: dict[str, Any]) -> dict[str, Any]:
    """The same type, or null while the value is not known."""
    return of | {"type": [of["type"], "null"]}
