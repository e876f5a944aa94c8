"""What queries see: an index's attributes, in pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from testing.dynamodb.errors import Invalid
from testing.dynamodb.expressions import Expressions
from testing.dynamodb.tables import Index, Key, Place, Table
from testing.dynamodb.tokens import Path, at_path
from testing.dynamodb.values import Item, admitted, copied, copied_item

type Request = Mapping[str, Any]
type Answer = dict[str, Any]

_MOST_BYTES_OF_A_PAGE = 1024 * 1024


def projected(item: Item, paths: Iterable[Path] | None) -> dict[str, Any]:
    """A copy of the whole item, or of these paths of it."""
    if paths is None:
        return copied_item(item)
    chosen: dict[str, Any] = {}
    for path in paths:
        if any(isinstance(part, int) for part in path):
            raise NotImplementedError("the simulated DynamoDB projects no members of lists")
        value = at_path({"M": item}, path)
        if value is None:
            continue
        inside = chosen
        for name in path[:-1]:
            inside = inside.setdefault(str(name), {"M": {}})["M"]
        inside[str(path[-1])] = copied(value)
    return chosen


def index_of(table: Table, request: Request) -> Index:
    """The index that a query names, or the table itself."""
    name = request.get("IndexName")
    if name not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {name}")
    if name is not None and request.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def check_filter(index: Index, expressions: Expressions) -> None:
    """Raise Invalid for attributes that the index has not, or a filter of its keys."""
    if not expressions.attributes("FilterExpression").isdisjoint(index.keys):
        raise Invalid("Filter Expression can only contain non-primary key attributes")
    asked = expressions.attributes("ProjectionExpression") | expressions.attributes(
        "FilterExpression"
    )
    if index.attributes is not None and not asked <= index.attributes:
        missing = ", ".join(sorted(asked - index.attributes))
        raise Invalid(f"Global secondary index {index.name} does not project [{missing}]")


def start_of(table: Table, index: Index, request: Request) -> Place | None:
    """The place after which the page begins."""
    given = request.get("ExclusiveStartKey")
    if given is None:
        return None
    start = {name: admitted(value) for name, value in given.items()}
    if start.keys() != {*table.primary.keys, *index.keys}:
        raise Invalid("The provided starting key is invalid")
    place = index.place(start, table.key_of(start))
    return place[1] if place else None


def page(
    table: Table,
    index: Index,
    request: Request,
    expressions: Expressions,
    found: Iterable[tuple[Key, Item]],
) -> Answer:
    """Items up to the limit or 1 MB; a limit that is reached gives a key to go on from."""
    limit = request.get("Limit")
    if limit is not None and limit < 1:
        raise Invalid("Limit must be greater than or equal to 1")
    accepts = expressions.get("FilterExpression")
    paths = expressions.get("ProjectionExpression")
    answer: Answer = {"Items": [], "Count": 0, "ScannedCount": 0}
    read = 0
    for key, item in found:
        visible = item
        if index.attributes is not None:
            visible = {name: item[name] for name in item if name in index.attributes}
        answer["ScannedCount"] += 1
        if accepts is None or accepts(visible, expressions.values):
            answer["Items"].append(projected(visible, paths))
        read += table.size_of(key)
        if answer["ScannedCount"] == limit or read > _MOST_BYTES_OF_A_PAGE:
            keys = (*table.primary.keys, *index.keys)
            answer["LastEvaluatedKey"] = {name: copied(item[name]) for name in keys}
            break
    answer["Count"] = len(answer["Items"])
    return answer
