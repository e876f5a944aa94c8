"""Turn what happened to payments into events for their storefronts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.payment import Payment
from payments.webhooks.events import event_of

if TYPE_CHECKING:
    from payments.webhooks.ports import EventQueue

type Change = tuple[Payment, Payment]
"""A payment before and after one write."""


@dataclass(frozen=True, slots=True)
class PublishEvents:
    """Queues the events of a stream of changes."""

    queue: EventQueue

    def __call__(self, changes: Iterable[Change]) -> int:
        """How many events were queued; raises Unavailable.

        When the same changes come again, so do their events, under the same ids.
        """
        events = [event for before, after in changes if (event := event_of(before, after))]
        if events:
            self.queue.send(events)
        return len(events)
