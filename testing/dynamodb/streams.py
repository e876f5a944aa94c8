"""The streams of the simulated tables: what was written, in order for each item, in shards.

`SimulatedStreams` has the calls of boto3's client of DynamoDB Streams. A stream has every record
from its beginning on; AWS forgets them after a day.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from testing.dynamodb.errors import client_error
from testing.dynamodb.values import Item, attribute_size, copied_item

if TYPE_CHECKING:
    from testing.dynamodb.client import SimulatedDynamoDB

type Record = dict[str, Any]

_TABLES = "arn:aws:dynamodb:ap-southeast-3:123456789012:table/"
_STREAM = "/stream/2026-11-30T00:00:00.000"
_VIEW = "NEW_AND_OLD_IMAGES"
_MOST_RECORDS = 1_000


class Stream:
    """The records of one table. Those of one partition are in one shard, so they keep their order.

    Images are shared with the table, which changes none in place; `get_records` gives copies.
    """

    def __init__(self, definition: Mapping[str, Any], keys: tuple[str, ...], shards: int) -> None:
        if definition["StreamViewType"] != _VIEW:
            raise NotImplementedError("the simulated DynamoDB has streams of both images only")
        self._keys = keys
        self._written = 0
        self.shards: list[list[Record]] = [[] for _ in range(shards)]

    def append(self, old: Item | None, new: Item | None) -> None:
        """Note a write; one that changed nothing makes no record."""
        present = new if new is not None else old
        if present is None or old == new:
            return
        self._written += 1
        images = {"NewImage": new, "OldImage": old}
        keys = {name: present[name] for name in self._keys}
        written: Record = {
            "Keys": keys,
            **{name: image for name, image in images.items() if image is not None},
            "SequenceNumber": f"{self._written:021}",
            "StreamViewType": _VIEW,
        }
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        record = {"eventID": f"{self._written:032x}", "eventName": name, "dynamodb": written}
        partition = repr(present[self._keys[0]]).encode()
        self.shards[zlib.crc32(partition) % len(self.shards)].append(record)


class SimulatedStreams:
    """A client of the streams of all tables. An iterator is a shard and a place in it."""

    def __init__(self, tables: SimulatedDynamoDB) -> None:
        self._tables = tables.tables

    def list_streams(self, **request: Any) -> dict[str, Any]:
        """The stream of a table, or none."""
        name = request["TableName"]
        streams = [{"StreamArn": _arn(name), "TableName": name}]
        return {"Streams": streams if self._tables[name].stream else []}

    def describe_stream(self, **request: Any) -> dict[str, Any]:
        """Its shards, all of them open."""
        arn = request["StreamArn"]
        shards = [{"ShardId": _name(number)} for number, _ in enumerate(self._stream(arn).shards)]
        return {"StreamDescription": {"StreamArn": arn, "Shards": shards}}

    def get_shard_iterator(self, **request: Any) -> dict[str, str]:
        """The beginning of a shard, its end, or the place at or after a sequence number."""
        arn, shard, kind = request["StreamArn"], request["ShardId"], request["ShardIteratorType"]
        records = self._shard(arn, shard)
        places = {"TRIM_HORIZON": 0, "LATEST": len(records)}
        if kind in {"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}:
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            at = numbers.index(request["SequenceNumber"])
            places |= {"AT_SEQUENCE_NUMBER": at, "AFTER_SEQUENCE_NUMBER": at + 1}
        return {"ShardIterator": f"{arn}|{shard}|{places[kind]}"}

    def get_records(self, **request: Any) -> dict[str, Any]:
        """The records from there on, and where to go on after them."""
        arn, shard, place = request["ShardIterator"].rsplit("|", 2)
        start, limit = int(place), request.get("Limit", _MOST_RECORDS)
        found = self._shard(arn, shard)[start : start + limit]
        following = f"{arn}|{shard}|{start + len(found)}"
        return {"Records": [_copied(record) for record in found], "NextShardIterator": following}

    def _shard(self, arn: str, name: str) -> list[Record]:
        return self._stream(arn).shards[int(name.rpartition("-")[2])]

    def _stream(self, arn: str) -> Stream:
        table = self._tables.get(arn.removeprefix(_TABLES).removesuffix(_STREAM))
        if table is None or table.stream is None:
            message = "Requested resource not found: Stream"
            raise client_error("GetRecords", "ResourceNotFoundException", message)
        return table.stream


def _arn(table: str) -> str:
    return f"{_TABLES}{table}{_STREAM}"


def _name(shard: int) -> str:
    return f"shardId-{0:020}-{shard:08}"


def _copied(record: Record) -> Record:
    written = record["dynamodb"]
    copies = {
        name: copied_item(written[name])
        for name in ("Keys", "NewImage", "OldImage")
        if name in written
    }
    sizes = [attribute_size(*one) for image in copies.values() for one in image.items()]
    return record | {"dynamodb": written | copies | {"SizeBytes": sum(sizes)}}
