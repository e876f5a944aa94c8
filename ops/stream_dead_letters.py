"""Changes of payments that could not be made events of, told after all.

Such a message does not hold the changes, only where in the table's stream they are. DynamoDB keeps
them there for a day; after that only the payments themselves know what happened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.errors import NothingThere
from payments.aws.stream_records import read_changes
from payments.webhooks.publish_events import PublishEvents

if TYPE_CHECKING:
    from ops.dead_letter_messages import DeadLetterMessage
    from payments.webhooks.interfaces import EventQueue

_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
_MOST_PAGES = 500
"""More than a message's changes can be apart; an open stream has empty pages without end."""
TELL_BY_HAND = (
    "python -m ops payment list --changed-since 3d shows whom it may concern (give more days for an"
    " older message); python -m ops webhook redeliver ORDER-ID tells one of them"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Where changes are in a stream, by the numbers of the first and the last of them.

    `changes` is how many the event's filter let in; there are others between them.
    """

    stream: str
    shard: str
    first: str
    last: int
    changes: int
    arrived: str


def read_batch(body: str) -> Batch:
    """What Lambda put aside; raises KeyError, TypeError or ValueError for anything else."""
    info = json.loads(body)["DDBStreamBatchInfo"]
    return Batch(
        stream=info["streamArn"],
        shard=info["shardId"],
        first=info["startSequenceNumber"],
        last=int(info["endSequenceNumber"]),
        changes=info["batchSize"],
        arrived=info["approximateArrivalOfFirstRecord"],
    )


@dataclass(frozen=True, slots=True)
class StreamLetters:
    """Reads the stream again, and publishes as the function does."""

    streams: Any
    queue: EventQueue

    def tell(self, message: DeadLetterMessage) -> int:
        """How many events were queued; raises NothingThere for changes that are gone or unreadable.

        When the same message is told twice, so are its events, under the same ids.
        """
        found = list(self._records(read_batch(message.body)))
        changes, unread = read_changes(one["dynamodb"] for one in found if _is_change(one))
        if unread:
            raise NothingThere("a change in the stream cannot be read", TELL_BY_HAND)
        return PublishEvents(self.queue)(changes)

    def _records(self, batch: Batch) -> Iterator[dict[str, Any]]:
        """All from the first to the last of them, or NothingThere; a page may well be empty."""
        try:
            for page in self._pages(batch):
                for record in page:
                    number = int(record["dynamodb"]["SequenceNumber"])
                    if number <= batch.last:
                        yield record
                    if number >= batch.last:
                        return
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            raise NothingThere("the stream keeps changes for a day only", TELL_BY_HAND) from None
        raise NothingThere("the stream ended before the last of the changes", TELL_BY_HAND)

    def _pages(self, batch: Batch) -> Iterator[list[dict[str, Any]]]:
        position = self.streams.get_shard_iterator(
            StreamArn=batch.stream,
            ShardId=batch.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch.first,
        )["ShardIterator"]
        for _ in range(_MOST_PAGES):
            page = self.streams.get_records(ShardIterator=position)
            yield page["Records"]
            position = page.get("NextShardIterator")
            if not position:
                return


def _is_change(record: dict[str, Any]) -> bool:
    """Whether it has both images: a payment that is new, or gone, is told to nobody."""
    return {"OldImage", "NewImage"} <= set(record["dynamodb"])
