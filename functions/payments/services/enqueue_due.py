"""Queue the status syncs that are due.

The index of due payments is the source of truth; the queue only distributes the work. Lost,
duplicate and late messages are safe. A status sync begins with a conditional write that succeeds
for only one consumer, and a payment stays due until that write.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import MINUTE, Clock
from payments.domain.sync_schedule import shards

if TYPE_CHECKING:
    from payments.domain.interfaces import DuePayments, Gateway, SyncQueue

_BATCH_SIZE = 10  # the maximum of SQS
_MAX_WAITING = 100


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a scheduled run.

    `queued` is the number of status syncs that the run queued. `longest_wait` is the delay of the
    most overdue status sync: the time from its due time until the run.
    """

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

        Queues nothing while status checks are stopped, or while more than `_MAX_WAITING` status
        syncs of earlier runs are in the queue. A payment whose status sync is in the queue is
        still due, so this run would queue its status sync again. Raises Unavailable.
        """
        is_held_up = not self.gateway.is_reachable() or self.queue.waiting() > _MAX_WAITING
        now = self.clock()
        if is_held_up:
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
