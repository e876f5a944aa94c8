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
from payments.ledger.entry import LedgerEntry, Report
from payments.webhooks.events import Event, current_event, events_of

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

    def redeliver(self, order_id: str, version: int | None = None) -> list[Event]:
        """Queue the events of a version of a payment once more, the latest unless one is given.

        A version has two events if it changed both the status and the excess. They are sent as they
        were, under the same ids; the latest, if they were never sent, are made of the payment,
        under the ids that they had or would have had. Raises NothingToTell or Unavailable.
        """
        events = self._events(order_id, version)
        self.queue.send(events)
        return events

    def _events(self, order_id: str, version: int | None) -> list[Event]:
        told: dict[int, dict[str, Event]] = {}
        for one in self.deliveries.of(order_id):
            told.setdefault(one.event.version, {})[one.event.id] = one.event
        payment = self.payments.get(order_id)
        if payment is None:
            raise NothingToTell(f"there is no payment of order {order_id}")
        for event in _latest(payment):
            told.setdefault(event.version, {}).setdefault(event.id, event)
        if not told:
            raise NothingToTell(
                f"payment {order_id} is {payment.status}, and no event of it is kept"
            )
        found = told.get(max(told) if version is None else version)
        if found is None:
            known = ", ".join(map(str, sorted(told)))
            raise NothingToTell(f"payment {order_id} has events of version {known}")
        return list(found.values())


def _latest(payment: Payment) -> list[Event]:
    """The events of the latest change that storefronts are told of; none while INITIATING.

    What was noted since then made versions, and no events. The money in the bodies is that of the
    version, the rest is as the payment is now.
    """
    versions = [_as_of(payment, number) for number in range(1, len(payment.history) + 1)]
    for before, after in reversed(list(pairwise(versions))):
        if events := events_of(before, after):
            return events
    first = current_event(versions[0])
    return [first] if first else []


def _as_of(payment: Payment, version: int) -> Payment:
    """The payment with the status and the money that it had in a version."""
    entry = payment.history[version - 1]
    ledger = tuple(one for one in payment.ledger if _time_of(one) <= entry.at)
    return replace(
        payment, version=version, status=entry.status, updated_at=entry.at, ledger=ledger
    )


def _time_of(entry: LedgerEntry) -> int:
    return entry.recorded_at if isinstance(entry, Report) else entry.decided_at


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
