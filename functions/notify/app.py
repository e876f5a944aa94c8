"""Delivers the events in the queue to the storefronts' webhook endpoints."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.webhook_queue import read_event
from payments.dependencies import Dependencies
from payments.domain.errors import Unavailable
from payments.observability import metrics


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Handle a batch of the queue; an event that needs another attempt stays in it."""
    deps = bootstrap.dependencies()
    failed = [record["messageId"] for record in event["Records"] if not deliver(record, deps)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def deliver(record: dict[str, Any], deps: Dependencies) -> bool:
    """Attempt to deliver an event; return False if it needs another attempt."""
    event = read_event(record["body"])
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    send = deps.deliver  # may raise SettingsError, before the job begins
    with deps.telemetry.job("webhook"):
        deps.telemetry.add_fields(
            order_id=event.order_id, storefront_id=event.storefront_id, event=event.type
        )
        try:
            delivery = send(event, attempt)
        except Unavailable:
            # Without this the queue delivers the event again every three minutes, and half an hour
            # of an AWS outage uses up the attempts that are planned for days.
            deps.webhooks_queue.postpone(record["receiptHandle"], send.pause_after(attempt))
            raise
        metrics.record_delivery(deps.telemetry, delivery.attempt, delivery.pause)
        if delivery.pause is None:
            return True
        deps.webhooks_queue.postpone(record["receiptHandle"], delivery.pause)
    return False
