"""A schedule calls this to queue the looks that are due, and the queue to take them."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.sync_queue import read_look
from payments.dependencies import Dependencies
from payments.domain.errors import GatewayError, PaymentInProgress
from payments.observability import metrics
from payments.observability.tracing import span

STOP_BEFORE_MS = 10_000


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answer an event of the schedule or of the queue."""
    reconcile = bootstrap.dependencies()
    if "Records" in event:
        return take_looks(event, reconcile, context)
    with reconcile.telemetry.job("queue looks"):
        run = reconcile.queue_due(lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_MS)
        metrics.looks_queued(reconcile.telemetry, run)
    return {"queued": run.queued}


def take_looks(event: dict[str, Any], reconcile: Dependencies, context: LambdaContext) -> Any:
    """Take each look by itself: what fails comes again, and nothing else with it."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

    def take(record: SQSRecord) -> None:
        with reconcile.telemetry.job("look"):
            take_look(*read_look(record.body), reconcile)

    return process_partial_response(event, take, processor, context)


def take_look(order_id: str, due_at: int, reconcile: Dependencies) -> None:
    """Ask Finpay about one payment, if it is still its turn."""
    reconcile.telemetry.note(order_id=order_id)
    try:
        with span("look", order_id=order_id):
            settlement = reconcile.look(order_id, due_at)
    except (GatewayError, PaymentInProgress) as error:
        # It is due again soon, so this message is done.
        metrics.look_failed(reconcile.telemetry, error)
        return
    if settlement:
        metrics.looked(reconcile.telemetry, settlement)
