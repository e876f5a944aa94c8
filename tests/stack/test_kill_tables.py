"""What `kill -9` of the embedded AWS leaves of tables, beyond what payments need of it today."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from local import ministack
from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.stack.killable import KillableStack, wait_until

ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ASSUME = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}
# Writes down the ids that its stream tells it of.
PROGRAM = """
def handler(event, context):
    with open({file!r}, "a") as file:
        for record in event["Records"]:
            file.write(record["dynamodb"]["Keys"]["id"]["S"] + " ")
"""


@dataclass
class Table:
    """A table with a stream; `keep` makes it survive, as the deployed ones do."""

    killable: KillableStack
    name: str

    def client(self, service: str) -> Any:
        session: Any = boto3.Session(
            region_name=self.killable.running.region,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )
        return session.client(service, endpoint_url=self.killable.running.aws_endpoint)

    @property
    def dynamodb(self) -> DynamoDBClient:
        return self.killable.running.aws.dynamodb()

    def make(self) -> str:
        """Create it and return its stream's ARN."""
        made = self.dynamodb.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return made["TableDescription"]["LatestStreamArn"]

    def keep(self) -> None:
        ministack.keep_deployed(self.killable.running.aws_endpoint)

    def put(self, *ids: str) -> None:
        for one in ids:
            self.dynamodb.put_item(TableName=self.name, Item={"id": {"S": one}, "n": {"N": "1"}})

    def items(self) -> list[Any]:
        return self.dynamodb.scan(TableName=self.name)["Items"]

    def records(self) -> list[Any]:
        streams = self.client("dynamodbstreams")
        arn = streams.list_streams(TableName=self.name)["Streams"][0]["StreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        beginning = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )
        return list(streams.get_records(ShardIterator=beginning["ShardIterator"])["Records"])


@pytest.fixture
def table(killable: KillableStack, request: pytest.FixtureRequest) -> Table:
    return Table(killable, request.function.__name__)


@pytest.fixture
def told(table: Table, tmp_path: Path) -> Iterator[Path]:
    """The file in which a function, called by the table's stream, writes what it is told."""
    file = tmp_path / "told"
    file.touch()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", PROGRAM.format(file=str(file)))
    iam, functions = table.client("iam"), table.client("lambda")
    role = iam.create_role(RoleName="told", AssumeRolePolicyDocument=_policy(ASSUME))
    iam.put_role_policy(RoleName="told", PolicyName="any", PolicyDocument=_policy(ANY))
    functions.create_function(
        FunctionName="told",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    mapping = functions.create_event_source_mapping(
        EventSourceArn=table.make(), FunctionName="told", StartingPosition="TRIM_HORIZON"
    )
    table.keep()
    yield file
    functions.delete_event_source_mapping(UUID=mapping["UUID"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_transactions_deletions_and_streams_are_as_they_were(table: Table) -> None:
    table.make()
    table.keep()
    table.put("gone", "one", "two")
    table.dynamodb.delete_item(TableName=table.name, Key={"id": {"S": "gone"}})
    table.dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table.name, "Item": {"id": {"S": "three"}}}},
            {
                "Update": {
                    "TableName": table.name,
                    "Key": {"id": {"S": "one"}},
                    "UpdateExpression": "ADD n :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
        ]
    )
    items, records = table.items(), table.records()
    assert (len(items), len(records)) == (3, 6)
    table.killable.kill_and_restart(ministack.NAME)
    assert (table.items(), table.records()) == (items, records)


def test_a_function_is_told_of_every_write_and_not_again_of_those_long_before_the_kill(
    table: Table, told: Path
) -> None:
    table.put("early")
    wait_until(lambda: told.read_text().split() == ["early"])
    table.put("last")
    table.killable.kill_and_restart(ministack.NAME)
    table.put("after")
    wait_until(lambda: told.read_text().split()[-1] == "after")
    assert set(told.read_text().split()) == {"early", "last", "after"}
    assert told.read_text().split().count("early") == 1
