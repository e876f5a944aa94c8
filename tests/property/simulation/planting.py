"""How a bug is planted: a patch of the real code for as long as a context lasts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

type Bug = Callable[[], AbstractContextManager[object]]

BUGS: dict[str, Bug] = {}


def bug(make: Bug) -> Bug:
    """Enter a bug under its name."""
    BUGS[make.__name__] = make
    return make


def method(owner: type, name: str, body: Callable[..., Any]) -> AbstractContextManager[object]:
    """Replace a method; the new one is given the old one first."""
    real = getattr(owner, name)
    return mock.patch.object(owner, name, lambda *given, **named: body(real, *given, **named))
