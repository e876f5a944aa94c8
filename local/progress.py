"""Tells the developer what takes its time, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print `text` when it begins and its duration in seconds when it ends."""
    print(f"{text} … ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed" if _elapsed(started) < 1 else f"failed after {_elapsed(started):.0f} s")
        raise
    print(f"{_elapsed(started):.1f} s", flush=True)


def _elapsed(started: float) -> float:
    return time.monotonic() - started
