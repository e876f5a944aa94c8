"""The deployed resources beside the template that they were deployed with.

The template is the stack's own, as CloudFormation keeps it; nothing is read from this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from ops.doctor.finding import Finding, bad, good

if TYPE_CHECKING:
    from ops.deployment import Deployment

_AGAIN = "somebody changed it by hand: deploy again, and see who may"
_GONE = "docs/runbook.md#a-function-or-a-source-is-gone"
_FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of a stack's template, and what each is called where it is deployed."""

    template: Mapping[str, Any]
    names: Mapping[str, str]

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        """Read them from CloudFormation."""
        client = deployment.session.client("cloudformation")
        stack = deployment.stack
        body: Any = client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
        return cls(
            (json.loads(body) if isinstance(body, str) else body)["Resources"],
            {
                one["LogicalResourceId"]: one["PhysicalResourceId"]
                for page in pages
                for one in page["StackResourceSummaries"]
            },
        )

    def of_type(self, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Logical id, deployed name and properties of each resource of a type.

        One whose condition does not hold, as in prod with all of the test mode, is none.
        """
        for logical, resource in self.template.items():
            is_meant = logical in self.names or "Condition" not in resource
            if resource["Type"] == kind and is_meant:
                yield logical, self.names.get(logical, ""), resource.get("Properties", {})


def tables(dynamodb: Any, resources: Resources) -> Iterator[Finding]:
    """Keys, indexes, streams, TTL, protection and encryption of each table."""
    for logical, name, properties in resources.of_type("AWS::DynamoDB::Table"):
        try:
            table = dynamodb.describe_table(TableName=name)["Table"]
            ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        except dynamodb.exceptions.ResourceNotFoundException:
            yield bad(f"table {logical}", "it is not there", "docs/runbook.md#a-table-is-gone")
            continue
        wrong = [
            what for what, wanted, found in _of_table(properties, table, ttl) if wanted != found
        ]
        if wrong:
            said = f"not as the template says: {', '.join(wrong)}"
            yield bad(f"table {logical}", said, _AGAIN)
        else:
            yield good(f"table {logical}", "keys, indexes, stream, TTL and protection as deployed")


def _of_table(
    properties: dict[str, Any], table: dict[str, Any], ttl: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """What is compared: its name, as the template has it and as it is."""
    yield "keys", properties["KeySchema"], table["KeySchema"]
    yield "indexes", _indexes(properties), _indexes(table)
    wanted = properties.get("StreamSpecification", {}).get("StreamViewType")
    stream = table.get("StreamSpecification", {})
    yield "stream", wanted, stream.get("StreamViewType") if stream.get("StreamEnabled") else None
    is_on = ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    wanted = properties.get("TimeToLiveSpecification", {}).get("AttributeName")
    yield "TTL", wanted, ttl.get("AttributeName") if is_on else None
    wanted = properties.get("DeletionProtectionEnabled", False)
    yield "deletion protection", wanted, table.get("DeletionProtectionEnabled", False)


def _indexes(of: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(one["IndexName"], one["KeySchema"]) for one in of.get("GlobalSecondaryIndexes") or ()]


def sources(client: Any, resources: Resources) -> Iterator[Finding]:
    """Whether the functions are given what is in the queues and in the stream."""
    for logical, name, _ in resources.of_type("AWS::Lambda::EventSourceMapping"):
        subject = f"source {logical}"
        try:
            state = client.get_event_source_mapping(UUID=name)["State"]
        except client.exceptions.ResourceNotFoundException:
            yield bad(subject, "it is not there", _GONE)
            continue
        if state in {"Enabled", "Enabling", "Updating", "Creating"}:
            yield good(subject, "it is on")
        else:
            remedy = f"aws lambda update-event-source-mapping --uuid {name} --enabled"
            yield bad(subject, f"it is {state}", remedy)


def functions(client: Any, resources: Resources) -> Iterator[Finding]:
    """Whether each function is there."""
    for logical, name, _ in resources.of_type(_FUNCTION):
        subject = f"function {logical}"
        if _settings(client, name) is None:
            yield bad(subject, "it is not there", _GONE)
        else:
            yield good(subject, "it is there")


def finpays(client: Any, resources: Resources) -> dict[str, str]:
    """Which Finpay each function was given, by its logical id; only those that ask it.

    Of one that is not there, `functions` tells.
    """
    found = {}
    for logical, name, properties in resources.of_type(_FUNCTION):
        if "FINPAY_BASE_URL" not in properties.get("Environment", {}).get("Variables", {}):
            continue
        settings = _settings(client, name)
        if settings is not None:
            given = settings.get("Environment", {}).get("Variables", {})
            found[logical] = given.get("FINPAY_BASE_URL", "nobody")
    return found


def _settings(client: Any, name: str) -> dict[str, Any] | None:
    """A function's configuration as it is deployed; None if there is no such function."""
    try:
        found: dict[str, Any] = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return found
