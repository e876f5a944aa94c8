"""The queue of events calls this, and the storefront is told."""

from typing import Any

from payments import bootstrap
from payments.aws.event_queue import read_event
from payments.dependencies import Dependencies
from payments.domain.errors import Unavailable
from payments.observability import metrics
from payments.observability.tracing import span


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer a batch of the queue; what is to be tried again stays in it."""
    notify = bootstrap.dependencies()
    again = [record["messageId"] for record in event["Records"] if not deliver(record, notify)]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in again]}


def deliver(record: dict[str, Any], notify: Dependencies) -> bool:
    """Whether the event needs no further attempt."""
    event = read_event(record["body"])
    number = int(record["attributes"]["ApproximateReceiveCount"])
    send = notify.deliver  # refuses settings that contradict each other, before the job begins
    with notify.telemetry.job("webhook"):
        notify.telemetry.note(
            order_id=event.order_id, storefront_id=event.storefront_id, event=event.type
        )
        try:
            with span("webhook", order_id=event.order_id):
                delivery = send(event, number)
        except Unavailable:
            # Otherwise the queue brings it back every three minutes, and half an hour of an outage
            # at AWS uses up the attempts that are meant for days.
            notify.webhooks_queue.postpone(record["receiptHandle"], send.pause_after(number))
            raise
        metrics.delivered(notify.telemetry, delivery.attempt, delivery.pause)
        if delivery.pause is None:
            return True
        notify.webhooks_queue.postpone(record["receiptHandle"], delivery.pause)
    return False
