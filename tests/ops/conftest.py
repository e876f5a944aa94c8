"""One stack whose outputs are the resources on moto, whose own CloudFormation needs much more."""

import boto3
import pytest
from mypy_boto3_cloudformation import CloudFormationClient
from mypy_boto3_dynamodb import DynamoDBClient

from ops import deployment
from ops.deployment import DeploymentError, Description
from tests.handlers.conftest import service  # noqa: F401 - a fixture of these tests too
from tests.registry import TABLE

STACK = "finpay-payments-test"

type Outputs = dict[str, str]

NO_STACK = (
    "Not done: stack missing cannot be read\n"
    "Next: name the stack as samconfig.toml does, and the region it is in\n"
)
NO_REGION = "Not done: You must specify a region.\nNext: give --region, or set AWS_DEFAULT_REGION\n"
PARAMETERS = {"KeyOverlapDays": "7", "Stage": "local", "CallbackBaseUrl": "", "AlarmTopicArn": ""}


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


def tell_of(monkeypatch: pytest.MonkeyPatch, outputs: Outputs, parameters: Outputs) -> None:
    """Let a stack tell this of itself; any other is not there."""

    def describe(_: CloudFormationClient, stack: str) -> Description:
        if stack != STACK:
            raise DeploymentError(f"stack {stack} cannot be read")
        return Description(stack, outputs, parameters)

    monkeypatch.setattr(deployment, "describe", describe)
