"""Changes of payments that could not be made events of, told after all.

Such a letter does not hold the changes, only where in the table's stream they are. DynamoDB keeps
them there for a day; after that only the payments themselves know what happened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.errors import NothingThere
from payments.announce import Announce
from payments.stream import read_changes

if TYPE_CHECKING:
    from ops.dead_letters import Letter
    from payments.ports import EventQueue

_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"}
TELL_BY_HAND = (
    "python -m ops payment list --newer-than 3d shows whom it may concern;"
    " python -m ops webhook redeliver ORDER-ID tells one of them"
)


@dataclass(frozen=True, slots=True)
class StreamLetters:
    """Reads the stream again, and announces as the function does."""

    streams: Any
    queue: EventQueue

    def tell(self, letter: Letter) -> int:
        """How many events were queued; raises NothingThere for changes that are gone or unreadable.

        When the same letter is told twice, so are its events, under the same ids.
        """
        batch = json.loads(letter.body)["DDBStreamBatchInfo"]
        changes, unread = read_changes(one for one in self._records(batch) if _is_change(one))
        if unread:
            raise NothingThere("a change in the stream cannot be read", TELL_BY_HAND)
        return Announce(self.queue)(changes)

    def _records(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        end, found = int(batch["endSequenceNumber"]), list[dict[str, Any]]()
        try:
            position = self.streams.get_shard_iterator(
                StreamArn=batch["streamArn"],
                ShardId=batch["shardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch["startSequenceNumber"],
            )["ShardIterator"]
            while position and len(found) < batch["batchSize"]:
                page = self.streams.get_records(ShardIterator=position)
                numbers = [int(one["dynamodb"]["SequenceNumber"]) for one in page["Records"]]
                pairs = zip(numbers, page["Records"], strict=True)
                found += [record for number, record in pairs if number <= end]
                if not numbers or numbers[-1] >= end:
                    break
                position = page.get("NextShardIterator")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            raise NothingThere("the stream keeps changes for a day only", TELL_BY_HAND) from None
        return found


def _is_change(record: dict[str, Any]) -> bool:
    """Whether it has both images: a payment that is new, or gone, is told to nobody."""
    return {"OldImage", "NewImage"} <= set(record["dynamodb"])
