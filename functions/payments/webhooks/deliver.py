"""Tell a storefront of an event: one attempt, and what is to follow it.

The queue brings each event until it is told that it is done, so an event is delivered at least
once; the storefront knows it again by its id. What cannot be known, whether a receiver took what it
did not answer, is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.webhooks.attempts import OTHER_MACHINE, Attempt, Outcome, Reply
from payments.webhooks.endpoint import Receiver, endpoint_of
from payments.webhooks.events import Event
from payments.webhooks.retry_policy import Retries
from payments.webhooks.signature import signed_headers

if TYPE_CHECKING:
    from payments.webhooks.ports import Deliveries, PostWebhook, Receivers

_HEADERS = {"content-type": "application/json", "user-agent": "finpay-payments"}
_SUCCESS = range(200, 300)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt, and the seconds until the queue brings the event again; None if it is done with.

    After the last attempt they are 0, and the queue puts the event aside.
    """

    attempt: Attempt
    pause: int | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Delivers events to the receivers of the storefronts."""

    receivers: Receivers
    post: PostWebhook
    deliveries: Deliveries
    retries: Retries
    clock: Clock
    chance: Callable[[], float]

    def __call__(self, event: Event, number: int) -> Delivery:
        """Make the attempt of this number (the first is 1) and note it in the delivery log.

        Raises Unavailable, mostly before anything was sent; see `pause_after`.
        """
        receiver = self.receivers.of(event.storefront_id)
        if receiver is None or not receiver.secrets:
            return self._noted(event, Attempt(self.clock(), 0, Outcome.DISABLED, why="no-secret"))
        if endpoint_of(event.url) in receiver.gone:
            return self._noted(event, Attempt(self.clock(), 0, Outcome.DISABLED, why="gone"))
        return self._attempt(event, number, receiver)

    def pause_after(self, number: int) -> int:
        """The seconds until the next attempt where this one failed through no receiver's fault."""
        return self.retries.pause_after(number, None, self.chance())

    def _attempt(self, event: Event, number: int, receiver: Receiver) -> Delivery:
        at, body = self.clock(), event.body.encode()
        headers = signed_headers(event.id, at // 1000, body, receiver.secrets)
        reply = self.post(event.url, _HEADERS | headers, body)
        outcome = outcome_of(reply)
        if outcome is Outcome.GONE:
            self.receivers.disable(event.storefront_id, endpoint_of(event.url))
        attempt = Attempt(at, self.clock() - at, outcome, reply.status, reply.why)
        pause = None
        if outcome is Outcome.FAILED:
            pause = self.retries.pause_after(number, reply.retry_after, self.chance())
        return self._noted(event, attempt, pause)

    def _noted(self, event: Event, attempt: Attempt, pause: int | None = None) -> Delivery:
        self.deliveries.note(event, attempt)
        return Delivery(attempt, pause)


def outcome_of(reply: Reply) -> Outcome:
    if reply.status in _SUCCESS:
        return Outcome.DELIVERED
    if reply.why == OTHER_MACHINE:
        return Outcome.DISABLED
    return Outcome.GONE if reply.status == _GONE else Outcome.FAILED
