"""What brings a table's stream to its function, as Lambda does: batches, retries, and the end."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from testing.dynamodb.streams import SimulatedStreams
from testing.event_filter import lets_in
from tests.property.simulation.chance import Chance
from tests.property.simulation.hub import Hub

type Record = dict[str, Any]

TABLE = "PaymentsTable"
_LONGEST_PAUSE_MS = 60_000


class StreamMapping:
    """One batch after the other of each shard. `settings` are the template's of the event source.

    `invoke` gives the function's answer, or None if it failed; `put_aside` takes what is given up.
    """

    def __init__(
        self,
        hub: Hub,
        chance: Chance,
        streams: SimulatedStreams,
        settings: Mapping[str, Any],
        invoke: Callable[[Any], Any],
        put_aside: Callable[[list[Record]], None],
    ) -> None:
        self._hub, self._chance, self._streams = hub, chance, streams
        self._settings, self._invoke, self._put_aside = settings, invoke, put_aside
        (stream,) = streams.list_streams(TableName=TABLE)["Streams"]
        description = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
        self._places = {
            shard["ShardId"]: streams.get_shard_iterator(
                StreamArn=stream["StreamArn"],
                ShardId=shard["ShardId"],
                ShardIteratorType=settings["StartingPosition"],
            )["ShardIterator"]
            for shard in description["Shards"]
        }
        self._busy: set[str] = set()

    def wake(self) -> None:
        """Something was written."""
        for shard in self._places:
            if shard in self._busy:
                continue
            self._busy.add(shard)
            self._hub.start(partial(self._read, shard), self._chance.between(50, 1_500))

    def _read(self, shard: str) -> None:
        while (page := self._next(shard))["Records"]:
            self._places[shard] = page["NextShardIterator"]
            batch = [record for record in page["Records"] if lets_in(self._settings, record)]
            for record in batch:
                if self._chance.strikes("stream: a record cannot be read"):
                    del record["dynamodb"]["OldImage"]["history"]
            self._hand_over(batch, retries=0)
        self._busy.discard(shard)

    def _next(self, shard: str) -> Any:
        size = self._settings["BatchSize"]
        return self._streams.get_records(ShardIterator=self._places[shard], Limit=size)

    def _hand_over(self, batch: list[Record], retries: int) -> None:
        """Until all of it is done or put aside; nothing after it is tried before."""
        while batch:
            failed = self._first_failed(batch, self._invoke({"Records": batch}))
            batch = batch[failed:]
            if not batch:
                return
            self._hub.wait(min(_LONGEST_PAUSE_MS, 500 * 2 ** min(retries, 10)))
            if failed == 0 and len(batch) > 1 and self._settings["BisectBatchOnFunctionError"]:
                # Splitting does not count as a retry.
                half = len(batch) // 2
                self._hand_over(batch[:half], retries)
                batch = batch[half:]
            elif retries >= self._settings["MaximumRetryAttempts"]:
                self._put_aside(batch)
                return
            else:
                retries += 1

    def _first_failed(self, batch: list[Record], answer: Any) -> int:
        """Where to go on: with the first where nothing was answered, or a number that none has."""
        if answer is None:
            return 0
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        if not failed:
            return len(batch)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        return min((numbers.index(number) if number in numbers else 0) for number in failed)
