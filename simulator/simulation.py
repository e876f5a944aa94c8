"""The whole simulated gateway without its HTTP: order store, clock, faults and callbacks."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.answers import References, RefundAmounts, callback_body, reported_payment
from simulator.callbacks import Attempt, Callbacks, Message
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.journal import Journal, forget
from simulator.order_store import OrderStore
from simulator.orders import MONEY_TAKEN, Order, Payment
from simulator.replay import Replayed, replay
from simulator.scheduler import Scheduler
from simulator.settings import Settings

LONGEST_WAIT = 60.0
"""Real seconds that a control call waits for callbacks to be answered."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How callbacks are to be delivered; `delay` in simulated seconds."""

    how: str = "send"
    """`send`, `delay`, `lose` (recorded, never sent) or `none`."""
    delay: float = 0.0
    copies: int = 1
    order: str = "given"
    """`given`, `reversed` or `shuffled`."""
    seed: int = 0
    together: bool = False
    """All at once instead of one after the other."""
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Delivered:
    """The first attempts so far; `complete` when every message had its own."""

    attempts: Sequence[Attempt] = ()
    complete: bool = True


class Simulation:
    def __init__(self, settings: Settings) -> None:
        lock = threading.RLock()
        self.settings = settings
        self._journal = Journal(settings.journal) if settings.journal else None
        self._record = self._journal.write if self._journal else forget
        self.clock = Clock(settings.speed)
        self.scheduler = Scheduler(self.clock)
        self.order_store = OrderStore(lock, self.clock.now, self._record)
        self.faults = Faults(lock)
        self.callbacks = Callbacks(lock, self.clock, self.scheduler, settings, self._record)
        self.enabled_sources = settings.enabled_sources
        self.check_shows_code = settings.check_shows_code
        self.references, self.refund_amounts = References.PAYMENT, RefundAmounts.PAID
        if self._journal:
            self._go_on_from(replay(self._journal.entries()))

    def _go_on_from(self, known: Replayed) -> None:
        if known.clock:
            self.clock.restore(known.clock)
        self._record("clock", self.clock.reading())
        self.order_store.restore(known.orders.values(), known.numbers)
        self.callbacks.restore(known.log, known.due.values())

    def start(self) -> None:
        self.scheduler.start()

    def stop(self) -> None:
        self.callbacks.clear()
        self.faults.clear()
        self.scheduler.stop()
        if self._journal:
            self._journal.close()

    def reset(self) -> None:
        """As at the start, but for the numbers: no code is ever given out twice."""
        self.callbacks.clear()
        self.faults.clear()
        self.scheduler.clear()
        self.order_store.clear()
        self.clock.reset(self.settings.speed)
        self._record("reset", None)
        self._record("clock", self.clock.reading())
        self.enabled_sources = self.settings.enabled_sources
        self.check_shows_code = self.settings.check_shows_code
        self.references, self.refund_amounts = References.PAYMENT, RefundAmounts.PAID

    def set_clock(self, speed: float, advance: float) -> None:
        """Change the clock's speed, then push it forward by simulated seconds."""
        self.scheduler.set_speed(speed)
        self.scheduler.advance(advance)
        self._record("clock", self.clock.reading())

    def allows(self, source: str | None) -> bool:
        return source is None or self.enabled_sources is None or source in self.enabled_sources

    def send_callbacks(self, order: Order, plan: Plan, statuses: Sequence[str] = ()) -> Delivered:
        """Call back about an order, by default with the status it has."""
        messages = self._messages(order, plan, statuses or (order.status,))
        if plan.how == "none":
            return Delivered()
        if plan.how == "lose":
            return Delivered([self.callbacks.lose(message) for message in messages])
        batch = self.callbacks.send(messages, plan.delay, together=plan.together)
        wait = plan.wait and self._comes_soon(plan.delay)
        complete = batch.wait(LONGEST_WAIT if wait else 0)
        return Delivered(list(batch.attempts), complete)

    def _comes_soon(self, delay: float) -> bool:
        real = self.clock.real_seconds_until(self.clock.now() + delay)
        return real is not None and real < LONGEST_WAIT

    def _messages(self, order: Order, plan: Plan, statuses: Sequence[str]) -> list[Message]:
        payment = reported_payment(order, self.references, self.refund_amounts, is_check=False)
        if payment is None and MONEY_TAKEN.intersection(statuses):
            payment = self.order_store.imagine_payment(order)
        messages = [
            message
            for status in statuses
            for message in [self._message(order, status, payment)] * plan.copies
        ]
        if plan.order == "reversed":
            messages.reverse()
        if plan.order == "shuffled":
            # Only the order of deliveries depends on it, and the same seed must give the same.
            random.Random(plan.seed).shuffle(messages)  # noqa: S311 - see above  # nosec B311
        return messages

    def _message(self, order: Order, status: str, payment: Payment | None) -> Message:
        merchant_id, merchant_key = self.settings.merchant_id, self.settings.merchant_key
        body = callback_body(order, merchant_id, merchant_key, status, payment, self.references)
        return Message(order.order_id, status, order.new.callback_url, body)
