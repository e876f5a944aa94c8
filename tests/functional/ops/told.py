"""What a stack tells of itself, in these tests."""

import pytest
from mypy_boto3_cloudformation import CloudFormationClient

from ops import deployment
from ops.deployment import DeploymentError, Description

STACK = "finpay-payments-test"

type Outputs = dict[str, str]

NO_STACK = (
    "Not done: stack missing cannot be read\n"
    "Next: name the stack as samconfig.toml does, and the region it is in\n"
)
NO_REGION = "Not done: You must specify a region.\nNext: give --region, or set AWS_DEFAULT_REGION\n"
PARAMETERS = {"KeyOverlapDays": "7", "Stage": "local", "CallbackBaseUrl": "", "AlarmTopicArn": ""}


def tell_of(monkeypatch: pytest.MonkeyPatch, outputs: Outputs, parameters: Outputs) -> None:
    """Let a stack tell this of itself; any other is not there."""

    def describe(_: CloudFormationClient, stack: str) -> Description:
        if stack != STACK:
            raise DeploymentError(f"stack {stack} cannot be read")
        return Description(stack, outputs, parameters)

    monkeypatch.setattr(deployment, "describe", describe)
