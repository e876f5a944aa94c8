"""Publishes events for changes of payments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.payment import Payment
from payments.webhooks.events import events_of

if TYPE_CHECKING:
    from payments.webhooks.interfaces import EventQueue

type RowChange = tuple[Payment, Payment]
"""A payment before and after one write."""


@dataclass(frozen=True, slots=True)
class PublishEvents:
    """Queues the events of each change of a payment."""

    queue: EventQueue

    def __call__(self, changes: Iterable[RowChange]) -> int:
        """Queue the events and return their number; raises Unavailable.

        If the stream delivers a change again, its event is queued again with the same id.
        """
        events = [event for before, after in changes for event in events_of(before, after)]
        if events:
            self.queue.send(events)
        return len(events)
