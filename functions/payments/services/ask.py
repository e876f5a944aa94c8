"""Ask Finpay for a code and write its answer onto the row.

An answer that leaves room for doubt leaves the row INITIATING with its lease: unknown is not
failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.change import RACES, Applied, Change, NextSync
from payments.domain.clock import Clock
from payments.domain.errors import (
    GatewayError,
    GatewayRefused,
    GatewayRejected,
    KeyRefused,
    OutcomeUnknown,
    Unavailable,
)
from payments.domain.ids import NewId
from payments.domain.payment import Entry, Failure, IssuedCode, Payment, Source
from payments.domain.transitions import Status, Trigger, rule_for
from payments.requests.payment_request import PaymentRequest
from payments.requests.redaction import redact

if TYPE_CHECKING:
    from payments.domain.ports import Gateway, PaymentStore


@dataclass(frozen=True, slots=True)
class Ask:
    """Asks a gateway for the codes of the payments in a store."""

    payments: PaymentStore
    gateway: Gateway
    clock: Clock
    new_id: NewId

    def __call__(self, request: PaymentRequest, callback_url: str, held: Payment) -> Payment:
        """The payment with its code, asked for under its gateway order id. The caller holds it.

        Raises a GatewayError: the payment is FAILED where Finpay refused for certain.
        """
        body = request.to_finpay(held.gateway_order_id, callback_url)
        try:
            code = self.gateway.initiate(body)
        except KeyRefused:
            raise
        except (GatewayRejected, GatewayRefused) as refusal:
            if self._is_known(held.gateway_order_id):
                raise OutcomeUnknown(refusal.code) from None
            message = redact(refusal.message, request.sent_values())
            failure = Failure(refusal.reason, refusal.code, message)
            payment = self._apply_trigger(held, Trigger.REFUSED, failure=failure)
            if payment.status is Status.FAILED:
                raise type(refusal)(failure.code, failure.message) from None
            return payment
        return self._apply_trigger(held, Trigger.CODE_ISSUED, code=code)

    def _is_known(self, gateway_order_id: str) -> bool:
        """Whether Finpay has the order that it refused: how it refuses a second one is unknown."""
        try:
            return self.gateway.check(gateway_order_id) is not None
        except GatewayError:
            return True

    def withdraw(self, reserved: Payment) -> None:
        """Let the same request start afresh. If the store is down too, the lease runs out."""
        try:
            self.payments.withdraw(reserved.order_id, reserved.history[0].write_id)
        except Unavailable:
            return

    def _apply_trigger(
        self,
        held: Payment,
        trigger: Trigger,
        *,
        code: IssuedCode | None = None,
        failure: Failure | None = None,
    ) -> Payment:
        """Write Finpay's answer onto the row, unless another holds its lease by now.

        A callback may have changed the row in the meantime; then only what is missing is added.
        """
        found = held
        for _ in range(RACES):
            rule = rule_for(found.status, trigger)
            if rule is None or found.code:
                return found
            status = rule.target or found.status
            change = Change(
                order_id=found.order_id,
                sources=frozenset({found.status}),
                entry=Entry(status, self.clock(), Source.INITIATE, self.new_id()),
                version=found.version,
                lease=held.lease.id if held.lease and found.lease else None,
                code=code,
                failure=failure,
                next_sync=NextSync(None) if status is Status.FAILED else None,
            )
            try:
                result = self.payments.apply(change)
            except Unavailable:
                break
            if isinstance(result, Applied):
                return result.payment
            if result.found is None or result.found.lease not in (None, held.lease):
                break
            found = result.found
        raise OutcomeUnknown
