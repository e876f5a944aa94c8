"""What was put aside after all attempts, in all queues of dead letters of a stack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ops import wib
from payments.event_queue import read_event
from payments.look_queue import read_look

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HIDDEN_SECONDS = 120


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

    queue: Queue
    put_aside_at: int
    about: dict[str, str | int | None]
    body: str
    receipt: str

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
    """One of the queues."""

    client: SQSClient
    url: str
    queue: Queue

    def take(self) -> Iterator[Letter]:
        """All letters, each once; they stay in the queue and are hidden for a while."""
        while messages := self._received():
            yield from map(self._letter, messages)

    def show(self) -> list[Letter]:
        """All letters, the oldest first, which are left for others to see."""
        found = list(self.take())
        self.let_go(found)
        return sorted(found, key=lambda one: one.put_aside_at)

    def let_go(self, letters: Sequence[Letter]) -> None:
        """Show these to others again."""
        for letter in letters:
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )

    def drop(self, letter: Letter) -> None:
        """What it asked for is on its way."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)

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
            self.queue,
            int(message["Attributes"]["SentTimestamp"]),
            about(self.queue, message["Body"]),
            message["Body"],
            message["ReceiptHandle"],
        )


def about(queue: Queue, body: str) -> dict[str, str | int | None]:
    """What a letter is about, of which nothing is personal."""
    try:
        match queue:
            case Queue.LOOKS:
                order_id, due_at = read_look(body)
                return {"order": order_id, "due": wib.told(due_at)}
            case Queue.WEBHOOKS:
                event = read_event(body)
                return {"event": event.id, "type": event.type, "storefront": event.storefront_id}
            case Queue.STREAM:
                batch = json.loads(body)["DDBStreamBatchInfo"]
                arrived = batch["approximateArrivalOfFirstRecord"]
                return {"changes": batch["batchSize"], "arrived": arrived}
    except (KeyError, TypeError, ValueError):
        return {"unreadable": len(body)}
