"""Reads the JSON bodies of the control API strictly: whatever is wrong is named."""

import math
import re
from collections.abc import Sequence
from typing import Any


class InputError(Exception):
    """One member of a control body is wrong; `field` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


class Input:
    """Hands out members one by one; `end` refuses those that nobody asked for."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise InputError("body", "must be a JSON object")
        self._left: dict[str, Any] = dict(body)

    def end(self) -> None:
        for name in self._left:
            raise InputError(name, "is not known here")

    def has(self, name: str) -> bool:
        return name in self._left

    def require(self, name: str) -> None:
        if name not in self._left:
            raise InputError(name, "is needed")

    def take_null(self, name: str) -> bool:
        """Whether the member is there and null; it is then used up."""
        if self._left.get(name, "") is not None:
            return False
        del self._left[name]
        return True

    def number(self, name: str, default: float, most: float = 1e9) -> float:
        value = self._left.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(name, "must be a number")
        if not math.isfinite(value) or not 0 <= value <= most:
            raise InputError(name, f"must be from 0 to {most:.0f}")
        return value

    def whole(self, name: str, default: int | None, least: int, most: int) -> int | None:
        value = self._left.pop(name, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise InputError(name, f"must be a whole number from {least} to {most}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise InputError(name, "must be true or false")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self._left.pop(name, default)
        if not _is_word(value):
            raise InputError(name, "must be a string of 1 to 100 characters")
        return str(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self._left.pop(name, default)
        if value not in allowed:
            raise InputError(name, f"must be one of {', '.join(allowed)}")
        return str(value)

    def words(self, name: str) -> list[str]:
        value = self._left.pop(name, None)
        if not isinstance(value, list) or not value or not all(_is_word(word) for word in value):
            raise InputError(name, "must be a list of at least one string of 1 to 100 characters")
        return value


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 100  # noqa: PLR2004 - named in the errors


def newest[T](items: Sequence[T], given: str | None) -> list[T]:
    """All items, oldest first; with `?newest=3` the last three, newest first."""
    if given is None:
        return list(items)
    if not re.fullmatch(r"[1-9][0-9]{0,2}", given):
        raise InputError("newest", "must be a whole number from 1 to 999")
    return list(reversed(items[-int(given) :]))
