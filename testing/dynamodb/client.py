"""DynamoDB in memory, for simulations: one thread, no clock, no chance, and fast.

It has the calls of boto3's low-level client that this project uses, and passes the same tests as
the real thing's other stand-ins (tests/functional/store). A parameter that it does not know is an
error, never ignored. Reads see every write at once, those of indexes too.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from itertools import dropwhile, takewhile
from typing import Any, Concatenate

from testing.dynamodb.errors import Exceptions, Invalid, client_error
from testing.dynamodb.expressions import Expressions
from testing.dynamodb.key_conditions import Test
from testing.dynamodb.pages import (
    Answer,
    Request,
    check_filter,
    index_of,
    page,
    projected,
    start_of,
)
from testing.dynamodb.tables import Key, Table
from testing.dynamodb.updates import Update
from testing.dynamodb.values import Item, Value, admitted, copied_item, kind_of, order

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
    """A client with tables of its own, made from CloudFormation's properties of each.

    A stream has as many shards as it is told to.
    """

    exceptions = Exceptions

    def __init__(self, definitions: Mapping[str, Mapping[str, Any]], *, shards: int = 1) -> None:
        self.tables = {name: Table(name, given, shards) for name, given in definitions.items()}

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
        return {"Item": projected(found, expressions.get("ProjectionExpression"))}

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
            return _attributes(projected(new, update.paths) if update else None)
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
        index = index_of(table, request)
        condition = expressions.get("KeyConditionExpression")
        partition = condition.partition(index.hash, expressions.values)
        accepts: Test | None = condition.sort_key_test(index.hash, index.range)
        if kind_of(partition) != table.kinds[index.hash]:
            raise Invalid("Condition parameter type does not match schema type")
        check_filter(index, expressions)
        found: Iterator[tuple[Key, Item]] = table.read(
            index,
            order(partition),
            start_of(table, index, request),
            forward=request.get("ScanIndexForward", True),
        )
        if accepts is not None:
            # What a sort key's condition accepts lies side by side.
            def inside(one: tuple[Key, Item]) -> bool:
                return accepts(one[1][str(index.range)], expressions.values)

            found = takewhile(inside, dropwhile(lambda one: not inside(one), found))
        return page(table, index, request, expressions, found)

    @_call("Scan", "ConsistentRead", "FilterExpression", "ProjectionExpression", *_EXPRESSION_INPUT)
    def scan(self, table: Table, request: Request) -> Answer:
        """The whole table at once, as it is small; in no order that AWS promises."""
        expressions = Expressions(request)
        accepts = expressions.get("FilterExpression")
        chosen = [
            projected(item, expressions.get("ProjectionExpression"))
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
