"""What was put aside after all attempts, in all queues of dead letters of a stack."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ops.dead_letter_messages import DeadLetterMessage, Queue, about

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from ops.deployment import Deployment

_HIDDEN_SECONDS = 120

OUTPUTS = {
    Queue.STATUS_SYNCS: "StatusSyncDeadLettersUrl",
    Queue.WEBHOOKS: "WebhooksDeadLettersUrl",
    Queue.STREAM: "StreamDeadLettersUrl",
}
"""Where template.yaml tells their URLs."""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One of the queues; `receipts` has the newest of each message to be dropped or let go."""

    client: SQSClient
    url: str
    queue: Queue
    receipts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, deployment: Deployment, queue: Queue) -> Self:
        """That of this stack; raises DeploymentError."""
        return cls(deployment.sqs, deployment.output(OUTPUTS[queue]), queue)

    def take(self) -> Iterator[DeadLetterMessage]:
        """All messages, each once however long it takes; they stay, and are hidden for a while."""
        seen = set[str]()
        while messages := self._received():
            fresh = [one for one in messages if one["MessageId"] not in seen]
            seen |= {one["MessageId"] for one in fresh}
            self.receipts.update((one["MessageId"], one["ReceiptHandle"]) for one in messages)
            yield from map(self._message, fresh)

    def show(self) -> list[DeadLetterMessage]:
        """All messages, the oldest first, which are left for others to see."""
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

    def drop(self, message: DeadLetterMessage) -> None:
        """What it asked for is on its way."""
        receipt = self.receipts[message.id]
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
        del self.receipts[message.id]

    def _received(self) -> Sequence[MessageTypeDef]:
        return self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # else SQS asks only some of its servers
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])

    def _message(self, message: MessageTypeDef) -> DeadLetterMessage:
        return DeadLetterMessage(
            message["MessageId"],
            self.queue,
            int(message["Attributes"]["SentTimestamp"]),
            about(self.queue, message["Body"]),
            message["Body"],
        )
