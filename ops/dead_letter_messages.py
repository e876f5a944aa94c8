"""What was put aside: one message, where it is, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ops import wib
from ops.stream_dead_letters import read_batch
from payments.aws.status_sync_queue import read_sync
from payments.aws.webhook_queue import read_event
from payments.domain.payment import is_order_id

_UNREADABLE = "unreadable"


class Queue(StrEnum):
    """The queues of dead letters, by what is in them."""

    STATUS_SYNCS = "status-syncs"
    WEBHOOKS = "webhooks"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class DeadLetterMessage:
    """One message: when it was put aside (epoch ms), and what it is about."""

    id: str
    queue: Queue
    put_aside_at: int
    about: dict[str, str | int | None]
    body: str

    @property
    def is_ours(self) -> bool:
        """Whether it can be read."""
        return _UNREADABLE not in self.about

    def may_be_of(self, storefront_id: str | None) -> bool:
        """Whether it may be this storefront's, None being all: of what is unreadable who knows."""
        return storefront_id in {None, self.about.get("storefront")} or not self.is_ours

    def as_json(self) -> dict[str, Any]:
        """For machines; never the body, which may be a payment as its shop is to see it."""
        at = wib.iso(self.put_aside_at)
        return {"queue": self.queue, "putAsideAt": at, "about": self.about}

    def line(self) -> str:
        """In one line."""
        about = "  ".join(f"{name} {value}" for name, value in self.about.items())
        return f"{wib.told(self.put_aside_at)}  {self.queue}  {about}"


def about(queue: Queue, body: str) -> dict[str, str | int | None]:
    """What a message is about, of which nothing is personal; whether it has all that is needed."""
    try:
        found = _about(queue, body)
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        found = None
    return {_UNREADABLE: len(body)} if found is None else found


def _about(queue: Queue, body: str) -> dict[str, str | int | None] | None:
    match queue:
        case Queue.STATUS_SYNCS:
            order_id, due_at = read_sync(body)
            return {"order": order_id, "due": wib.told(due_at)} if is_order_id(order_id) else None
        case Queue.WEBHOOKS:
            event = read_event(body)
            # JSON may have anything in their place, and SQS would refuse it.
            texts: list[Any] = [event.id, event.type, event.order_id, event.storefront_id]
            if not all(isinstance(one, str) and one for one in (*texts, event.url, event.body)):
                return None
            return {"event": event.id, "type": event.type, "storefront": event.storefront_id}
        case Queue.STREAM:
            batch = read_batch(body)
            return {"changes": batch.changes, "arrived": batch.arrived}
