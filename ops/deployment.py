"""Finds the resources of a deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


class DeploymentError(Exception):
    """The stack cannot be found, or is not one of ours."""


def output(cloudformation: CloudFormationClient, stack: str, name: str) -> str:
    """The value of an output of template.yaml's; raises DeploymentError."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        raise DeploymentError(f"stack {stack} cannot be read: {error}") from None
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in found.get("Outputs", [])}
    if name not in outputs:
        raise DeploymentError(f"stack {stack} has no output {name}: is it this service's?")
    return outputs[name]
