"""DynamoDB and its streams on the wire: JSON to the simulated tables and back."""

import base64
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from testing.aws.errors import Refusal, only_known
from testing.dynamodb.client import SimulatedDynamoDB
from testing.dynamodb.streams import SimulatedStreams
from testing.dynamodb.tables import Table

type Request = dict[str, Any]
type Answer = dict[str, Any]


class Tables:
    """The calls of `dynamodb` and `dynamodbstreams`; `definitions` are CloudFormation's."""

    def __init__(self, definitions: dict[str, dict[str, Any]]) -> None:
        self._simulated = SimulatedDynamoDB(definitions)
        self._streams = SimulatedStreams(self._simulated)
        self._protected = {
            name for name, given in definitions.items() if given.get("DeletionProtectionEnabled")
        }

    def answer(self, operation: str, request: Request) -> Answer:
        """What DynamoDB answers; raises Refusal."""
        administration = {
            "create_table": self._create_table,
            "delete_table": self._delete_table,
            "describe_table": self._describe_table,
            "list_tables": self._list_tables,
            "update_table": self._update_table,
        }
        if operation in administration:
            return administration[operation](request)
        call = getattr(self._simulated, operation, None) or getattr(self._streams, operation, None)
        if call is None:
            raise NotImplementedError(f"the simulated DynamoDB has no {operation}")
        try:
            answer: Answer = _encoded(call(**_decoded(request)))
        except ClientError as error:
            response: dict[str, Any] = dict(error.response)
            members = {"Item": _encoded(response["Item"])} if "Item" in response else {}
            raise Refusal(
                response["Error"]["Code"], response["Error"]["Message"], **members
            ) from None
        answer.pop("ResponseMetadata", None)
        return answer

    def _create_table(self, request: Request) -> Answer:
        name = request["TableName"]
        if name in self._simulated.tables:
            raise Refusal("ResourceInUseException", f"Table already exists: {name}")
        self._simulated.tables[name] = Table(name, request)
        return {"TableDescription": {"TableName": name, "TableStatus": "ACTIVE"}}

    def _describe_table(self, request: Request) -> Answer:
        only_known(request, "TableName")
        return {"Table": {"TableName": self._existing(request), "TableStatus": "ACTIVE"}}

    def _list_tables(self, request: Request) -> Answer:
        only_known(request)
        return {"TableNames": sorted(self._simulated.tables)}

    def _update_table(self, request: Request) -> Answer:
        only_known(request, "TableName", "DeletionProtectionEnabled")
        name = self._existing(request)
        self._protected -= {name}
        if request["DeletionProtectionEnabled"]:
            self._protected |= {name}
        return {"TableDescription": {"TableName": name, "TableStatus": "ACTIVE"}}

    def _delete_table(self, request: Request) -> Answer:
        only_known(request, "TableName")
        name = self._existing(request)
        if name in self._protected:
            raise Refusal("ValidationException", f"Table {name} is protected from deletion")
        del self._simulated.tables[name]
        return {"TableDescription": {"TableName": name, "TableStatus": "DELETING"}}

    def _existing(self, request: Request) -> str:
        name: str = request["TableName"]
        if name not in self._simulated.tables:
            raise Refusal("ResourceNotFoundException", "Requested resource not found")
        return name


def _decoded(value: Any) -> Any:
    """Attribute values with bytes where JSON has base64."""
    return _binaries(value, lambda text: base64.b64decode(text, validate=True))


def _encoded(value: Any) -> Any:
    """The opposite of `_decoded`."""
    return _binaries(value, lambda raw: base64.b64encode(raw).decode())


def _binaries(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy in which each binary value is changed: an object whose one member is B or BS."""
    if isinstance(value, dict):
        match [*value]:
            case ["B"] if not isinstance(value["B"], dict):
                return {"B": change(value["B"])}
            case ["BS"] if not isinstance(value["BS"], dict):
                return {"BS": [change(one) for one in value["BS"]]}
        return {name: _binaries(member, change) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_binaries(member, change) for member in value]
    return value
