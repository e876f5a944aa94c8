"""Tables that last as long as a test."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mypy_boto3_dynamodb import DynamoDBClient

from testing.template import resources

_PARTS = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")


def definition_of(table: str) -> dict[str, Any]:
    """A table of template.yaml, by its logical id, as CreateTable wants it."""
    properties = resources("AWS::DynamoDB::Table")[table]
    return {part: properties[part] for part in _PARTS if part in properties}


@contextmanager
def temporary_table(client: DynamoDBClient, definition: Mapping[str, Any]) -> Iterator[str]:
    """Make a table under a name that nobody else has, and delete it in the end."""
    name = f"test-{uuid.uuid4().hex}"
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **definition)
    client.get_waiter("table_exists").wait(TableName=name)
    try:
        yield name
    finally:
        client.delete_table(TableName=name)
