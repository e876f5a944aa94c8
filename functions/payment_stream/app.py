"""The payments table's stream calls this, and storefronts' events go into their queue."""

from typing import Any

from payments import bootstrap
from payments.aws.stream import read_changes
from payments.observability import metrics


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer a batch of the stream: rows that changed; template.yaml keeps all others out."""
    stream = bootstrap.dependencies()
    with stream.telemetry.job("publish events"):
        changes, unread = read_changes(event["Records"])
        metrics.events_published(stream.telemetry, stream.publish_events(changes), unread)
    return {"batchItemFailures": [{"itemIdentifier": unread}] if unread else []}
