"""Ask Finpay about open payments whose turn has come: callbacks get lost.

The index of due payments is the truth and the queue only spreads the work: a message that gets
lost, comes twice or comes late does no harm, since a status sync begins with a conditional write
that one consumer wins, and a payment stays due until that write.
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
from payments.domain.transitions import GIVEN_UP, OPEN, Status
from payments.services.apply_status import Effect, StatusUpdate
from payments.services.resolve import Resolve
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.ports import DuePayments, Gateway, PaymentStore, SyncQueue

_BATCH = 10  # SQS takes no more at once
_STILL_BUSY = 100


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the schedule did, and how long the status sync that waits longest has been due."""

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
        """Queue status syncs until the time is up; the next run goes on with the rest.

        No status sync is queued while Finpay does not answer, and none while the queue has plenty
        of an earlier run's: what waits there is still due and would be queued again. Raises
        Unavailable.
        """
        now = self.clock()
        if not self.gateway.is_reachable() or self.queue.waiting() > _STILL_BUSY:
            return Run(0, self._longest_wait(now))
        queued = longest_wait = 0
        for batch in itertools.batched(self._due(now), _BATCH, strict=False):
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
        # Every minute another shard comes first, so that none waits for ever behind a full one.
        first = now // MINUTE % len(names)
        for shard in names[first:] + names[:first]:
            yield from self.payments.due(shard, now)


@dataclass(frozen=True, slots=True)
class ReconcilePayment:
    """Reconciles one payment."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    resolve: Resolve
    clock: Clock
    new_id: NewId

    def __call__(self, order_id: str, due_at: int) -> StatusUpdate | None:
        """What the status sync that was due then found out; None if it is another's or out of reach.

        Raises a GatewayError or PaymentInProgress, and status syncs again soon; raises Unavailable.
        """
        if not self.gateway.is_reachable():
            return None
        payment = self.payments.get(order_id)
        if payment is None or payment.next_sync_at != due_at:
            return None
        write_id, now = self.new_id(), self.clock()
        # This container's clock may be behind the one by which the status sync was due.
        upcoming = next_sync_time(payment, max(now, due_at))
        soon = min(upcoming or now + AGAIN, now + AGAIN)
        # The last status sync is crossed off only once it was taken.
        if self.payments.begin_sync(order_id, due_at, upcoming or soon, write_id) is None:
            return None
        try:
            update = self._sync_previous_attempts(
                self._sync(replace(payment, sync_id=write_id), now)
            )
        except (GatewayError, PaymentInProgress, Unavailable):
            self.payments.end_sync(order_id, write_id, soon)
            raise
        self._plan(update.payment, write_id)
        return update

    def _sync(self, payment: Payment, now: int) -> StatusUpdate:
        if payment.status is Status.INITIATING and now >= payment.last_attempt_at + PATIENCE:
            return self.resolve.to_close(payment, Source.STATUS_CHECK)
        return self.sync_status(payment).update

    def _sync_previous_attempts(self, update: StatusUpdate) -> StatusUpdate:
        """Ask about the orders that were given up at Finpay too: money is never dropped."""
        for earlier in update.payment.previous_attempt_ids:
            if update.payment.status in OPEN | GIVEN_UP:
                found = self.sync_status.about(update.payment, earlier).update
                update = found if found.effect is not Effect.NOTHING else update
        return update

    def _plan(self, payment: Payment, write_id: str) -> None:
        """End the watch where there is nothing left to see."""
        if payment.sync_id == write_id and next_sync_time(payment, self.clock()) is None:
            self.payments.end_sync(payment.order_id, write_id, None)
