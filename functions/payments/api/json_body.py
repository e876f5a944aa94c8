"""Reads the JSON of storefronts, strictly: what two parsers could read differently is refused."""

import json
from typing import Any, NoReturn

from payments.domain.errors import MalformedBody


def decode(body: bytes) -> Any:
    """The JSON value of a body in UTF-8.

    Raises MalformedBody for anything else, for a member named twice, for NaN and Infinity, and for
    nesting or numbers beyond what Python takes.
    """
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_distinct_members, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise MalformedBody from None


def _distinct_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    distinct = dict(members)
    if len(distinct) < len(members):
        raise ValueError("a member is named twice")
    return distinct


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")
