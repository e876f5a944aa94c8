"""Progress of what takes long, on standard error and only where somebody watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import Progress


class Advance(Protocol):
    """Says how many are done by now."""

    def __call__(self, done: int) -> None: ...


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """A bar that is gone when it is over; no total where nobody knows it."""
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(
        console=console,
        transient=True,
        disable=hidden,
        # What is printed meanwhile is the result, and goes where results go.
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        task = bar.add_task(what, total=total)

        def advance(done: int) -> None:
            bar.update(task, completed=done)

        yield advance
