"""What was put aside after all attempts, in all queues of dead letters of a stack."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ops import wib
from ops.stream_letters import read_batch
from payments.event_queue import read_event
from payments.look_queue import read_look
from payments.payment import is_order_id

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HIDDEN_SECONDS = 120
_UNREADABLE = "unreadable"


class Queue(StrEnum):
    """The queues, by what is in them."""

    LOOKS = "looks"
    WEBHOOKS = "webhooks"
    STREAM = "stream"


OUTPUTS = {
    Queue.LOOKS: "LooksDeadLettersUrl",
    Queue.WEBHOOKS: "WebhooksDeadLettersUrl",
    Queue.STREAM: "StreamDeadLettersUrl",
}
"""Where template.yaml tells their URLs."""


@dataclass(frozen=True, slots=True)
class Letter:
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

    def as_json(self) -> dict[str, Any]:
        """For machines; never the body, which may be a payment as its shop is to see it."""
        at = wib.iso(self.put_aside_at)
        return {"queue": self.queue, "putAsideAt": at, "about": self.about}

    def line(self) -> str:
        """In one line."""
        about = "  ".join(f"{name} {value}" for name, value in self.about.items())
        return f"{wib.told(self.put_aside_at)}  {self.queue}  {about}"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One of the queues; `receipts` has the newest of each letter to be dropped or let go."""

    client: SQSClient
    url: str
    queue: Queue
    receipts: dict[str, str] = field(default_factory=dict)

    def take(self) -> Iterator[Letter]:
        """All letters, each once however long it takes; they stay, and are hidden for a while."""
        seen = set[str]()
        while messages := self._received():
            fresh = [one for one in messages if one["MessageId"] not in seen]
            seen |= {one["MessageId"] for one in fresh}
            self.receipts.update((one["MessageId"], one["ReceiptHandle"]) for one in messages)
            yield from map(self._letter, fresh)

    def show(self) -> list[Letter]:
        """All letters, the oldest first, which are left for others to see."""
        try:
            return sorted(self.take(), key=lambda one: one.put_aside_at)
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Show all that was taken and not dropped to others again."""
        for some in itertools.batched(self.receipts.values(), 10, strict=False):
            # One whose receipt is too old is refused by itself, and shows again by itself.
            self.client.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                    for n, receipt in enumerate(some)
                ],
            )
        self.receipts.clear()

    def drop(self, letter: Letter) -> None:
        """What it asked for is on its way."""
        receipt = self.receipts[letter.id]
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
        del self.receipts[letter.id]

    def _received(self) -> Sequence[MessageTypeDef]:
        return self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # else SQS asks only some of its servers
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])

    def _letter(self, message: MessageTypeDef) -> Letter:
        return Letter(
            message["MessageId"],
            self.queue,
            int(message["Attributes"]["SentTimestamp"]),
            about(self.queue, message["Body"]),
            message["Body"],
        )


def about(queue: Queue, body: str) -> dict[str, str | int | None]:
    """What a letter is about, of which nothing is personal; whether it has all that is needed."""
    try:
        match queue:
            case Queue.LOOKS:
                order_id, due_at = read_look(body)
                if not is_order_id(order_id):
                    return {_UNREADABLE: len(body)}
                return {"order": order_id, "due": wib.told(due_at)}
            case Queue.WEBHOOKS:
                event = read_event(body)
                return {"event": event.id, "type": event.type, "storefront": event.storefront_id}
            case Queue.STREAM:
                batch = read_batch(body)
                return {"changes": batch.changes, "arrived": batch.arrived}
    except (KeyError, OverflowError, TypeError, ValueError):
        return {_UNREADABLE: len(body)}
