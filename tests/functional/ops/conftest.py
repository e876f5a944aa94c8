"""One stack whose outputs are the resources of the simulated AWS, which has no CloudFormation."""

from functools import cache

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from ops import deployment
from testing.registry import TABLE
from tests.functional.ops.operator import operator, second_attempt_operator  # noqa: F401 - fixtures of these tests
from tests.functional.ops.told import PARAMETERS, Outputs, tell_of

# A session reads AWS's descriptions of its services, which takes longer than most commands.
_session = cache(boto3.Session)


@pytest.fixture(autouse=True)
def one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of all tests use one session for each region."""
    monkeypatch.setattr(deployment, "Session", _session)


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
