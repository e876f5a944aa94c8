"""What a callback is worth whose signature proves nothing: at most one status check.

Nobody knows for sure which bytes Finpay signs, so a callback that cannot be verified may be true.
Finpay itself says; and since anybody could send such callbacks, it is asked at most once a minute
about an order, and only while an answer can matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.domain.errors import GatewayError, Unconfirmed
from payments.domain.gateway_status import GatewayStatus
from payments.domain.ids import NewId
from payments.domain.payment import Payment
from payments.domain.transitions import GIVEN_UP, OPEN, Status, Trigger
from payments.services.apply_status import StatusUpdate
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.ports import PaymentStore

CONFIRMATION_INTERVAL_MS = 60_000
"""The same as the first pause of Finpay's retries, so that a retry may ask again."""

_HAS_MONEY = frozenset({Status.PAID, Status.PARTIALLY_REFUNDED})
_UNDOES_MONEY = frozenset({Trigger.REFUNDED, Trigger.PARTIALLY_REFUNDED, Trigger.CANCELLED})


@dataclass(frozen=True, slots=True)
class ConfirmCallback:
    """Asks Finpay whether an unverified gateway status is true."""

    payments: PaymentStore
    sync_status: Callable[[], SyncStatus]
    """Built only when needed: a callback that verifies waits for no HTTP client."""
    clock: Clock
    new_id: NewId

    def __call__(self, order_id: str, reported: GatewayStatus) -> StatusUpdate | None:
        """The update, if Finpay says the same; None if not, or if it is not to be asked.

        Whatever Finpay says is received, since it is the truth. Raises Unconfirmed if it does not
        answer: Finpay tries 5xx again.
        """
        payment = self.payments.get(order_id)
        if payment is None or not _matters(reported, payment):
            return None
        if not payment.has_attempt(reported.gateway_order_id):
            return None
        now = self.clock()
        before = now - CONFIRMATION_INTERVAL_MS
        if self.payments.begin_confirmation(order_id, now, before, self.new_id()) is None:
            return None
        try:
            synced = self.sync_status().about(payment, reported.gateway_order_id)
        except GatewayError:
            raise Unconfirmed from None
        said = synced.reported
        return synced.update if said and said.status == reported.status else None


def _matters(reported: GatewayStatus, payment: Payment) -> bool:
    """Whether the payment would be another one if the gateway status were true."""
    undone = reported.trigger_if_matching() in _UNDOES_MONEY and payment.status in _HAS_MONEY
    return payment.status in OPEN | GIVEN_UP or undone
