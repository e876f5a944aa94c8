"""Run the status sync of one payment, because callbacks can get lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.domain.errors import (
    GatewayError,
    PaymentError,
    PaymentInProgress,
    Unavailable,
    Unresolved,
)
from payments.domain.ids import NewId
from payments.domain.payment import Payment, Source
from payments.domain.sync_schedule import (
    RESOLVE_AFTER_MS,
    RETRY_MS,
    is_unresolved,
    next_sync_time,
    retry_time,
)
from payments.domain.transition_table import CLOSED, OPEN, Status, Trigger
from payments.services.apply_status import Effect, StatusUpdate
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway, PaymentStore

SYNCS_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class ReconcilePayment:
    """Runs a status sync that is due."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    resolve: Resolve
    clock: Clock
    new_id: NewId
    observe_unresolved: Callable[[], None]
    """Called when a payment is unresolved after its status sync; see `is_unresolved`."""
    at_once: int = SYNCS_AT_ONCE
    """How many status syncs a container runs at the same time."""

    def __call__(self, order_id: str, due_at: int) -> StatusUpdate | None:
        """Run the status sync that is due at `due_at` (epoch milliseconds); return its update.

        Returns None if the status sync is no longer due, if another consumer has begun it, or while
        status checks are stopped. Raises a GatewayError, PaymentInProgress or Unavailable; the
        status sync is then retried; see `retry_time`.
        """
        if not self.gateway.is_reachable():
            return None
        payment = self.payments.get(order_id)
        if payment is None or payment.next_sync_at != due_at:
            return None
        write_id, now = self.new_id(), self.clock()
        # This container's clock may be behind the clock of the run that queued the status sync.
        upcoming = next_sync_time(payment, max(now, due_at))
        # The last status sync of the schedule has no successor. A retry is scheduled before it
        # runs, in case it fails. If it succeeds, `_clear_next_sync` clears the time of the retry.
        following = upcoming or now + RETRY_MS
        if self.payments.begin_sync(order_id, due_at, following, write_id) is None:
            return None
        try:
            update = self._sync_attempts(replace(payment, sync_id=write_id), now)
        except (GatewayError, PaymentInProgress, Unavailable):
            self._note_if_unresolved(payment, now)
            self.payments.end_sync(order_id, write_id, retry_time(payment, due_at, now))
            raise
        self._note_if_unresolved(update.payment, now)
        self._clear_next_sync(update.payment, write_id)
        return update

    def parts_of[T](self, batch: Sequence[T]) -> list[Sequence[T]]:
        """Split a batch into parts, each of which begins when the one before has ended.

        After the circuit was open, the first status sync finds out if Finpay answers. Until then
        others would be refused.
        """
        return [batch[:1], batch[1:]] if self.gateway.is_recovering() else [batch]

    def _note_if_unresolved(self, payment: Payment, now: int) -> None:
        if is_unresolved(payment, now):
            self.observe_unresolved()

    def _sync_attempts(self, payment: Payment, now: int) -> StatusUpdate:
        """Sync the current attempt and the previous ones: a customer may have paid any of them.

        An attempt that cannot be synced does not stop the others; its error is raised at the end.
        """
        failed: PaymentError | None = None
        update = StatusUpdate.nothing(payment, Trigger.UNKNOWN, Source.STATUS_CHECK)
        try:
            update = self._sync(payment, now)
        except Unresolved:
            pass  # Finpay answered, so it is asked again at the next time of the schedule.
        except (GatewayError, PaymentInProgress) as error:
            failed = error
        for gateway_order_id in payment.previous_attempt_ids:
            if update.payment.status not in OPEN | CLOSED:
                break
            try:
                found = self.sync_status.about(update.payment, gateway_order_id).update
            except GatewayError as error:
                failed = failed or error
            else:
                update = found if found.effect is not Effect.NOTHING else update
        if failed and update.effect is Effect.NOTHING:
            raise failed
        return update

    def _sync(self, payment: Payment, now: int) -> StatusUpdate:
        if (
            payment.status is Status.INITIATING
            and now >= payment.last_attempt_at + RESOLVE_AFTER_MS
        ):
            return self.resolve.to_close(payment, Source.STATUS_CHECK)
        return self.sync_status(payment).update

    def _clear_next_sync(self, payment: Payment, write_id: str) -> None:
        """Clear next_sync_at if the schedule has no further status sync."""
        if payment.sync_id == write_id and next_sync_time(payment, self.clock()) is None:
            self.payments.end_sync(payment.order_id, write_id, None)
