"""Write ids.

Every conditional write has a unique id. If the response is lost, the retry finds the id in the item
and recognises that the write was applied.
"""

import os
from collections.abc import Callable

type NewId = Callable[[], str]
"""Returns a unique write id."""


def new_id() -> str:
    """Return 64 random bits as 16 hex digits."""
    return os.urandom(8).hex()
