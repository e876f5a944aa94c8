"""A text that tries to be several log lines, and places to put it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

MARK = "CRITICAL"
HOSTILE = f'x\r\n\x1b[2J\x1b[31m{{"level":"{MARK}","message":"request served"}}\u2028\u0085\x00'
"""Ends of lines of all kinds, ANSI escapes, JSON and NUL; MARK is in nothing else."""


def places(document: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each text and to each member's name, as keys and a last one that is its kind."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield (*above, name, "name")
            yield from places(value, *above, name)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, *above, index)
    elif isinstance(document, str):
        yield (*above, "value")


def spoilt(document: Any, place: tuple[Any, ...]) -> Any:
    """The document with the hostile text there."""
    *way, last, kind = place
    changed = deepcopy(document)
    holder = changed
    for step in way:
        holder = holder[step]
    if kind == "name":
        members = {HOSTILE if name == last else name: value for name, value in holder.items()}
        holder.clear()
        holder.update(members)
    else:
        holder[last] = HOSTILE
    return changed
