"""Callbacks: sent when their time comes, tried again as Finpay does, and logged.

A 2xx ends it; 5xx and connection errors are tried again after 1, 5, 15, 30 and 60 minutes on the
simulator's clock (Finpay's notification page); 3xx and 4xx, which that page leaves open, end it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from simulator.clock import Clock
from simulator.delivery import Receipt, post
from simulator.scheduler import Scheduler
from simulator.settings import Settings

RETRY_MINUTES = (1, 5, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Message:
    """A callback whose bytes are fixed: all copies and retries send the same."""

    order_id: str
    status: str
    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the log; `time` is simulated seconds, `number` counts from 1."""

    time: float
    order_id: str
    status: str
    number: int
    receipt: Receipt
    lost: bool = False


class Batch:
    """Messages sent for one reason; it is done when each had its first attempt."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._done = threading.Event()
        self.attempts: list[Attempt] = []

    def add(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if len(self.attempts) >= self._size:
            self._done.set()

    def wait(self, real_seconds: float) -> bool:
        return self._done.wait(real_seconds)


class Callbacks:
    def __init__(
        self, lock: threading.RLock, clock: Clock, scheduler: Scheduler, settings: Settings
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._scheduler = scheduler
        self._settings = settings
        self._log: list[Attempt] = []
        self.enabled = True

    def log(self, order_id: str | None = None) -> list[Attempt]:
        with self._lock:
            return [a for a in self._log if order_id is None or a.order_id == order_id]

    def clear(self) -> None:
        """A new log: attempts still under way write into the old one and are not tried again."""
        with self._lock:
            self._log = []
            self.enabled = True

    def lose(self, message: Message) -> Attempt:
        return self._enter(self._log, message, 1, Receipt(error="lost", final=True), lost=True)

    def send(
        self, messages: Sequence[Message], delay: float = 0, *, together: bool = False
    ) -> Batch:
        """After `delay` simulated seconds: each once the one before is answered, or all at once."""
        batch = Batch(len(messages))
        chains = [[message] for message in messages] if together else [list(messages)]
        for chain in chains:
            job = partial(self._deliver_chain, self._log, chain, batch)
            self._scheduler.at(self._clock.now() + delay, job)
        return batch

    def _deliver_chain(self, log: list[Attempt], chain: Sequence[Message], batch: Batch) -> None:
        for message in chain:
            attempt = self._deliver(log, message, 1)
            with self._lock:
                batch.add(attempt)

    def _deliver(self, log: list[Attempt], message: Message, number: int) -> Attempt:
        if not self.enabled:
            receipt = Receipt(error="lost: callbacks are switched off", final=True)
            return self._enter(log, message, number, receipt, lost=True)
        settings = self._settings
        receipt = post(
            message.url, message.body, settings.callback_timeout, settings.callback_hosts
        )
        attempt = self._enter(log, message, number, receipt)
        self._try_again(log, message, attempt)
        return attempt

    def _try_again(self, log: list[Attempt], message: Message, attempt: Attempt) -> None:
        if attempt.receipt.final or attempt.number > len(RETRY_MINUTES) or log is not self._log:
            return
        due = attempt.time + RETRY_MINUTES[attempt.number - 1] * 60

        def job() -> None:
            self._deliver(log, message, attempt.number + 1)

        self._scheduler.at(due, job)

    def _enter(
        self,
        log: list[Attempt],
        message: Message,
        number: int,
        receipt: Receipt,
        *,
        lost: bool = False,
    ) -> Attempt:
        moment = self._clock.now()
        attempt = Attempt(moment, message.order_id, message.status, number, receipt, lost)
        with self._lock:
            log.append(attempt)
        return attempt
