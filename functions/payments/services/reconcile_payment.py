"""Run the status sync of one payment, because callbacks can get lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.domain.errors import GatewayError, PaymentInProgress, Unavailable
from payments.domain.ids import NewId
from payments.domain.payment import Payment, Source
from payments.domain.sync_schedule import RESOLVE_AFTER_MS, RETRY_MS, next_sync_time
from payments.domain.transition_table import CLOSED, OPEN, Status
from payments.services.apply_status import Effect, StatusUpdate
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway, PaymentStore


@dataclass(frozen=True, slots=True)
class ReconcilePayment:
    """Runs a status sync that is due."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    resolve: Resolve
    clock: Clock
    new_id: NewId

    def __call__(self, order_id: str, due_at: int) -> StatusUpdate | None:
        """Run the status sync that is due at `due_at` (epoch milliseconds); return its update.

        Returns None if the status sync is no longer due, if another consumer has begun it, or while
        the circuit breaker is open. Raises a GatewayError, PaymentInProgress or Unavailable; after
        such an error the next status sync is due within 5 minutes.
        """
        if not self.gateway.is_reachable():
            return None
        payment = self.payments.get(order_id)
        if payment is None or payment.next_sync_at != due_at:
            return None
        write_id, now = self.new_id(), self.clock()
        # This container's clock may be behind the clock of the run that queued the status sync.
        upcoming = next_sync_time(payment, max(now, due_at))
        soon = min(upcoming or now + RETRY_MS, now + RETRY_MS)
        # The last status sync of the schedule has no successor. A retry is scheduled before it
        # runs, in case it fails. If it succeeds, `_clear_next_sync` clears the time of the retry.
        if self.payments.begin_sync(order_id, due_at, upcoming or soon, write_id) is None:
            return None
        try:
            update = self._sync_previous_attempts(
                self._sync(replace(payment, sync_id=write_id), now)
            )
        except (GatewayError, PaymentInProgress, Unavailable):
            self.payments.end_sync(order_id, write_id, soon)
            raise
        self._clear_next_sync(update.payment, write_id)
        return update

    def _sync(self, payment: Payment, now: int) -> StatusUpdate:
        if (
            payment.status is Status.INITIATING
            and now >= payment.last_attempt_at + RESOLVE_AFTER_MS
        ):
            return self.resolve.to_close(payment, Source.STATUS_CHECK)
        return self.sync_status(payment).update

    def _sync_previous_attempts(self, update: StatusUpdate) -> StatusUpdate:
        """Sync the previous attempts too, because a customer may have paid one of them."""
        for gateway_order_id in update.payment.previous_attempt_ids:
            if update.payment.status in OPEN | CLOSED:
                found = self.sync_status.about(update.payment, gateway_order_id).update
                update = found if found.effect is not Effect.NOTHING else update
        return update

    def _clear_next_sync(self, payment: Payment, write_id: str) -> None:
        """Clear next_sync_at if the schedule has no further status sync."""
        if payment.sync_id == write_id and next_sync_time(payment, self.clock()) is None:
            self.payments.end_sync(payment.order_id, write_id, None)
