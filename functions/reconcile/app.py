"""Queues the status syncs that are due (on a schedule) and runs them (from the queue)."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.status_sync_queue import read_sync
from payments.dependencies import Dependencies
from payments.domain.errors import GatewayError, PaymentInProgress
from payments.observability import metrics

STOP_BEFORE_MS = 10_000


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Handle an event of the schedule or of the queue."""
    deps = bootstrap.dependencies()
    if "Records" in event:
        return run_syncs(event, deps, context)
    with deps.telemetry.job("enqueue due"):
        run = deps.enqueue_due(lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_MS)
        metrics.record_enqueued_syncs(deps.telemetry, run)
    return {"queued": run.queued}


def run_syncs(event: dict[str, Any], deps: Dependencies, context: LambdaContext) -> Any:
    """Run each status sync separately, so that only a failed one is delivered again."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

    def process(record: SQSRecord) -> None:
        with deps.telemetry.job("status sync"):
            run_sync(*read_sync(record.body), deps)

    return process_partial_response(event, process, processor, context)


def run_sync(order_id: str, due_at: int, deps: Dependencies) -> None:
    """Run the status sync of one payment, if it is still due."""
    deps.telemetry.add_fields(order_id=order_id)
    try:
        update = deps.sync_payment(order_id, due_at)
    except (GatewayError, PaymentInProgress) as error:
        # The payment is due again within 5 minutes, so this message is not delivered again.
        metrics.record_failed_sync(deps.telemetry, error)
        return
    if update:
        metrics.record_status_sync(deps.telemetry, update)
