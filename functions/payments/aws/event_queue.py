"""The queue of events. Fair among storefronts: each is a message group of the standard queue."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from payments.aws.errors import translated
from payments.domain.errors import Unavailable
from payments.webhooks.events import Event

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # SQS takes no more at once


@dataclass(frozen=True, slots=True)
class SqsEvents:
    """See ports.EventQueue."""

    client: SQSClient
    url: str

    def send(self, events: Sequence[Event]) -> None:
        """Queue events; raises Unavailable, perhaps after a part of them was queued."""
        for batch in itertools.batched(events, _BATCH, strict=False):
            with translated():
                answer = self.client.send_message_batch(
                    QueueUrl=self.url,
                    Entries=[
                        {
                            "Id": str(n),
                            "MessageBody": json.dumps(asdict(event), separators=(",", ":")),
                            # A storefront whose receiver is sick keeps no other one waiting.
                            "MessageGroupId": event.storefront_id,
                        }
                        for n, event in enumerate(batch)
                    ],
                )
            if answer.get("Failed"):
                raise Unavailable("SQS took only a part")

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a message that was received come again after so many seconds."""
        with translated():
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )


def read_event(body: str) -> Event:
    """The event in a message that `send` made."""
    return Event(**json.loads(body))
