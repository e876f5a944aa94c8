"""The tables on which the stand-ins for DynamoDB are compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_dynamodb import DynamoDBClient

DEFINITIONS: dict[str, Any] = {
    "rows": {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "due", "AttributeType": "S"},
            {"AttributeName": "nextSyncAt", "AttributeType": "N"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "byDue",
                "KeySchema": [
                    {"AttributeName": "due", "KeyType": "HASH"},
                    {"AttributeName": "nextSyncAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "byDueWithNote",
                "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            },
        ],
    },
    "series": {
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
    },
    "streamed": {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    },
}


def text(content: str) -> dict[str, str]:
    return {"S": content}


def number(content: int | str) -> dict[str, str]:
    return {"N": str(content)}


@dataclass(frozen=True)
class Rows:
    """A table on one of the stand-ins, and its item "a"."""

    client: DynamoDBClient
    name: str
    key: ClassVar = {"id": {"S": "a"}}

    def put(self, row_id: str = "a", **attributes: Any) -> None:
        item = {"id": text(row_id), **attributes}
        self.client.put_item(TableName=self.name, Item=item)

    def get(self, row_id: str = "a") -> Any:
        answer = self.client.get_item(
            TableName=self.name, Key={"id": text(row_id)}, ConsistentRead=True
        )
        return answer.get("Item")

    def attribute(self, name: str) -> Any:
        item = self.get()
        return item.get(name) if item else None

    def update(
        self, expression: str, values: Any = None, *, row_id: str = "a", **request: Any
    ) -> Any:
        if values:
            request["ExpressionAttributeValues"] = values
        return self.client.update_item(
            TableName=self.name,
            Key={"id": text(row_id)},
            UpdateExpression=expression,
            **request,
        )

    def holds(self, condition: str, values: Any = None, **request: Any) -> bool:
        """Whether the item "a" satisfies a condition; it is gone if it does."""
        if values:
            request["ExpressionAttributeValues"] = values
        try:
            self.client.delete_item(
                TableName=self.name, Key=self.key, ConditionExpression=condition, **request
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def query(self, condition: str, values: Any, **request: Any) -> Any:
        return self.client.query(
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **request,
        )

    def ids_in(self, index: str, due: str = "open") -> list[str]:
        answer = self.query("due = :due", {":due": text(due)}, IndexName=index)
        return [item["id"]["S"] for item in answer["Items"]]


@dataclass(frozen=True)
class Streamed:
    """A table with a stream, on one of the stand-ins."""

    rows: Rows
    streams: Any

    def records(self) -> list[Any]:
        """All that its stream has: the shards one after the other, each from its beginning."""
        (stream,) = self.streams.list_streams(TableName=self.rows.name)["Streams"]
        arn = stream["StreamArn"]
        description = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]
        found: list[Any] = []
        for shard in description["Shards"]:
            place = self.streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while page := self.streams.get_records(ShardIterator=place, Limit=2):
                found += page["Records"]
                place = page["NextShardIterator"]
                if not page["Records"]:
                    break
        return found


@contextmanager
def refused(code: str) -> Iterator[dict[str, Any]]:
    """Expect an error of this code; gives what its answer holds, once it is over."""
    response: dict[str, Any] = {}
    with pytest.raises(ClientError) as refusal:
        yield response
    response |= refusal.value.response
    assert response["Error"]["Code"] == code
