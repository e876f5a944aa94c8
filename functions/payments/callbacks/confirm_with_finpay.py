"""Confirmation of an unverified callback, by at most one status check at Finpay.

It is unknown which bytes Finpay signs (see `signature`), so a callback whose signature does not
match may still be genuine. Any client that knows the URL can send such callbacks, so Finpay is
asked at most once a minute for each order, and only if the status would change the payment.
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
from payments.domain.transition_table import CLOSED, OPEN, Status, Trigger
from payments.services.apply_status import StatusUpdate
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore

CONFIRMATION_INTERVAL_MS = 60_000
"""Equal to the first interval of Finpay's retries, so that a retry can be confirmed."""

_HAS_MONEY = frozenset({Status.PAID, Status.PARTIALLY_REFUNDED})
_UNDOES_MONEY = frozenset({Trigger.REFUNDED, Trigger.PARTIALLY_REFUNDED, Trigger.CANCELLED})


@dataclass(frozen=True, slots=True)
class ConfirmCallback:
    """Confirms an unverified gateway status by a status check."""

    payments: PaymentStore
    sync_status: Callable[[], SyncStatus]
    """Built on first use: a verified callback does not load the HTTP client."""
    clock: Clock
    new_id: NewId

    def __call__(self, order_id: str, reported: GatewayStatus) -> StatusUpdate | None:
        """Return the update if the status check confirms `reported`; None otherwise.

        Returns None without a status check if none is due. The result of a status check is applied
        in any case, because it is authenticated. Raises Unconfirmed if the status check fails: the
        response is then 5xx, which Finpay retries. Raises Unavailable.
        """
        payment = self.payments.get(order_id)
        if payment is None or not _would_change(reported, payment):
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
        checked = synced.reported
        return synced.update if checked and checked.status == reported.status else None


def _would_change(reported: GatewayStatus, payment: Payment) -> bool:
    """Whether the gateway status would change the payment if it were genuine."""
    undone = reported.trigger_if_matching() in _UNDOES_MONEY and payment.status in _HAS_MONEY
    return payment.status in OPEN | CLOSED or undone
