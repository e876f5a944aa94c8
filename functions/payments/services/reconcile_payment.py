"""Run the status syncs that are due, because callbacks can get lost.

The index of due payments is the source of truth; the queue only distributes the work. A message
that is lost, duplicated or late does no harm: a status sync begins with a conditional write that
only one consumer wins, and a payment stays due until that write.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payments.domain.clock import MINUTE, Clock
from payments.domain.errors import GatewayError, PaymentInProgress, Unavailable
from payments.domain.ids import NewId
from payments.domain.payment import Payment, Source
from payments.domain.sync_schedule import AGAIN, PATIENCE, next_sync_time, shards
from payments.domain.transition_table import GIVEN_UP, OPEN, Status
from payments.services.apply_status import Effect, StatusUpdate
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import DuePayments, Gateway, PaymentStore, SyncQueue

_BATCH_SIZE = 10  # the maximum of SQS
_MAX_WAITING = 100


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a scheduled run: status syncs queued, and how long the oldest has been due."""

    queued: int
    longest_wait: int  # milliseconds


@dataclass(frozen=True, slots=True)
class EnqueueDue:
    """Queues the status syncs that are due."""

    payments: DuePayments
    queue: SyncQueue
    gateway: Gateway
    clock: Clock

    def __call__(self, has_time: Callable[[], bool]) -> Run:
        """Queue status syncs while `has_time()` is true; the next run queues the rest.

        Queues nothing while the circuit breaker is open, or while the queue holds many status syncs
        of an earlier run: these are still due and would be queued again. Raises Unavailable.
        """
        now = self.clock()
        if not self.gateway.is_reachable() or self.queue.waiting() > _MAX_WAITING:
            return Run(0, self._longest_wait(now))
        queued = longest_wait = 0
        for batch in itertools.batched(self._due(now), _BATCH_SIZE, strict=False):
            longest_wait = max(longest_wait, *(now - due_at for _, due_at in batch))
            if not has_time():
                break
            self.queue.send(batch)
            queued += len(batch)
        return Run(queued, longest_wait)

    def _longest_wait(self, now: int) -> int:
        firsts = (next(self.payments.due(shard, now), None) for shard in shards())
        return max((now - first[1] for first in firsts if first), default=0)

    def _due(self, now: int) -> Iterator[tuple[str, int]]:
        names = shards()
        # The first shard changes every minute, so that a full shard cannot block the others.
        first = now // MINUTE % len(names)
        for shard in names[first:] + names[:first]:
            yield from self.payments.due(shard, now)


@dataclass(frozen=True, slots=True)
class ReconcilePayment:
    """Runs a status sync that is due."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    resolve: Resolve
    clock: Clock
    new_id: NewId

    def __call__(self, order_id: str, due_at: int) -> StatusUpdate | None:
        """Run the status sync that is due at `due_at` (epoch milliseconds); return its update.

        Returns None if the status sync is no longer due, if another consumer has begun it, or while
        the circuit breaker is open. Raises a GatewayError, PaymentInProgress or Unavailable; after
        such an error the next status sync is due within 5 minutes.
        """
        if not self.gateway.is_reachable():
            return None
        payment = self.payments.get(order_id)
        if payment is None or payment.next_sync_at != due_at:
            return None
        write_id, now = self.new_id(), self.clock()
        # The clock of this container may be behind the clock that made the status sync due.
        upcoming = next_sync_time(payment, max(now, due_at))
        soon = min(upcoming or now + AGAIN, now + AGAIN)
        # The last status sync of the schedule stays due until it has succeeded, in case it fails.
        if self.payments.begin_sync(order_id, due_at, upcoming or soon, write_id) is None:
            return None
        try:
            update = self._sync_previous_attempts(
                self._sync(replace(payment, sync_id=write_id), now)
            )
        except (GatewayError, PaymentInProgress, Unavailable):
            self.payments.end_sync(order_id, write_id, soon)
            raise
        self._clear_next_sync(update.payment, write_id)
        return update

    def _sync(self, payment: Payment, now: int) -> StatusUpdate:
        if payment.status is Status.INITIATING and now >= payment.last_attempt_at + PATIENCE:
            return self.resolve.to_close(payment, Source.STATUS_CHECK)
        return self.sync_status(payment).update

    def _sync_previous_attempts(self, update: StatusUpdate) -> StatusUpdate:
        """Sync the previous attempts too, because a customer may have paid one of them."""
        for gateway_order_id in update.payment.previous_attempt_ids:
            if update.payment.status in OPEN | GIVEN_UP:
                found = self.sync_status.about(update.payment, gateway_order_id).update
                update = found if found.effect is not Effect.NOTHING else update
        return update

    def _clear_next_sync(self, payment: Payment, write_id: str) -> None:
        """Clear next_sync_at if the schedule has no further status sync."""
        if payment.sync_id == write_id and next_sync_time(payment, self.clock()) is None:
            self.payments.end_sync(payment.order_id, write_id, None)
