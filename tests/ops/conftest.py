"""One stack whose outputs are the resources on moto, whose own CloudFormation needs much more."""

import boto3
import pytest
from mypy_boto3_cloudformation import CloudFormationClient
from mypy_boto3_dynamodb import DynamoDBClient

from ops import deployment
from ops.deployment import DeploymentError
from tests.handlers.conftest import service  # noqa: F401 - a fixture of these tests too
from tests.registry import TABLE

STACK = "finpay-payments-test"

type Outputs = dict[str, str]


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

    def output(_: CloudFormationClient, stack: str, name: str) -> str:
        if stack != STACK:
            raise DeploymentError(f"stack {stack} cannot be read")
        return told[name]

    monkeypatch.setattr(deployment, "output", output)
    return told
