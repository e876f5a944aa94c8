"""Finds the resources of a deployed stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from boto3 import Session
from botocore.exceptions import BotoCoreError, ClientError

from payments.aws.deliveries_table import DynamoDeliveries
from payments.aws.payments_table import DynamoPayments
from payments.aws.status_sync_queue import SqsSyncQueue
from payments.domain import clock

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient


class DeploymentError(Exception):
    """The stack cannot be found, or is not one of ours."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a stack tells of itself: template.yaml's outputs, and the parameters it was given."""

    stack: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    def output(self, name: str) -> str:
        """The value of an output of template.yaml's; raises DeploymentError."""
        return self._named(self.outputs, name, "output")

    def parameter(self, name: str) -> str:
        """The value of a parameter of template.yaml's; raises DeploymentError."""
        return self._named(self.parameters, name, "parameter")

    def _named(self, values: Mapping[str, str], name: str, what: str) -> str:
        if name not in values:
            raise DeploymentError(
                f"stack {self.stack} has no {what} {name}: is it this service's,"
                " and deployed from a current commit?"
            )
        return values[name]


def describe(cloudformation: CloudFormationClient, stack: str) -> Description:
    """The outputs and parameters of a stack; raises DeploymentError."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        raise DeploymentError(f"stack {stack} cannot be read: {error}") from None
    return Description(
        stack,
        {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
        {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])},
    )


class Deployment:
    """A deployed stack, and ways to what is in it; each is made when it is first needed."""

    def __init__(self, stack: str, region: str | None) -> None:
        self.stack = stack
        self.session = Session(region_name=region)

    @cached_property
    def description(self) -> Description:
        return describe(self.session.client("cloudformation"), self.stack)

    def output(self, name: str) -> str:
        """The value of an output; raises DeploymentError."""
        return self.description.output(name)

    def parameter(self, name: str) -> str:
        """The value of a parameter; raises DeploymentError."""
        return self.description.parameter(name)

    def untyped(self, service: str) -> Any:
        """A client of a service whose types are a package of their own in boto3-stubs."""
        return self.session.client(service)  # type: ignore[call-overload]

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return self.session.client("dynamodb")

    @cached_property
    def sqs(self) -> SQSClient:
        return self.session.client("sqs")

    @property
    def payments(self) -> DynamoPayments:
        return DynamoPayments(self.dynamodb, self.output("PaymentsTableName"))

    @property
    def deliveries(self) -> DynamoDeliveries:
        return DynamoDeliveries(self.dynamodb, self.output("DeliveriesTableName"))

    @property
    def sync_queue(self) -> SqsSyncQueue:
        return SqsSyncQueue(self.sqs, self.output("StatusSyncQueueUrl"))

    def now(self) -> int:
        """The time of this machine, in epoch milliseconds."""
        return clock.now()
