"""DynamoDB in memory, for simulations: one thread, no clock, no chance, and fast.

It has the calls of boto3's low-level client that this project uses, and passes the same tests as
the real thing's other stand-ins (tests/store). A parameter that it does not know is an error, never
ignored. Reads see every write at once, those of indexes too.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Concatenate

from tests.simulation.errors import Exceptions, Invalid, client_error
from tests.simulation.expressions import Expressions
from tests.simulation.tables import Index, Key, Place, Table
from tests.simulation.tokens import Path, at_path
from tests.simulation.updates import Update
from tests.simulation.values import Item, Value, admitted, copied, copied_item, kind_of, order

type Request = Mapping[str, Any]
type Answer = dict[str, Any]

_MOST_BYTES_OF_A_PAGE = 1024 * 1024
_EXPRESSION_INPUT = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_CONDITIONAL = (
    "ConditionExpression",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
    *_EXPRESSION_INPUT,
)


def _call(
    name: str, *optional: str, required: tuple[str, ...] = ()
) -> Callable[
    [Callable[["SimulatedDynamoDB", Table, Request], Answer]],
    Callable[Concatenate["SimulatedDynamoDB", ...], Answer],
]:
    needed = {"TableName", *required}
    known = {*needed, *optional}

    def make(
        work: Callable[["SimulatedDynamoDB", Table, Request], Answer],
    ) -> Callable[Concatenate["SimulatedDynamoDB", ...], Answer]:
        @wraps(work)
        def call(self: "SimulatedDynamoDB", **request: Any) -> Answer:
            if not needed <= request.keys() <= known:
                wrong = sorted((needed - request.keys()) | (request.keys() - known))
                raise NotImplementedError(f"{name} without, or here not with: {', '.join(wrong)}")
            table = self.tables.get(request["TableName"])
            if table is None:
                raise client_error(
                    name, "ResourceNotFoundException", "Requested resource not found"
                )
            try:
                answer = work(self, table, request)
            except Invalid as error:
                raise client_error(name, "ValidationException", str(error)) from None
            answer["ResponseMetadata"] = {"HTTPStatusCode": 200, "RetryAttempts": 0}
            return answer

        return call

    return make


class SimulatedDynamoDB:
    """A client with tables of its own, made from CloudFormation's properties of each."""

    exceptions = Exceptions

    def __init__(self, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        self.tables = {name: Table(name, given) for name, given in definitions.items()}

    @_call("PutItem", *_CONDITIONAL, required=("Item",))
    def put_item(self, table: Table, request: Request) -> Answer:
        expressions = Expressions(request)
        wanted = _wanted(request, "NONE", "ALL_OLD")
        item = {name: admitted(value) for name, value in request["Item"].items()}
        key = table.key_of(item)
        old = table.items.get(key)
        _require("PutItem", request, expressions, old)
        table.write(key, item)
        return _attributes(old if wanted == "ALL_OLD" else None)

    @_call(
        "GetItem", "ConsistentRead", "ProjectionExpression", *_EXPRESSION_INPUT, required=("Key",)
    )
    def get_item(self, table: Table, request: Request) -> Answer:
        expressions = Expressions(request)
        found = table.items.get(table.key(request["Key"])[0])
        if found is None:
            return {}
        return {"Item": _projected(found, expressions.get("ProjectionExpression"))}

    @_call("UpdateItem", "UpdateExpression", *_CONDITIONAL, required=("Key",))
    def update_item(self, table: Table, request: Request) -> Answer:
        expressions = Expressions(request)
        wanted = _wanted(request, "NONE", "ALL_NEW", "ALL_OLD", "UPDATED_NEW")
        update: Update | None = expressions.get("UpdateExpression")
        touched = _touched(table, update)
        key, key_attributes = table.key(request["Key"])
        old = table.items.get(key)
        _require("UpdateItem", request, expressions, old)
        before = key_attributes if old is None else old
        new = before if update is None else update(before, expressions.values)
        table.write(key, new, touched)
        if wanted == "UPDATED_NEW":
            return _attributes(_projected(new, update.paths) if update else None)
        return _attributes({"ALL_NEW": new, "ALL_OLD": old}.get(wanted))

    @_call("DeleteItem", *_CONDITIONAL, required=("Key",))
    def delete_item(self, table: Table, request: Request) -> Answer:
        expressions = Expressions(request)
        wanted = _wanted(request, "NONE", "ALL_OLD")
        key, _ = table.key(request["Key"])
        old = table.items.get(key)
        _require("DeleteItem", request, expressions, old)
        table.write(key, None)
        return _attributes(old if wanted == "ALL_OLD" else None)

    @_call(
        "Query",
        *("IndexName", "ScanIndexForward", "Limit", "ExclusiveStartKey", "ConsistentRead"),
        *("ProjectionExpression", "FilterExpression", *_EXPRESSION_INPUT),
        required=("KeyConditionExpression",),
    )
    def query(self, table: Table, request: Request) -> Answer:
        expressions = Expressions(request)
        index = _index(table, request)
        condition = expressions.get("KeyConditionExpression")
        partition = condition.partition(index.hash, expressions.values)
        accepts = condition.sort_key_test(index.hash, index.range)
        if kind_of(partition) != table.kinds[index.hash]:
            raise Invalid("Condition parameter type does not match schema type")
        _check_filter(index, expressions)
        found = table.read(
            index,
            order(partition),
            _start(table, index, request),
            forward=request.get("ScanIndexForward", True),
        )
        within = (
            (key, item)
            for key, item in found
            if accepts is None or accepts(item[str(index.range)], expressions.values)
        )
        return _page(table, index, request, expressions, within)

    @_call("Scan", "ConsistentRead", "FilterExpression", "ProjectionExpression", *_EXPRESSION_INPUT)
    def scan(self, table: Table, request: Request) -> Answer:
        """The whole table at once, as it is small; in no order that AWS promises."""
        expressions = Expressions(request)
        accepts = expressions.get("FilterExpression")
        chosen = [
            _projected(item, expressions.get("ProjectionExpression"))
            for item in table.items.values()
            if accepts is None or accepts(item, expressions.values)
        ]
        return {"Items": chosen, "Count": len(chosen), "ScannedCount": len(table.items)}


def _wanted(request: Request, *allowed: str) -> str:
    wanted: str = request.get("ReturnValues", "NONE")
    if wanted not in allowed:
        raise Invalid(f"Return values set to invalid value: {wanted}")
    return wanted


def _require(name: str, request: Request, expressions: Expressions, old: Item | None) -> None:
    condition = expressions.get("ConditionExpression")
    if condition is None or condition(old or {}, expressions.values):
        return
    asked = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    members = {"Item": copied_item(old)} if asked and old is not None else {}
    code = "ConditionalCheckFailedException"
    raise client_error(name, code, "The conditional request failed", **members)


def _touched(table: Table, update: Update | None) -> frozenset[str]:
    touched = frozenset(str(path[0]) for path in update.paths) if update else frozenset()
    for name in table.primary.keys:
        if name in touched:
            raise Invalid(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {name}. This attribute is part of the key"
            )
    return touched


def _attributes(item: Mapping[str, Value] | None) -> Answer:
    return {"Attributes": copied_item(item)} if item else {}


def _projected(item: Item, paths: Iterable[Path] | None) -> dict[str, Any]:
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


def _index(table: Table, request: Request) -> Index:
    name = request.get("IndexName")
    if name not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {name}")
    if name is not None and request.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def _check_filter(index: Index, expressions: Expressions) -> None:
    if not expressions.attributes("FilterExpression").isdisjoint(index.keys):
        raise Invalid("Filter Expression can only contain non-primary key attributes")
    asked = expressions.attributes("ProjectionExpression") | expressions.attributes(
        "FilterExpression"
    )
    if index.attributes is not None and not asked <= index.attributes:
        missing = ", ".join(sorted(asked - index.attributes))
        raise Invalid(f"Global secondary index {index.name} does not project [{missing}]")


def _start(table: Table, index: Index, request: Request) -> Place | None:
    given = request.get("ExclusiveStartKey")
    if given is None:
        return None
    start = {name: admitted(value) for name, value in given.items()}
    if start.keys() != {*table.primary.keys, *index.keys}:
        raise Invalid("The provided starting key is invalid")
    place = index.place(start, table.key_of(start))
    return place[1] if place else None


def _page(
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
            answer["Items"].append(_projected(visible, paths))
        read += table.size_of(key)
        if answer["ScannedCount"] == limit or read > _MOST_BYTES_OF_A_PAGE:
            keys = (*table.primary.keys, *index.keys)
            answer["LastEvaluatedKey"] = {name: copied(item[name]) for name in keys}
            break
    answer["Count"] = len(answer["Items"])
    return answer
