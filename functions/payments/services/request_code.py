"""Request a payment code from Finpay and store the response.

If the outcome is unknown, the payment stays INITIATING and keeps its lease, because the request may
have succeeded.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from payments.domain.payment_change import MAX_WRITE_ATTEMPTS, Applied, Change, NextSync
from payments.domain.sync_schedule import first_late_sync_time
from payments.domain.transition_table import CLOSED, Status, Trigger, rule_for
from payments.payment_requests.message_redaction import redact
from payments.payment_requests.payment_request import PaymentRequest
from payments.services.leases import note_unanswered, release

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway, PaymentStore


@dataclass(frozen=True, slots=True)
class RequestCode:
    """Requests payment codes from Finpay for payments in the payment store."""

    payments: PaymentStore
    gateway: Gateway
    clock: Clock
    new_id: NewId

    def __call__(self, request: PaymentRequest, callback_url: str, leased: Payment) -> Payment:
        """Request a code under the payment's gateway order id; return the payment with its code.

        The caller holds the lease of the payment. Raises a GatewayError. If Finpay definitely
        refused the order, the status is set to FAILED before the error is raised.
        """
        body = request.to_finpay(leased.gateway_order_id, callback_url)
        try:
            code = self.gateway.initiate(body, leased.storefront_id)
        except KeyRefused:
            raise
        except OutcomeUnknown:
            note_unanswered(self.payments, leased)
            raise
        except (GatewayRejected, GatewayRefused) as refusal:
            if self._may_have_order(leased.gateway_order_id):
                release(self.payments, leased)
                raise OutcomeUnknown(refusal.code) from None
            message = redact(refusal.message, request.sent_values())
            failure = Failure(refusal.reason, refusal.code, message)
            payment = self._apply_trigger(leased, Trigger.REFUSED, failure=failure)
            if payment.status is Status.FAILED:
                raise type(refusal)(failure.code, failure.message) from None
            return payment
        return self._apply_trigger(leased, Trigger.CODE_ISSUED, code=code)

    def _may_have_order(self, gateway_order_id: str) -> bool:
        """Return whether an order with this id exists or may exist at Finpay despite the refusal.

        It is not known how Finpay responds to a duplicate order. The refusal can mean that an
        earlier request for this order succeeded.
        """
        try:
            return self.gateway.check(gateway_order_id) is not None
        except GatewayError:
            return True

    def withdraw(self, reserved: Payment) -> None:
        """Remove the payment so that the same request can start again.

        If the store is unavailable, the request can start again after the lease expires.
        """
        with suppress(Unavailable):
            self.payments.withdraw(reserved.order_id, reserved.history[0].write_id)

    def _apply_trigger(
        self,
        leased: Payment,
        trigger: Trigger,
        *,
        code: IssuedCode | None = None,
        failure: Failure | None = None,
    ) -> Payment:
        """Store Finpay's response, unless another request holds the lease by now.

        If a callback changed the payment in the meantime, only the missing data is added.
        """
        found = leased
        for _ in range(MAX_WRITE_ATTEMPTS):
            rule = rule_for(found.status, trigger)
            if rule is None or found.code:
                return found
            status, observed = rule.target or found.status, "" if rule.target else trigger.name
            entry = Entry(status, self.clock(), Source.INITIATE, self.new_id(), observed=observed)
            change = Change(
                order_id=found.order_id,
                sources=frozenset({found.status}),
                entry=entry,
                version=found.version,
                lease=leased.lease.id if leased.lease and found.lease else None,
                code=code,
                failure=failure,
                next_sync=_next_sync_after(trigger, entry),
            )
            try:
                result = self.payments.apply(change)
            except Unavailable:
                break
            if isinstance(result, Applied):
                return result.payment
            if result.found is None or result.found.lease not in (None, leased.lease):
                raise OutcomeUnknown
            found = result.found
        release(self.payments, leased)
        raise OutcomeUnknown


def _next_sync_after(trigger: Trigger, entry: Entry) -> NextSync | None:
    """Return the schedule of status syncs after Finpay's response; None if it does not change."""
    if trigger is Trigger.REFUSED:
        return NextSync(None)
    # The code of a closed payment can be paid, so the payment is watched again.
    return NextSync(first_late_sync_time(entry.at)) if entry.status in CLOSED else None
