"""Counts what the functions ask of AWS, where botocore builds the request and has the answer."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient

from bench.units import Item, index_units, item_size, read_units, write_units
from payments.aws import clients
from testing.template import resources

_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
_READS = {"GetItem", "Query"}


@dataclass
class Taken:
    """What some work took of AWS. `items` are the bytes of each table's largest written item."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    index_units: float = 0
    read_units: float = 0
    items: dict[str, int] = field(default_factory=dict)


@dataclass
class Recorder:
    """Adds up in `taken`; reads the items before and after a write with a client of its own."""

    dynamodb: DynamoDBClient
    taken: Taken = field(default_factory=Taken)

    def begin(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """A call is about to be made: the item is still as it was."""
        context["asked"] = params
        if model.service_model.service_name == "dynamodb" and model.name in _WRITES:
            context["before"] = self._item(params)

    def end(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """It was answered, or refused."""
        service, params = model.service_model.service_name, context["asked"]
        self.taken.calls[f"{service}.{model.name}"] += 1
        if service != "dynamodb":
            return
        if model.name in _WRITES:
            self._wrote(params, context["before"], self._item(params))
        elif model.name in _READS:
            items = parsed["Items"] if "Items" in parsed else [parsed.get("Item", {})]
            size, consistent = sum(map(item_size, items)), params.get("ConsistentRead", False)
            self.taken.read_units += read_units(size, consistent=consistent)

    def _wrote(self, params: Mapping[str, Any], before: Item | None, after: Item | None) -> None:
        table = params["TableName"]
        self.taken.write_units += write_units(before, after)
        for index in _tables()[table].get("GlobalSecondaryIndexes", []):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
            keys = {*_keys(_tables()[table]), *_keys(index)}
            self.taken.index_units += index_units(before, after, sorted(keys))
        if after:
            known = self.taken.items.get(table, 0)
            self.taken.items[table] = max(known, item_size(after))

    def _item(self, params: Mapping[str, Any]) -> Item | None:
        names = _keys(_tables()[params["TableName"]])
        found = params.get("Key") or {name: params["Item"][name] for name in names}
        answer = self.dynamodb.get_item(
            TableName=params["TableName"], Key=found, ConsistentRead=True
        )
        return answer.get("Item")


@contextmanager
def recording(dynamodb: DynamoDBClient) -> Iterator[Recorder]:
    """Record what the functions' clients do that are made from here on."""
    recorder = Recorder(dynamodb)
    events = clients.aws_session().get_component("event_emitter")
    events.register("provide-client-params", recorder.begin)
    events.register("after-call", recorder.end)
    try:
        yield recorder
    finally:
        events.unregister("provide-client-params", recorder.begin)
        events.unregister("after-call", recorder.end)


def _tables() -> dict[str, dict[str, Any]]:
    return resources("AWS::DynamoDB::Table")


def _keys(schema: Mapping[str, Any]) -> list[str]:
    return [key["AttributeName"] for key in schema["KeySchema"]]
