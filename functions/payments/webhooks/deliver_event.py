"""Makes one attempt to deliver an event to a storefront, and decides whether another one follows.

The queue redelivers an event until the event is deleted, so delivery is at least once. The
storefront recognizes duplicates by the id of the event. If the endpoint does not answer, it is
unknown whether it accepted the event, and the event is retried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.webhooks.delivery_attempt import (
    OTHER_MACHINE,
    DeliveryAttempt,
    DeliveryOutcome,
    EndpointResponse,
)
from payments.webhooks.endpoint import Receiver, endpoint_of
from payments.webhooks.events import Event
from payments.webhooks.retry_policy import RetryPolicy
from payments.webhooks.signature import signed_headers

if TYPE_CHECKING:
    from payments.webhooks.interfaces import Deliveries, Receivers, WebhookSender

_HEADERS = {"content-type": "application/json", "user-agent": "finpay-payments"}
_SUCCESS = range(200, 300)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt, and `pause`, the number of seconds until the next attempt.

    `pause` is None if the event needs no other attempt. It is 0 if the last allowed attempt failed;
    the queue then moves the event to its dead-letter queue.
    """

    attempt: DeliveryAttempt
    pause: int | None = None


@dataclass(frozen=True, slots=True)
class DeliverEvent:
    """Delivers events to the webhook endpoints of the storefronts."""

    receivers: Receivers
    post: WebhookSender
    deliveries: Deliveries
    retries: RetryPolicy
    clock: Clock
    chance: Callable[[], float]

    def __call__(self, event: Event, number: int) -> Delivery:
        """Make attempt `number` (the first is 1) and write it to the delivery log.

        Raises Unavailable if one of the service's own stores does not answer, in most cases before
        the webhook is sent. The next attempt is then due after `pause_after(number)`.
        """
        receiver = self.receivers.of(event.storefront_id)
        if receiver is None or not receiver.secrets:
            return self._logged(
                event, DeliveryAttempt(self.clock(), 0, DeliveryOutcome.DISABLED, why="no-secret")
            )
        if endpoint_of(event.url) in receiver.gone:
            return self._logged(
                event, DeliveryAttempt(self.clock(), 0, DeliveryOutcome.DISABLED, why="gone")
            )
        return self._attempt(event, number, receiver)

    def pause_after(self, number: int) -> int:
        """Seconds until the next attempt after an attempt that raised Unavailable."""
        return self.retries.pause_after(number, None, self.chance())

    def _attempt(self, event: Event, number: int, receiver: Receiver) -> Delivery:
        at, body = self.clock(), event.body.encode()
        headers = signed_headers(event.id, at // 1000, body, receiver.secrets)
        reply = self.post(event.url, _HEADERS | headers, body)
        outcome = outcome_of(reply)
        if outcome is DeliveryOutcome.GONE:
            self.receivers.disable(event.storefront_id, endpoint_of(event.url))
        attempt = DeliveryAttempt(at, self.clock() - at, outcome, reply.status, reply.why)
        pause = None
        if outcome is DeliveryOutcome.FAILED:
            pause = self.retries.pause_after(number, reply.retry_after, self.chance())
        return self._logged(event, attempt, pause)

    def _logged(self, event: Event, attempt: DeliveryAttempt, pause: int | None = None) -> Delivery:
        self.deliveries.note(event, attempt)
        return Delivery(attempt, pause)


def outcome_of(reply: EndpointResponse) -> DeliveryOutcome:
    """The outcome of an attempt: 2xx is DELIVERED, 410 is GONE, any other reply is FAILED.

    It is DISABLED if the local stack refuses the URL.
    """
    if reply.status in _SUCCESS:
        return DeliveryOutcome.DELIVERED
    if reply.why == OTHER_MACHINE:
        return DeliveryOutcome.DISABLED
    return DeliveryOutcome.GONE if reply.status == _GONE else DeliveryOutcome.FAILED
