"""Queues the status syncs that are due (on a schedule) and runs them (from the queue)."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.aws.status_sync_queue import read_sync
from payments.dependencies import Dependencies
from payments.domain.errors import GatewayError, PaymentInProgress
from payments.observability import metrics

STOP_BEFORE_MS = 10_000
SYNC_MS = 30_000  # at most six calls to Finpay of 4 s, and the calls to AWS between them


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
    """Run the status syncs side by side, so that only a failed one is delivered again."""
    sync, run = deps.sync_payment, partial(run_sync, deps=deps, context=context)
    parts = sync.parts_of(event["Records"])
    outcomes = (done for part in parts for done in deps.side_by_side(run, part, sync.at_once))
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(event["Records"], lambda record: next(outcomes)()):  # noqa: ARG005 - its name
        processor.process()
    return processor.response()


def run_sync(record: dict[str, Any], deps: Dependencies, context: LambdaContext) -> None:
    """Run the status sync of one payment, if it is still due and there is time for it."""
    with deps.telemetry.job("status sync"):
        order_id, due_at = read_sync(record["body"])
        deps.telemetry.add_fields(order_id=order_id)
        if context.get_remaining_time_in_millis() < SYNC_MS:
            raise TimeoutError
        try:
            update = deps.sync_payment(order_id, due_at)
        except (GatewayError, PaymentInProgress) as error:
            # The payment is due again within 5 minutes, so this message is not delivered again.
            metrics.record_failed_sync(deps.telemetry, error)
            return
        if update:
            metrics.record_status_sync(deps.telemetry, update)
