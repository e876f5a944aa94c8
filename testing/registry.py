"""The storefronts' registry on moto, and on the local stack."""

from collections.abc import Callable

import boto3
from mypy_boto3_dynamodb import DynamoDBClient

from local.stack import registry
from local.state import RunningStack
from ops.storefronts import Registry
from payments.domain import clock

TABLE = "StorefrontsTable"


def make_registry(
    dynamodb: DynamoDBClient, table: str = TABLE, now: Callable[[], int] | None = None
) -> Registry:
    """A registry whose webhook secrets are sealed by a key of its own; needs moto's account."""
    kms = boto3.client("kms")
    data_key = kms.create_key()["KeyMetadata"]["Arn"]
    return Registry(dynamodb, kms, table, data_key, now or clock.now)


def registry_of(stack: RunningStack) -> Registry:
    """The registry of the local stack."""
    return registry(stack.aws, stack.outputs)
