"""The queue of webhook events.

It is a standard queue with the storefront as message group, so that SQS serves storefronts fairly.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from payments.aws.sdk_errors import translated
from payments.domain.errors import Unavailable
from payments.webhooks.events import Event

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # SQS accepts at most 10 messages per request


@dataclass(frozen=True, slots=True)
class SqsEvents:
    """The queue of webhook events; implements `webhooks.interfaces.EventQueue`."""

    client: SQSClient
    url: str

    def send(self, events: Sequence[Event]) -> None:
        """Queue events. Raises Unavailable; some of the events may be queued in this case."""
        for batch in itertools.batched(events, _BATCH, strict=False):
            with translated():
                answer = self.client.send_message_batch(
                    QueueUrl=self.url,
                    Entries=[
                        {
                            "Id": str(n),
                            "MessageBody": json.dumps(asdict(event), separators=(",", ":")),
                            # A storefront with a slow webhook endpoint does not delay the others.
                            "MessageGroupId": event.storefront_id,
                        }
                        for n, event in enumerate(batch)
                    ],
                )
            if answer.get("Failed"):
                raise Unavailable("SQS accepted only a part of the batch")

    def postpone(self, receipt: str, seconds: int) -> None:
        """Make a received message visible again after this number of seconds."""
        with translated():
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )


def read_event(body: str) -> Event:
    """Return the event in a message that `send` queued."""
    return Event(**json.loads(body))
