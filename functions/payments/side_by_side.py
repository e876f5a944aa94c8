"""Do the same work for several items at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol


class SideBySide(Protocol):
    """Does work for each item, for up to `width` items at the same time."""

    def __call__[T, R](
        self, work: Callable[[T], R], items: Sequence[T], width: int
    ) -> list[Callable[[], R]]:
        """Return the outcomes in the order of the items, when all work has ended.

        An outcome is a function that returns what the work returned, or raises what it raised.
        """


def in_threads[T, R](
    work: Callable[[T], R], items: Sequence[T], width: int
) -> list[Callable[[], R]]:
    """Do the work in `width` threads; implements SideBySide."""
    with ThreadPoolExecutor(width) as pool:
        return [future.result for future in [pool.submit(work, item) for item in items]]
