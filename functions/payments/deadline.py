"""Run work with a deadline."""

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Never


class DeadlineExceeded(Exception):
    """The work did not finish before its deadline."""


def run_with_deadline[T](seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises; raise DeadlineExceeded after `seconds`.

    The work runs in a thread of its own, because a socket timeout limits neither a peer that sends
    slowly nor a DNS lookup. After DeadlineExceeded the thread keeps running, so the work must end
    soon.
    """
    outcome: SimpleQueue[Callable[[], T]] = SimpleQueue()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - raised again in the calling thread
            outcome.put(partial(_raise, error))
        else:
            outcome.put(lambda: result)

    Thread(target=run, daemon=True).start()
    try:
        get_result = outcome.get(timeout=max(0.0, seconds))
    except Empty:
        raise DeadlineExceeded from None
    return get_result()


def _raise(error: Exception) -> Never:
    raise error
