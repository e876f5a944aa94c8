"""The business metrics and the log fields that belong to them.

Amounts are in rupiah. Alarms and dashboards read these names. `CallbackRefused` is 0 or 1 for each
callback, and `InitiateUnanswered` for each request for a code, so their averages are rates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from payments.domain.errors import (
    GatewayError,
    NotAttempted,
    OutcomeUnknown,
    PaymentError,
    Unavailable,
)
from payments.domain.money_rules import is_full
from payments.domain.transition_table import MONEY, Status, Trigger
from payments.services.apply_status import Effect

if TYPE_CHECKING:
    from payments.callbacks.receive_callback import CallbackResult
    from payments.observability.log_lines import Telemetry
    from payments.services.apply_status import StatusUpdate
    from payments.services.enqueue_due import Run
    from payments.services.initiate import Initiated
    from payments.webhooks.delivery_attempt import DeliveryAttempt


def record_initiate(telemetry: Telemetry, outcome: Initiated) -> None:
    """Record the response to a request for a code."""
    telemetry.add_fields(replayed=outcome.replayed, status=outcome.payment.status)
    if not outcome.replayed:
        telemetry.count("Initiated")
        telemetry.count("InitiateUnanswered", 0)


@contextmanager
def scheduling_test_payment(telemetry: Telemetry) -> Iterator[None]:
    """Record whether simulated callbacks were queued. If not, the request succeeds all the same."""
    try:
        yield
    except Unavailable:
        telemetry.add_fields(test_payment="not-scheduled")
    else:
        telemetry.add_fields(test_payment="scheduled")


@contextmanager
def finpay_operation(telemetry: Telemetry, operation: str) -> Iterator[None]:
    """Count the errors of an operation at Finpay as `InitiateFailed` or `CancelFailed`."""
    try:
        yield
    except GatewayError as error:
        telemetry.count(f"{operation}Failed", reason=error.reason)
        if operation == "Initiate":
            unanswered = isinstance(error, NotAttempted | OutcomeUnknown)
            telemetry.count("InitiateUnanswered", int(unanswered))
        raise


def record_callback(telemetry: Telemetry, result: CallbackResult) -> None:
    """Record a callback that was applied or quarantined."""
    telemetry.count("CallbackRefused", 0)
    telemetry.add_fields(signed_form=result.signed_form)
    if result.quarantined:
        telemetry.add_fields(quarantined=result.quarantined)
        telemetry.count("CallbacksQuarantined", reason=result.quarantined)
        telemetry.require_manual_review("quarantined")


def record_refused_callback(telemetry: Telemetry, error: PaymentError) -> None:
    """Record a refused callback. An error of the service's own store is not a refusal."""
    if not isinstance(error, Unavailable):
        telemetry.count("CallbackRefused", 1)
        telemetry.count("CallbacksRefused", reason=type(error).__name__)


def record_status_update(telemetry: Telemetry, update: StatusUpdate) -> None:
    """Record a status update of a payment, in each function."""
    payment = update.payment
    telemetry.add_fields(
        storefront_id=payment.storefront_id, status=payment.status, effect=update.effect
    )
    if update.trigger is Trigger.UNKNOWN:
        telemetry.count("UnknownStatus")
    # Duplicates are counted too: the first invocation may have failed before it wrote its metrics.
    if update.trigger is Trigger.MISMATCH:
        telemetry.require_manual_review("mismatch")
    if update.trigger in MONEY and update.effect is Effect.NOTHING and is_full(payment):
        telemetry.require_manual_review("quarantined")
    if update.trigger in MONEY or payment.status is Status.REVIEW:
        for question in payment.standing.questions:
            telemetry.require_manual_review(question)
    if update.effect is not Effect.MOVED:
        return
    telemetry.count(_METRIC_OF_STATUS[payment.status])
    if payment.status is Status.PAID:
        money = payment.received
        telemetry.count("PaidAmount", payment.amount)
        # The dashboard reads channel and storefront from the log: as dimensions, each pair would be
        # a separate metric with its own cost.
        telemetry.add_fields(amount=payment.amount, channel=money and money.channel)
        if money and money.late:
            telemetry.add_fields(late=True)
            telemetry.count("PaidLate")


def record_enqueued_syncs(telemetry: Telemetry, run: Run) -> None:
    """Record a scheduled run that queues the due status syncs."""
    telemetry.add_fields(queued=run.queued)
    telemetry.count("StatusSyncsQueued", run.queued)
    telemetry.record_duration("OldestStatusSyncOverdue", run.longest_wait / 1000)


def record_failed_sync(telemetry: Telemetry, error: PaymentError) -> None:
    """Record a status sync that failed at Finpay, or because another request holds the lease."""
    telemetry.add_fields(error=type(error).__name__)
    telemetry.count("StatusSyncsFailed")


def record_status_sync(telemetry: Telemetry, update: StatusUpdate) -> None:
    """Record a status sync. A payment that it found to be PAID is counted separately."""
    telemetry.count("StatusSyncs")
    if update.effect is Effect.MOVED and update.payment.status is Status.PAID:
        telemetry.count("PaidFoundByReconcile")


def record_unresolved_payment(telemetry: Telemetry) -> None:
    """Record a status sync after which it is still not known how an expired payment ended."""
    telemetry.add_fields(unresolved=True)
    telemetry.count("PaymentsUnresolved")


def record_published_events(telemetry: Telemetry, queued: int, unread: str) -> None:
    """Record published events; `unread` is the sequence number of the first unreadable record."""
    telemetry.add_fields(queued=queued)
    if queued:
        telemetry.count("EventsQueued", queued)
    if unread:
        telemetry.add_fields(unread=unread)


def record_delivery(telemetry: Telemetry, attempt: DeliveryAttempt, pause: int | None) -> None:
    """Record an attempt to deliver a webhook; `pause` is the seconds until the next attempt."""
    telemetry.add_fields(outcome=attempt.outcome, receiver_ms=attempt.took_ms)
    telemetry.add_fields(receiver=attempt.status if attempt.status is not None else attempt.why)
    if pause is not None:
        telemetry.add_fields(again_in_s=pause)
    telemetry.count("WebhookAttempts", outcome=attempt.outcome.value)


_METRIC_OF_STATUS = {
    Status.PENDING: "CodeFound",
    Status.PAID: "Paid",
    Status.EXPIRED: "Expired",
    Status.CANCELLED: "Cancelled",
    Status.FAILED: "Failed",
    Status.REVIEW: "Review",
    Status.REFUNDED: "Refunded",
    Status.PARTIALLY_REFUNDED: "PartiallyRefunded",
}
