"""What DynamoDB charges for, by its documented rules, from the items themselves.

No stand-in counts capacity as AWS does (moto answers 1 for everything), so `ReturnConsumedCapacity`
is of no use here: the sizes of the items before and after a write say it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

type Item = Mapping[str, Any]

_TYPES = {"S", "N", "B", "BOOL", "L", "M"}


def item_size(value: Any) -> int:
    """DynamoDB's rule: names and text in UTF-8 bytes, 2 digits a byte, 3 bytes a list or map."""
    if isinstance(value, dict) and len(value) == 1 and set(value) <= _TYPES:
        kind, content = next(iter(value.items()))
        if kind == "S":
            return len(content.encode())
        if kind == "B":
            return len(content)
        if kind == "N":
            return (len(content) + 1) // 2 + 1
        if kind == "BOOL":
            return 1
        parts = content.values() if kind == "M" else content
        names = sum(map(len, content)) if kind == "M" else 0
        return 3 + names + sum(1 + item_size(part) for part in parts)
    return sum(len(name.encode()) + item_size(content) for name, content in value.items())


def write_units(before: Item | None, after: Item | None) -> int:
    """A write: a unit for each started 1,024 bytes of the larger one, and at least one."""
    return max(_units(before, 1024), _units(after, 1024), 1)


def index_units(before: Item | None, after: Item | None, keys: Sequence[str]) -> int:
    """What the write costs in an index that projects its keys only, `keys` with the table's.

    An entry that comes or goes is one write, one whose key changes is two, all others none.
    """
    old, new = _entry(before, keys), _entry(after, keys)
    return 0 if old == new else _units(old, 1024) + _units(new, 1024)


def read_units(bytes_read: int, *, consistent: bool) -> float:
    """A read of an item or of a page: a unit for each started 4,096 bytes, or half of one."""
    return max(-(-bytes_read // 4096), 1) * (1 if consistent else 0.5)


def _entry(item: Item | None, keys: Sequence[str]) -> Item | None:
    found = {key: item[key] for key in keys if key in item} if item else {}
    return found if len(found) == len(keys) else None


def _units(item: Item | None, unit: int) -> int:
    return 0 if item is None else -(-item_size(item) // unit)
