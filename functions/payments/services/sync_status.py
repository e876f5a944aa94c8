"""Status sync: ask Finpay for the status of a payment and apply it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from payments.domain.clock import MINUTE, Clock
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import IssuedCode, Payment, Source
from payments.domain.sync_schedule import is_expired
from payments.domain.transition_table import CLOSED, MONEY, OPEN, Status, Trigger
from payments.services.apply_status import ApplyStatus, StatusUpdate

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway

_CHECK = Source.STATUS_CHECK
_WITHOUT_LEASE = MONEY | {Trigger.UNKNOWN}


class SyncResult(NamedTuple):
    """The gateway status (None if Finpay has no such order) and the resulting update."""

    reported: GatewayStatus | None
    update: StatusUpdate


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Checks the status at Finpay and applies it by the same rules as a callback."""

    gateway: Gateway
    apply_status: ApplyStatus
    clock: Clock

    def __call__(self, payment: Payment, *, holds_lease: bool = False) -> SyncResult:
        """Sync the status of the payment. Raises a GatewayError or Unavailable.

        While the outcome of the initiate request is unknown, a gateway status is applied only if it
        reports a payment, a refund or a payment code, or is not known. A code is not applied while
        another request holds the lease, because that request may be about to cancel the code.
        """
        reported = self.gateway.check(payment.effective_gateway_order_id)
        if reported is None:
            return SyncResult(None, self._apply_not_found(payment))
        trigger = reported.trigger(payment.amount, payment.currency)
        if payment.status is Status.INITIATING and trigger not in _WITHOUT_LEASE:
            allowed = holds_lease or not payment.is_leased(self.clock())
            return SyncResult(
                reported, self._apply_code(payment, reported, trigger, allowed=allowed)
            )
        is_unpaid = trigger is Trigger.OPEN and payment.status in OPEN | CLOSED
        if is_unpaid and is_expired(payment, self.clock()):
            return SyncResult(reported, self._expire(payment, reported.payload_digest))
        return SyncResult(reported, self.apply_status(payment.order_id, reported))

    def about(self, payment: Payment, gateway_order_id: str) -> SyncResult:
        """Sync the payment with one of its attempts. Raises a GatewayError or Unavailable.

        For a previous attempt, only reported money is applied.
        """
        if gateway_order_id == payment.effective_gateway_order_id:
            return self(payment)
        reported = self.gateway.check(gateway_order_id)
        if reported is None or reported.trigger(payment.amount, payment.currency) not in MONEY:
            return SyncResult(
                reported, StatusUpdate.nothing(payment, Trigger.CANCEL_CONFIRMED, _CHECK)
            )
        return SyncResult(reported, self.apply_status(payment.order_id, reported))

    def _apply_not_found(self, payment: Payment) -> StatusUpdate:
        if payment.status is Status.PENDING and is_expired(payment, self.clock()):
            return self._expire(payment)
        return StatusUpdate.nothing(payment, Trigger.NEVER_RECEIVED, _CHECK)

    def _apply_code(
        self, payment: Payment, reported: GatewayStatus, trigger: Trigger, *, allowed: bool
    ) -> StatusUpdate:
        matches = reported.matches_order(payment.amount, payment.currency)
        if allowed and trigger is Trigger.OPEN and matches and reported.payment_code:
            # A status check does not report when the code expires. The code was issued before now,
            # so this is the latest possible expiry time.
            latest = self.clock() + payment.timeout * MINUTE
            code = IssuedCode(None, latest, reported.payment_code)
            issued, payload_digest = Trigger.CODE_ISSUED, reported.payload_digest
            return self.apply_status.apply_trigger(
                payment, issued, _CHECK, payload_digest=payload_digest, code=code
            )
        return StatusUpdate.nothing(payment, trigger, _CHECK)

    def _expire(self, payment: Payment, payload_digest: str = "") -> StatusUpdate:
        return self.apply_status.apply_trigger(
            payment, Trigger.EXPIRY_CONFIRMED, _CHECK, payload_digest=payload_digest
        )
