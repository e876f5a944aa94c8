"""What is the simulated DynamoDB's own; what it has in common with AWS is in the tests beside."""

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from testing.dynamodb.client import SimulatedDynamoDB
from testing.template import resources
from tests.functional.store.tables import DEFINITIONS

KEY = {"id": {"S": "a"}}


@pytest.fixture
def dynamodb() -> SimulatedDynamoDB:
    return SimulatedDynamoDB(DEFINITIONS)


def test_it_has_the_tables_of_the_template() -> None:
    tables = resources("AWS::DynamoDB::Table")
    assert SimulatedDynamoDB(tables).tables.keys() == tables.keys()


@pytest.mark.parametrize("request_part", [{"Expected": {}}, {"ReturnConsumedCapacity": "TOTAL"}])
def test_a_parameter_that_it_does_not_know_is_an_error(
    dynamodb: SimulatedDynamoDB, request_part: dict[str, Any]
) -> None:
    with pytest.raises(NotImplementedError):
        dynamodb.put_item(TableName="rows", Item=KEY, **request_part)


def test_a_call_without_what_it_needs_is_an_error(dynamodb: SimulatedDynamoDB) -> None:
    with pytest.raises(NotImplementedError):
        dynamodb.get_item(TableName="rows")


@pytest.mark.parametrize(
    "value", [{}, {"N": 1}, {"S": None}, {"S": "a", "N": "1"}, {"X": "a"}, "a", {"BOOL": 1}]
)
def test_what_boto3_would_not_send_is_refused_in_its_way(
    dynamodb: SimulatedDynamoDB, value: Any
) -> None:
    with pytest.raises(ParamValidationError):
        dynamodb.put_item(TableName="rows", Item={**KEY, "value": value})


def test_the_same_calls_leave_the_same_tables() -> None:
    def run() -> list[Any]:
        dynamodb = SimulatedDynamoDB(DEFINITIONS)
        for number in (3, 1, 2):
            item = {"id": {"S": str(number)}, "due": {"S": "x"}, "nextSyncAt": {"N": "1"}}
            dynamodb.put_item(TableName="rows", Item=item)
        found = dynamodb.query(
            TableName="rows",
            IndexName="byDue",
            KeyConditionExpression="due = :due",
            ExpressionAttributeValues={":due": {"S": "x"}},
        )
        return [found["Items"], dynamodb.scan(TableName="rows")["Items"]]

    assert run() == run()
