"""Ask Finpay how a payment stands, and settle what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import MINUTE, Clock
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import IssuedCode, Payment, Source
from payments.domain.sync_schedule import is_over
from payments.domain.transitions import MONEY, OPEN, Status, Trigger
from payments.services.apply_status import ApplyStatus, StatusUpdate

if TYPE_CHECKING:
    from payments.domain.ports import Gateway

_CHECK = Source.STATUS_CHECK
_FOR_ANYONE = MONEY | {Trigger.UNKNOWN}


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What Finpay said, None if it knows no such order, and what that did to the payment."""

    reported: GatewayStatus | None
    update: StatusUpdate


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Asks a gateway and settles by one rule with callbacks."""

    gateway: Gateway
    apply_status: ApplyStatus
    clock: Clock

    def __call__(self, payment: Payment, *, holds_lease: bool = False) -> SyncResult:
        """One status check. Raises a GatewayError or Unavailable.

        While an initiate's outcome is unknown, only money is taken from the answer, and a code if
        nobody else is at work on it: the holder of the lease may be about to cancel that code.
        """
        reported = self.gateway.check(payment.order_at_finpay)
        if reported is None:
            return SyncResult(None, self._of_unknown_order(payment))
        trigger = reported.trigger(payment.amount, payment.currency)
        if payment.status is Status.INITIATING and trigger not in _FOR_ANYONE:
            is_free = holds_lease or not payment.is_leased(self.clock())
            return SyncResult(
                reported, self._of_unknown_outcome(payment, reported, trigger, takes=is_free)
            )
        if trigger is Trigger.OPEN and payment.status in OPEN and is_over(payment, self.clock()):
            return SyncResult(reported, self._expire(payment, reported.payload_digest))
        return SyncResult(reported, self.apply_status(payment.order_id, reported))

    def about(self, payment: Payment, gateway_order_id: str) -> SyncResult:
        """One status check of any of the payment's orders at Finpay; raises as the usual one.

        Of an order that was given up there only money counts.
        """
        if gateway_order_id == payment.order_at_finpay:
            return self(payment)
        reported = self.gateway.check(gateway_order_id)
        if reported is None or reported.trigger(payment.amount, payment.currency) not in MONEY:
            return SyncResult(
                reported, StatusUpdate.nothing(payment, Trigger.CANCEL_CONFIRMED, _CHECK)
            )
        return SyncResult(reported, self.apply_status(payment.order_id, reported))

    def _of_unknown_order(self, payment: Payment) -> StatusUpdate:
        if payment.status is Status.PENDING and is_over(payment, self.clock()):
            return self._expire(payment)
        return StatusUpdate.nothing(payment, Trigger.NEVER_RECEIVED, _CHECK)

    def _of_unknown_outcome(
        self, payment: Payment, reported: GatewayStatus, trigger: Trigger, *, takes: bool
    ) -> StatusUpdate:
        is_ours = reported.is_of(payment.amount, payment.currency)
        if takes and trigger is Trigger.OPEN and is_ours and reported.payment_code:
            # Finpay does not say when it ends. It was made before now, however late that was.
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
