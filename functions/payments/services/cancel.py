"""Cancel a payment at Finpay and then in the store, unless it is paid.

Nothing is stored before Finpay agrees. If Finpay's response to a cancel request is lost, the
storefront repeats its own request. A status check then shows the outcome of the first cancel
request at Finpay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.errors import AlreadyPaid, NotCancellable, OutcomeUnknown, PaymentNotFound
from payments.domain.payment import Payment, Source
from payments.domain.payment_change import MAX_WRITE_ATTEMPTS
from payments.domain.transition_table import CLOSED, OPEN, Status, Trigger
from payments.services.apply_status import ApplyStatus, Effect, StatusUpdate
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway, PaymentStore

_AFFECTED = OPEN | {Status.PAID}


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancels payments in the payment store."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    resolve: Resolve
    apply_status: ApplyStatus

    def __call__(self, order_id: str, storefront_id: str) -> StatusUpdate:
        """Cancel the payment; return it if Finpay says that it cannot be paid.

        A payment that Finpay closed already is returned as it is. Raises PaymentNotFound,
        AlreadyPaid, NotCancellable, PaymentInProgress, a GatewayError or Unavailable.
        """
        found = self.payments.get(order_id)
        if found is None or found.storefront_id != storefront_id:
            raise PaymentNotFound
        update = self._cancel(found)
        payment = update.payment
        if payment.status not in OPEN | CLOSED:
            raise AlreadyPaid(payment)
        if update.trigger is Trigger.OPEN:
            raise NotCancellable(payment)
        if payment.status in OPEN or update.trigger is Trigger.UNKNOWN:
            raise OutcomeUnknown
        return update

    def _cancel(self, found: Payment) -> StatusUpdate:
        if found.status is Status.INITIATING:
            closed = self.resolve.to_close(found, Source.CANCEL)
            if closed.payment.status is not Status.PENDING:
                return closed
            found = closed.payment  # its code is known now, so it can be cancelled
        if found.status not in CLOSED | {Status.PENDING} or found.is_closed_at_finpay:
            return StatusUpdate.nothing(found, Trigger.CANCEL_AGREED, Source.CANCEL)
        if not self.gateway.cancel(found.gateway_order_id):
            return self.sync_status(found).update
        agreed = self.apply_status.apply_trigger(found, Trigger.CANCEL_AGREED, Source.CANCEL)
        for _ in range(MAX_WRITE_ATTEMPTS):
            if agreed.effect is not Effect.NOTHING or agreed.payment.status not in _AFFECTED:
                break
            # The payment changed concurrently. Finpay already agreed to the cancellation, so the
            # trigger is applied to the new status. If the new status is PAID, the trigger is
            # recorded in the history and a status sync is scheduled.
            agreed = self.apply_status.apply_trigger(
                agreed.payment, Trigger.CANCEL_AGREED, Source.CANCEL
            )
        return agreed
