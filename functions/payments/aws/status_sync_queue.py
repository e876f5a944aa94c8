"""The queue of status syncs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payments.aws.sdk_errors import translated
from payments.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_COUNTS: Sequence[QueueAttributeNameType] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)


@dataclass(frozen=True, slots=True)
class SqsSyncQueue:
    """The queue of status syncs; implements `domain.interfaces.SyncQueue`."""

    client: SQSClient
    url: str

    def waiting(self) -> int:
        """Return the approximate number of status syncs that are queued or in progress."""
        with translated():
            answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=_COUNTS)
        return sum(int(count) for count in answer["Attributes"].values())

    def send(self, syncs: Sequence[tuple[str, int]]) -> None:
        """Queue up to ten status syncs. Raises Unavailable; those not queued remain due."""
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(n), "MessageBody": json.dumps({"orderId": order_id, "nextSyncAt": due_at})}
            for n, (order_id, due_at) in enumerate(syncs)
        ]
        with translated():
            answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
        if answer.get("Failed"):
            raise Unavailable("SQS accepted only a part of the batch")


def read_sync(body: str) -> tuple[str, int]:
    """Return order id and due time in a message that `send` queued."""
    message: Any = json.loads(body)
    return message["orderId"], message["nextSyncAt"]
