"""Tells the developer what takes its time, and how long it took."""

import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TAIL_BYTES = 4096
_SHOWN = 80


@contextmanager
def step(text: str, log: Path | None = None, *, every: float | None = None) -> Iterator[None]:
    """Print `text` when it begins and its duration in seconds when it ends.

    Until then, print the seconds so far and the last line of `log`: as one line that is updated on
    a terminal, else as a line every ten seconds. `every` sets another number of seconds.
    """
    kind = _Terminal if sys.stdout.isatty() else _Shown
    shown = kind(text, log, every or kind.seconds)
    try:
        with shown.updated():
            yield
    except BaseException:
        shown.end("failed" if shown.elapsed() < 1 else f"failed after {shown.elapsed():.0f} s")
        raise
    shown.end(f"{shown.elapsed():.1f} s")


class _Shown:
    """A step as it is shown where lines cannot be replaced."""

    seconds = 10.0

    def __init__(self, text: str, log: Path | None, every: float) -> None:
        self._text = text
        self._log = log
        self._every = every
        self._started = time.monotonic()
        self._has_own_line = True
        print(f"{text} … ", end="", flush=True)

    @contextmanager
    def updated(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._update_until, args=[ended], daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def elapsed(self) -> float:
        return time.monotonic() - self._started

    def _update_until(self, ended: threading.Event) -> None:
        while not ended.wait(self._every):
            self.update(f"{self.elapsed():.0f} s  {_last_line(self._log)}".rstrip())

    def update(self, now: str) -> None:
        if self._has_own_line:
            print()
        self._has_own_line = False
        print(f"    {now}", flush=True)

    def end(self, outcome: str) -> None:
        print(outcome if self._has_own_line else f"{self._text} … {outcome}", flush=True)


class _Terminal(_Shown):
    """A step on a terminal."""

    seconds = 1.0

    def update(self, now: str) -> None:
        # A line that wraps could not be replaced.
        self._replace(f"{self._text} … {now}"[: shutil.get_terminal_size().columns - 1])

    def end(self, outcome: str) -> None:
        self._replace(f"{self._text} … {outcome}\n")

    def _replace(self, line: str) -> None:
        print(f"\r\033[K{line}", end="", flush=True)


def _last_line(log: Path | None) -> str:
    """Return the last line with a word in it, cut to a line's length; nothing if there is none."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - _TAIL_BYTES, 0))
        said = file.read().decode(errors="replace")
    lines = (" ".join(line.split()) for line in reversed(said.splitlines()))
    return next((line for line in lines if re.search(r"\w", line)), "")[:_SHOWN]
