"""What storefronts were told, and telling them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ops import history_lines
from payments.aws.deliveries_table import DynamoDeliveries, Told
from payments.aws.payments_table import DynamoPayments
from payments.aws.webhook_queue import SqsEvents
from payments.domain.payment import Payment
from payments.webhooks.events import Event, current_event

if TYPE_CHECKING:
    from ops.deployment import Deployment


class NothingToTell(Exception):
    """There is no such event; the message says why."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The events of a deployed stack."""

    payments: DynamoPayments
    deliveries: DynamoDeliveries
    queue: SqsEvents

    def redeliver(self, order_id: str, version: int | None = None) -> Event:
        """Queue an event of a payment once more, the latest unless a version is given.

        It is sent as it was, under the same id; the latest, if it was never sent, is made of the
        payment, under the id that it had or would have had. Raises NothingToTell or Unavailable.
        """
        event = self._event(order_id, version)
        self.queue.send([event])
        return event

    def _event(self, order_id: str, version: int | None) -> Event:
        told = {one.event.version: one.event for one in self.deliveries.of(order_id)}
        payment = self.payments.get(order_id)
        if payment is None:
            raise NothingToTell(f"there is no payment of order {order_id}")
        if latest := _latest(payment):
            told.setdefault(latest.version, latest)
        if not told:
            raise NothingToTell(
                f"payment {order_id} is {payment.status}, and no event of it is kept"
            )
        found = told.get(max(told) if version is None else version)
        if found is None:
            known = ", ".join(map(str, sorted(told)))
            raise NothingToTell(f"payment {order_id} has events of version {known}")
        return found


def _latest(payment: Payment) -> Event | None:
    """The event of the change that brought the payment to its status; None while INITIATING.

    What was noted since then made versions, and no events. The body is of the payment as it is now.
    """
    changes = pairwise((None, *(entry.status for entry in payment.history)))
    version = max(number for number, (old, new) in enumerate(changes, 1) if old is not new)
    at = payment.history[version - 1].at
    return current_event(replace(payment, version=version, updated_at=at))


def of(deployment: Deployment) -> Webhooks:
    """The events of this stack."""
    return Webhooks(
        deployment.payments,
        deployment.deliveries,
        SqsEvents(deployment.sqs, deployment.output("WebhooksQueueUrl")),
    )


def lines(told: Told) -> Iterator[str]:
    """An event and its attempts, one line each: times in WIB, durations in milliseconds."""
    yield f"version {told.event.version}  {told.event.type}  {told.event.id}"
    for number, one in enumerate(told.attempts, 1):
        yield f"  {number}. {history_lines.attempt(one)}"
