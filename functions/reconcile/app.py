"""A schedule calls this to queue the status syncs that are due, and the queue to take them."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.sync_queue import read_sync
from payments.dependencies import Dependencies
from payments.domain.errors import GatewayError, PaymentInProgress
from payments.observability import metrics
from payments.observability.tracing import span

STOP_BEFORE_MS = 10_000


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answer an event of the schedule or of the queue."""
    reconcile = bootstrap.dependencies()
    if "Records" in event:
        return run_syncs(event, reconcile, context)
    with reconcile.telemetry.job("enqueue due"):
        run = reconcile.enqueue_due(lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_MS)
        metrics.syncs_enqueued(reconcile.telemetry, run)
    return {"queued": run.queued}


def run_syncs(event: dict[str, Any], reconcile: Dependencies, context: LambdaContext) -> Any:
    """Take each status sync by itself: what fails comes again, and nothing else with it."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

    def take(record: SQSRecord) -> None:
        with reconcile.telemetry.job("status sync"):
            run_sync(*read_sync(record.body), reconcile)

    return process_partial_response(event, take, processor, context)


def run_sync(order_id: str, due_at: int, reconcile: Dependencies) -> None:
    """Ask Finpay about one payment, if it is still its turn."""
    reconcile.telemetry.note(order_id=order_id)
    try:
        with span("status sync", order_id=order_id):
            update = reconcile.sync_payment(order_id, due_at)
    except (GatewayError, PaymentInProgress) as error:
        # It is due again soon, so this message is done.
        metrics.sync_failed(reconcile.telemetry, error)
        return
    if update:
        metrics.synced(reconcile.telemetry, update)
