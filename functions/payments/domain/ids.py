"""Write ids: every conditional write has one, so that it recognises itself after a lost answer."""

import os
from collections.abc import Callable

type NewId = Callable[[], str]
"""Gives a write_id that no other write bears."""


def new_id() -> str:
    """64 random bits in hex."""
    return os.urandom(8).hex()
