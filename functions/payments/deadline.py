"""Work that somebody waits for only so long."""

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Never


class Overdue(Exception):
    """The time was up before the work was done."""


def within[T](seconds: float, work: Callable[[], T]) -> T:
    """What the work returns or raises, or Overdue after that many seconds.

    It runs beside, because no timeout of a socket bounds a peer that drips, and none bounds a name
    that does not resolve. Work that is overdue goes on unattended: let it end soon.
    """
    outcome: SimpleQueue[Callable[[], T]] = SimpleQueue()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - of any kind: it is raised again by the one who waits
            outcome.put(partial(_raise, error))
        else:
            outcome.put(lambda: result)

    Thread(target=run, daemon=True).start()
    try:
        tell = outcome.get(timeout=max(0.0, seconds))
    except Empty:
        raise Overdue from None
    return tell()


def _raise(error: Exception) -> Never:
    raise error
