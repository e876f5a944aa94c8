"""A table and its indexes, always in order, as a definition in CloudFormation's words says."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from testing.dynamodb.errors import Invalid
from testing.dynamodb.streams import Stream
from testing.dynamodb.values import Item, Value, admitted, attribute_size, kind_of, order, size

type Key = tuple[Any, ...]
type Place = tuple[Any, Key]

MOST_BYTES_OF_AN_ITEM = 400 * 1024
_MOST_BYTES_OF_A_KEY = {"HASH": 2048, "RANGE": 1024}


@dataclass(slots=True)
class Index:
    """Items by one pair of keys; `name` is None for the table's own."""

    name: str | None
    hash: str
    range: str | None
    attributes: frozenset[str] | None
    """What it projects; None is everything."""
    partitions: dict[Any, list[Place]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.hash,) if self.range is None else (self.hash, self.range)

    def place(self, item: Item | None, key: Key) -> tuple[Any, Place] | None:
        """Partition and place of an item; None for one that is not in this index."""
        if item is None:
            return None
        partition = item.get(self.hash)
        sort_key = None if self.range is None else item.get(self.range)
        if partition is None or (sort_key is None and self.range is not None):
            return None
        return order(partition), (None if sort_key is None else order(sort_key), key)

    def move(self, old: Item | None, new: Item | None, key: Key) -> None:
        """Follow a write."""
        before, after = self.place(old, key), self.place(new, key)
        if before == after:
            return
        if before is not None:
            places = self.partitions[before[0]]
            del places[bisect_left(places, before[1])]
        if after is not None:
            insort(self.partitions.setdefault(after[0], []), after[1])


class Table:
    """Items with their sizes, by primary key."""

    def __init__(self, name: str, definition: Mapping[str, Any], shards: int = 1) -> None:
        self.name = name
        self.items: dict[Key, Item] = {}
        self._sizes: dict[Key, int] = {}
        self.kinds: dict[str, str] = {
            one["AttributeName"]: one["AttributeType"] for one in definition["AttributeDefinitions"]
        }
        hash_name, range_name = _schema(definition)
        self.primary = Index(None, hash_name, range_name, None)
        self.indexes: dict[str | None, Index] = {None: self.primary}
        for given in definition.get("GlobalSecondaryIndexes", ()):
            index = _index(given, self.primary.keys)
            self.indexes[index.name] = index
        streamed = definition.get("StreamSpecification")
        self.stream = Stream(streamed, self.primary.keys, shards) if streamed else None
        used = {name for index in self.indexes.values() for name in index.keys}
        if used != self.kinds.keys():
            raise ValueError(f"AttributeDefinitions of {name} are not the attributes of its keys")

    def key(self, given: Mapping[str, Any]) -> tuple[Key, Item]:
        """The primary key in a request's `Key`."""
        if given.keys() != set(self.primary.keys):
            raise Invalid("The provided key element does not match the schema")
        key = {name: admitted(value) for name, value in given.items()}
        if any(kind_of(value) != self.kinds[name] for name, value in key.items()):
            raise Invalid("The provided key element does not match the schema")
        return self.key_of(key), key

    def key_of(self, item: Item) -> Key:
        """The primary key of an item; raises Invalid where it has none."""
        for name in self.primary.keys:
            if name not in item:
                raise Invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
            self._check_key(name, item[name])
        return tuple([order(item[name]) for name in self.primary.keys])

    def _check_key(self, name: str, value: Value) -> None:
        kind, wanted = kind_of(value), self.kinds[name]
        if kind != wanted:
            raise Invalid(
                "One or more parameter values were invalid: "
                f"Type mismatch for key {name} expected: {wanted} actual: {kind}"
            )
        if value[kind] in {"", b""}:
            raise Invalid(
                "One or more parameter values are not valid. The AttributeValue for a key "
                f"attribute cannot contain an empty string value. Key: {name}"
            )
        role = "HASH" if name in {index.hash for index in self.indexes.values()} else "RANGE"
        if size(value) > _MOST_BYTES_OF_A_KEY[role]:
            raise Invalid(f"Size of key {name} has exceeded the maximum size limit")

    def write(self, key: Key, new: Item | None, touched: frozenset[str] | None = None) -> None:
        """Store an item, or remove it; `touched` are the attributes that may differ, if known."""
        old = self.items.get(key)
        if new is None:
            if old is not None:
                del self.items[key], self._sizes[key]
        else:
            self._check_index_keys(new)
            self._sizes[key] = self._size(key, old, new, touched)
            self.items[key] = new
        for index in self.indexes.values():
            index.move(old, new, key)
        if self.stream is not None:
            self.stream.append(old, new)

    def _check_index_keys(self, item: Item) -> None:
        for name in self.kinds:
            if name in item and name not in self.primary.keys:
                self._check_key(name, item[name])

    def _size(self, key: Key, old: Item | None, new: Item, touched: frozenset[str] | None) -> int:
        if old is None or touched is None:
            total = sum([attribute_size(name, value) for name, value in new.items()])
        else:
            total = self._sizes[key]
            for name in touched:
                if name in old:
                    total -= attribute_size(name, old[name])
                if name in new:
                    total += attribute_size(name, new[name])
        if total > MOST_BYTES_OF_AN_ITEM:
            raise Invalid("Item size has exceeded the maximum allowed size")
        return total

    def size_of(self, key: Key) -> int:
        return self._sizes[key]

    def read(
        self, index: Index, partition: Any, after: Place | None, *, forward: bool
    ) -> Iterator[tuple[Key, Item]]:
        """The items of a partition in order, beyond a place."""
        places = index.partitions.get(partition, [])
        start = 0 if after is None else bisect_left(places, after)
        if forward:
            chosen = range(start + (after in places[start : start + 1]), len(places))
        else:
            chosen = range((len(places) if after is None else start) - 1, -1, -1)
        for at in chosen:
            key = places[at][1]
            yield key, self.items[key]


def _schema(definition: Mapping[str, Any]) -> tuple[str, str | None]:
    names = {one["KeyType"]: one["AttributeName"] for one in definition["KeySchema"]}
    return names["HASH"], names.get("RANGE")


def _index(given: Mapping[str, Any], table_keys: tuple[str, ...]) -> Index:
    hash_name, range_name = _schema(given)
    keys = {*table_keys, hash_name, *([range_name] if range_name else [])}
    projection = given["Projection"]
    attributes = {
        "ALL": None,
        "KEYS_ONLY": frozenset(keys),
        "INCLUDE": frozenset({*keys, *projection.get("NonKeyAttributes", ())}),
    }[projection["ProjectionType"]]
    return Index(given["IndexName"], hash_name, range_name, attributes)
