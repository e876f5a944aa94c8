"""Have Finpay asked about payments now, by the function and the queue that do it by the schedule.

A payment is made due and its look queued; whoever takes it, it is the same conditional write and
the same rule as for every look, so this can be done as often as somebody likes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

from ops.errors import NothingThere
from payments.aws_errors import ConditionFailed, translated
from payments.items import marshal
from payments.looks import shard_of, shards
from payments.reconcile import QueueDue, Run

if TYPE_CHECKING:
    from payments.clock import Clock
    from payments.look_queue import SqsLooks
    from payments.payment import Payment
    from payments.ports import Gateway
    from payments.store import DynamoPayments

_POLL_SECONDS = 0.5
_ANSWER_MS = 6_000
"""How long a look that was begun may wait for Finpay's answer and bring it home."""

type Due = frozenset[tuple[str, int]]
"""Order ids and when they were due (epoch ms)."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A payment before and after. `taken`: a look began; `answered`: Finpay answered it."""

    before: Payment
    after: Payment
    taken: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a deployed stack; every method raises Unavailable."""

    payments: DynamoPayments
    queue: SqsLooks
    clock: Clock

    def ask(self, order_id: str, patience_ms: int) -> Looked:
        """Queue a look at a payment and wait for what it finds; raises NothingThere."""
        before = self.payments.get(order_id)
        if before is None:
            raise NothingThere(
                f"there is no payment of order {order_id}",
                "look through them: python -m ops payment list --newer-than 2d",
            )
        due_at = self.queue_now(order_id)
        end, began = self.clock() + patience_ms, None
        while (now := self.clock()) < end:
            after = self.payments.get(order_id) or before
            if after.version != before.version:
                return Looked(before, after, taken=True, answered=True)
            if began is None and after.due_at != due_at:
                began = now
            if began is not None and after.due_at is not None and after.look is None:
                return Looked(before, after, taken=True, answered=False)
            if began is not None and now - began > _ANSWER_MS:
                return Looked(before, after, taken=True, answered=True)
            sleep(_POLL_SECONDS)
        return Looked(before, before, taken=False, answered=False)

    def queue_now(self, order_id: str) -> int:
        """Make a payment due and queue its look; the moment since when it is due (epoch ms)."""
        now = self.clock()
        request = {":now": now, ":shard": shard_of(order_id)}
        try:
            with translated():
                self.payments.client.update_item(
                    TableName=self.payments.table,
                    Key=marshal({"orderId": order_id}),
                    UpdateExpression="SET dueAt = :now, dueShard = :shard",
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

    def queue_due(self, gateway: Gateway) -> Run:
        """What the schedule does every minute."""
        return QueueDue(self.payments, self.queue, gateway, self.clock)(lambda: True)

    def wait(self, due: Due, patience_ms: int, seen: Callable[[int], None]) -> int:
        """Wait until these looks were taken; how many were not when the patience ended."""
        end, left = self.clock() + patience_ms, due
        while left and self.clock() < end:
            sleep(_POLL_SECONDS)
            left = due & self.due()
            seen(len(due) - len(left))
        return len(left)
