"""What is counted, and under which name: the metrics of the business, in one place.

Amounts are in rupiah. Alarms and dashboards read these names. `CallbackRefused` is 0 or 1 for each
callback, `InitiateUnanswered` for each request for a code: averages are shares.
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
from payments.domain.transitions import Status, Trigger
from payments.observability.tracing import span
from payments.services.apply_status import Effect

if TYPE_CHECKING:
    from payments.callbacks.receive import Receipt
    from payments.observability.logs import Telemetry
    from payments.services.apply_status import StatusUpdate
    from payments.services.initiate import Initiated
    from payments.services.reconcile import Run
    from payments.webhooks.attempts import Attempt


def initiated(telemetry: Telemetry, outcome: Initiated) -> None:
    """A storefront got a payment."""
    telemetry.note(replayed=outcome.replayed, status=outcome.payment.status)
    if not outcome.replayed:
        telemetry.count("Initiated")
        telemetry.count("InitiateUnanswered", 0)


@contextmanager
def scheduling_test_payment(telemetry: Telemetry) -> Iterator[None]:
    """What was asked for of a test payment is queued; without it the payment is as good."""
    try:
        yield
    except Unavailable:
        telemetry.note(test_payment="not-scheduled")
    else:
        telemetry.note(test_payment="scheduled")


@contextmanager
def asking_finpay(telemetry: Telemetry, what: str, order_id: str) -> Iterator[None]:
    """Trace it; count what Finpay did not do or nobody knows: `InitiateFailed`, `CancelFailed`."""
    try:
        with span(what.lower(), order_id=order_id):
            yield
    except GatewayError as error:
        telemetry.count(f"{what}Failed", reason=error.reason)
        if what == "Initiate":
            unanswered = isinstance(error, NotAttempted | OutcomeUnknown)
            telemetry.count("InitiateUnanswered", int(unanswered))
        raise


def received(telemetry: Telemetry, receipt: Receipt) -> None:
    """A verified callback was settled or quarantined."""
    telemetry.count("CallbackRefused", 0)
    telemetry.note(signed_form=receipt.signed_form)
    if receipt.quarantined:
        telemetry.note(quarantined=receipt.quarantined)
        telemetry.count("CallbacksQuarantined", reason=receipt.quarantined)
        telemetry.require_manual_review("quarantined")


def refused(telemetry: Telemetry, error: PaymentError) -> None:
    """A callback was turned away. That our own store fails is no refusal."""
    if not isinstance(error, Unavailable):
        telemetry.count("CallbackRefused", 1)
        telemetry.count("CallbacksRefused", reason=type(error).__name__)


def status_updated(telemetry: Telemetry, update: StatusUpdate) -> None:
    """Something that was learnt was brought to its payment, in whichever function."""
    payment = update.payment
    telemetry.note(storefront_id=payment.storefront_id, status=payment.status, effect=update.effect)
    if update.trigger is Trigger.UNKNOWN:
        telemetry.count("UnknownStatus")
    # Also when it is told once more: whoever was told first may have died before he said so.
    if why := _MANUAL_REVIEW.get(update.trigger):
        telemetry.require_manual_review(why)
    if payment.status is Status.REVIEW:
        telemetry.require_manual_review("review")
    if update.effect is not Effect.MOVED:
        return
    telemetry.count(_METRICS[payment.status])
    if payment.status is Status.PAID:
        money = payment.received
        telemetry.count("PaidAmount", payment.amount)
        # By channel and storefront the dashboard reads these lines: metrics would cost by the pair.
        telemetry.note(amount=payment.amount, channel=money and money.channel)
        if money and money.late:
            telemetry.note(late=True)
            telemetry.count("PaidLate")


def syncs_enqueued(telemetry: Telemetry, run: Run) -> None:
    """The schedule has run."""
    telemetry.note(queued=run.queued)
    telemetry.count("StatusSyncsQueued", run.queued)
    telemetry.took("OldestStatusSyncOverdue", run.longest_wait / 1000)


def sync_failed(telemetry: Telemetry, error: PaymentError) -> None:
    """Finpay was not to be had for a status sync, or somebody else is at work on the payment."""
    telemetry.note(error=type(error).__name__)
    telemetry.count("StatusSyncsFailed")


def synced(telemetry: Telemetry, update: StatusUpdate) -> None:
    """A status sync was taken. What it found that no callback had told is counted by itself."""
    telemetry.count("StatusSyncs")
    if update.effect is Effect.MOVED and update.payment.status is Status.PAID:
        telemetry.count("PaidFoundByReconcile")


def events_published(telemetry: Telemetry, queued: int, unread: str) -> None:
    """Changes of payments became events; `unread` is the first one that nobody can read."""
    telemetry.note(queued=queued)
    if queued:
        telemetry.count("EventsQueued", queued)
    if unread:
        telemetry.note(unread=unread)


def delivered(telemetry: Telemetry, attempt: Attempt, pause: int | None) -> None:
    """An attempt to deliver a webhook was made."""
    telemetry.note(outcome=attempt.outcome, receiver_ms=attempt.took_ms)
    telemetry.note(receiver=attempt.status if attempt.status is not None else attempt.why)
    if pause is not None:
        telemetry.note(again_in_s=pause)
    telemetry.count("WebhookAttempts", outcome=attempt.outcome.value)


_MANUAL_REVIEW = {
    Trigger.MISMATCH: "mismatch",
    Trigger.PAID_AGAIN: "paid-again",
    Trigger.REFUNDED_OTHER: "refunded-other",
}
_METRICS = {
    Status.PENDING: "CodeFound",
    Status.PAID: "Paid",
    Status.EXPIRED: "Expired",
    Status.CANCELLED: "Cancelled",
    Status.FAILED: "Failed",
    Status.REVIEW: "Review",
    Status.REFUNDED: "Refunded",
    Status.PARTIALLY_REFUNDED: "PartiallyRefunded",
}
