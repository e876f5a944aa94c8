"""Callbacks: sent when their time comes, tried again as Finpay does, and logged.

A 2xx ends it; 5xx and connection errors are tried again after 1, 5, 15, 30 and 60 minutes on the
simulator's clock (Finpay's notification page); 3xx and 4xx, which that page leaves open, end it.
What is due is recorded before it is sent, and sent again when the process died before its answer.
"""

import itertools
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from simulator.clock import Clock
from simulator.delivery import Receipt, post
from simulator.journal import Record, forget
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
class Due:
    """An attempt that is to be made at a simulated moment; `number` counts from 1."""

    due_id: int
    message: Message
    number: int
    moment: float


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
        self,
        lock: threading.RLock,
        clock: Clock,
        scheduler: Scheduler,
        settings: Settings,
        record: Record = forget,
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._scheduler = scheduler
        self._settings = settings
        self._record = record
        self._log: list[Attempt] = []
        self._due_ids = itertools.count(1)
        self.enabled = True

    def log(self, order_id: str | None = None) -> list[Attempt]:
        with self._lock:
            return [a for a in self._log if order_id is None or a.order_id == order_id]

    def clear(self) -> None:
        """A new log: attempts still under way write into the old one and are not tried again."""
        with self._lock:
            self._log = []
            self.enabled = True

    def restore(self, log: list[Attempt], due: Iterable[Due]) -> None:
        """Go on from what was recorded; what is over its time is sent at once, side by side."""
        with self._lock:
            self._log = log
            for one in due:
                self._due_ids = itertools.count(one.due_id + 1)
                self._scheduler.at(one.moment, partial(self._deliver, log, one))

    def lose(self, message: Message) -> Attempt:
        attempt = self._attempt(message, 1, Receipt(error="lost", final=True), lost=True)
        return self._enter(self._log, attempt)

    def send(
        self, messages: Sequence[Message], delay: float = 0, *, together: bool = False
    ) -> Batch:
        """After `delay` simulated seconds: each once the one before is answered, or all at once."""
        batch, moment = Batch(len(messages)), self._clock.now() + delay
        due = [self._plan(message, 1, moment) for message in messages]
        for chain in [[one] for one in due] if together else [due]:
            self._scheduler.at(moment, partial(self._deliver_chain, self._log, chain, batch))
        return batch

    def _plan(self, message: Message, number: int, moment: float) -> Due:
        with self._lock:
            due = Due(next(self._due_ids), message, number, moment)
            facts = asdict(due)
            facts["message"]["body"] = message.body.decode()
            self._record("due", facts)
            return due

    def _deliver_chain(self, log: list[Attempt], chain: Sequence[Due], batch: Batch) -> None:
        for due in chain:
            attempt = self._deliver(log, due)
            with self._lock:
                batch.add(attempt)

    def _deliver(self, log: list[Attempt], due: Due) -> Attempt:
        message = due.message
        if not self.enabled:
            receipt = Receipt(error="lost: callbacks are switched off", final=True)
            attempt = self._attempt(message, due.number, receipt, lost=True)
            return self._enter(log, attempt, due)
        settings = self._settings
        receipt = post(
            message.url, message.body, settings.callback_timeout, settings.callback_hosts
        )
        attempt = self._attempt(message, due.number, receipt)
        with self._lock:
            # The next attempt is recorded first: dying in between must not lose it.
            self._try_again(log, message, attempt)
            return self._enter(log, attempt, due)

    def _try_again(self, log: list[Attempt], message: Message, attempt: Attempt) -> None:
        if attempt.receipt.final or attempt.number > len(RETRY_MINUTES) or log is not self._log:
            return
        moment = attempt.time + RETRY_MINUTES[attempt.number - 1] * 60
        due = self._plan(message, attempt.number + 1, moment)
        self._scheduler.at(moment, partial(self._deliver, log, due))

    def _attempt(
        self, message: Message, number: int, receipt: Receipt, *, lost: bool = False
    ) -> Attempt:
        moment = self._clock.now()
        return Attempt(moment, message.order_id, message.status, number, receipt, lost)

    def _enter(self, log: list[Attempt], attempt: Attempt, due: Due | None = None) -> Attempt:
        with self._lock:
            if log is self._log:
                self._record("attempt", asdict(attempt) | {"due_id": due and due.due_id})
            log.append(attempt)
        return attempt
