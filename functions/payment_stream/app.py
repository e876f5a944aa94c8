"""Publishes webhook events: reads changes from the payments table's stream and queues events."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.stream_records import read_changes
from payments.observability import metrics


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Handle a batch of the stream; the filter in template.yaml passes only changed rows."""
    deps = bootstrap.dependencies()
    with deps.telemetry.job("publish events"):
        changes, unread = read_changes(record["dynamodb"] for record in event["Records"])
        metrics.record_published_events(deps.telemetry, deps.publish_events(changes), unread)
    return {"batchItemFailures": [{"itemIdentifier": unread}] if unread else []}
