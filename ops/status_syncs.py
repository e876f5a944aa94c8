"""Have Finpay asked about payments now, by the function and the queue that do it by the schedule.

A payment is made due and its status sync queued; whoever takes it, it is the same conditional write
and the same rule as for every status sync, so this can be done as often as somebody likes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import sleep
from typing import TYPE_CHECKING

from ops.errors import NothingThere
from payments.aws.payment_items import marshal
from payments.aws.sdk_errors import ConditionFailed, translated
from payments.domain.sync_schedule import shard_of, shards
from payments.finpay.client import CANCEL_SECONDS, CHECK_SECONDS
from payments.services.enqueue_due import EnqueueDue, Run

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from payments.aws.payments_table import DynamoPayments
    from payments.aws.status_sync_queue import SqsSyncQueue
    from payments.domain.clock import Clock
    from payments.domain.interfaces import Gateway
    from payments.domain.payment import Payment

_POLL_SECONDS = 0.5
_CALL_MS = round(1000 * max(CHECK_SECONDS, CANCEL_SECONDS))
_SLACK_MS = 6_000
"""For what a status sync reads and writes beside its calls of Finpay."""

type Due = frozenset[tuple[str, int]]
"""Order ids and when they were due (epoch ms)."""


@dataclass(frozen=True, slots=True)
class SyncedPayment:
    """A payment before and after. `taken`: a status sync began; `answered`: Finpay answered it.

    It is None while that is not known.
    """

    before: Payment
    after: Payment
    taken: bool
    answered: bool | None


@dataclass(frozen=True, slots=True)
class StatusSyncs:
    """The status syncs of a deployed stack; every method raises Unavailable."""

    payments: DynamoPayments
    queue: SqsSyncQueue
    clock: Clock

    def ask(self, order_id: str, patience_ms: int) -> SyncedPayment:
        """Queue a status sync at a payment and wait for what it finds; raises NothingThere."""
        before = self.payments.get(order_id)
        if before is None:
            raise NothingThere(
                f"there is no payment of order {order_id}",
                "look through them: python -m ops payment list --newer-than 2d",
            )
        after = replace(before, next_sync_at=self.queue_now(order_id))
        sync_id, began = before.sync_id, 0
        end = self.clock() + patience_ms
        while (now := self.clock()) < end:
            after = self.payments.get(order_id) or after
            if after.version != before.version or after.next_sync_at is None:
                return SyncedPayment(before, after, taken=True, answered=True)
            if after.sync_id is None and (sync_id or after.next_sync_at > now):
                return SyncedPayment(before, after, taken=True, answered=False)
            if after.sync_id != sync_id:
                sync_id, began = after.sync_id, now
            # What failed has said so by then. That nothing is under way is asked too: of what was
            # answered and changed nothing, no more is left than of a status sync whose function
            # died.
            if began and now - began > _longest(after) and not self.queue.waiting():
                return SyncedPayment(before, after, taken=True, answered=True)
            sleep(_POLL_SECONDS)
        return SyncedPayment(before, after, taken=bool(began), answered=None if began else False)

    def queue_now(self, order_id: str) -> int:
        """Make a payment due and queue its status sync; returns when it became due (epoch ms)."""
        now = self.clock()
        request = {":now": now, ":shard": shard_of(order_id)}
        try:
            with translated():
                self.payments.client.update_item(
                    TableName=self.payments.table,
                    Key=marshal({"orderId": order_id}),
                    UpdateExpression="SET nextSyncAt = :now, syncShard = :shard",
                    ConditionExpression="attribute_exists(orderId)",
                    ExpressionAttributeValues=marshal(request),
                )
        except ConditionFailed:
            raise NothingThere(f"there is no payment of order {order_id}") from None
        self.queue.send([(order_id, now)])
        return now

    def due(self) -> Due:
        """The payments whose time has come."""
        now = self.clock()
        return frozenset(one for shard in shards() for one in self.payments.due(shard, now))

    def enqueue_due(self, gateway: Gateway) -> Run:
        """What the schedule does every minute."""
        return EnqueueDue(self.payments, self.queue, gateway, self.clock)(lambda: True)

    def wait(self, due: Due, patience_ms: int, seen: Callable[[int], None]) -> int:
        """Wait until these status syncs were taken; how many were not when the patience ended."""
        end, left = self.clock() + patience_ms, due
        while left and self.clock() < end:
            sleep(_POLL_SECONDS)
            left = due & self.due()
            seen(len(due) - len(left))
        return len(left)


def of(deployment: Deployment) -> StatusSyncs:
    """The status syncs of this stack."""
    return StatusSyncs(deployment.payments, deployment.sync_queue, deployment.now)


def _longest(payment: Payment) -> int:
    """How long a status sync may take (ms): it asks about each order, and may cancel one."""
    calls = 1 + len(payment.previous_attempt_ids) + 1
    return calls * _CALL_MS + _SLACK_MS
