"""One stack whose outputs are the resources on moto, whose own CloudFormation needs much more."""

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from tests.handlers.conftest import renamed, service  # noqa: F401 - fixtures of these tests too
from tests.ops.desk import desk, renamed_desk  # noqa: F401 - fixtures of these tests
from tests.ops.told import PARAMETERS, Outputs, tell_of
from tests.registry import TABLE


@pytest.fixture(autouse=True)
def outputs(
    dynamodb: DynamoDBClient,  # noqa: ARG001 - its tables must be there
    monkeypatch: pytest.MonkeyPatch,
) -> Outputs:
    """What the stack tells of itself; a test may change it."""
    told = {
        "PaymentsTableName": "PaymentsTable",
        "QuarantineTableName": "QuarantineTable",
        "StorefrontsTableName": TABLE,
        "DataKeyArn": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
    }

    tell_of(monkeypatch, told, PARAMETERS)
    return told
