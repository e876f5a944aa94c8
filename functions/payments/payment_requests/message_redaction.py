"""Cleans what others write of what they may have quoted."""

import re
from collections.abc import Iterable, Iterator

_CUT = "…"
# An e-mail, or five digits and more with whatever people write between them.
_PERSONAL_LOOKS = re.compile(r"\S+@\S+|\+?[0-9](?:[\s().-]{0,2}[0-9]){4,}")
_SHORTEST_VALUE, _SHORTEST_WORD = 2, 3


def redact(message: str, values: Iterable[str]) -> str:
    """The message without the values, without their words and without what looks personal.

    Upper and lower case are the same here; a value is cut only where it stands as a word of its
    own, or "Al" would be cut out of "Invalid".
    """
    message = _PERSONAL_LOOKS.sub(_CUT, message)
    # Few of a large request's values are in the message, and only those are worth a pattern.
    quoted = [v for v in _with_words(values) if v.casefold() in message.casefold()]
    for value in sorted(quoted, key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", _CUT, message, flags=re.IGNORECASE)
    return message


def values_in(document: object) -> Iterator[str]:
    """Every text and number in a JSON value, as text."""
    if isinstance(document, dict | list):
        for entry in document.values() if isinstance(document, dict) else document:
            yield from values_in(entry)
    elif isinstance(document, str | int | float) and not isinstance(document, bool):
        yield str(document)


def _with_words(values: Iterable[str]) -> set[str]:
    whole = {value for value in values if len(value) >= _SHORTEST_VALUE}
    words = {word for value in whole for word in re.findall(r"\w+", value)}
    return whole | {word for word in words if len(word) >= _SHORTEST_WORD}
