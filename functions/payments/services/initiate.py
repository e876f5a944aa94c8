"""Initiate a payment: issue a payment code for an order.

An order has at most one payable code at a time. The payment is stored before the order is sent to
Finpay. The stored payment is the idempotency record. A repeated request gets the stored result, or
PaymentInProgress while another request holds the lease. If the outcome is unknown and the lease has
expired, a status check at Finpay determines whether a code is requested again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import MINUTE, Clock
from payments.domain.errors import (
    GatewayError,
    GatewayRefused,
    GatewayRejected,
    KeyRefused,
    NotAttempted,
    OrderExists,
    OutcomeUnknown,
)
from payments.domain.ids import NewId
from payments.domain.payment import LEASE_MS, Entry, Lease, Payment, Source
from payments.domain.sync_schedule import first_sync_time
from payments.domain.transition_table import Status
from payments.payment_requests.payment_request import PaymentRequest
from payments.services.leases import release
from payments.services.request_code import RequestCode
from payments.services.resolve_unknown_outcome import Resolve

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore

_LONGEST_WAIT_MS = MINUTE
"""Between the arrival of a request and now. API Gateway waits for half a minute."""

_REFUSALS: dict[str, type[GatewayError]] = {
    refusal.reason: refusal for refusal in (GatewayRejected, GatewayRefused)
}


@dataclass(frozen=True, slots=True)
class Initiated:
    """The payment, and whether it is the stored result of an earlier identical request."""

    payment: Payment
    replayed: bool


@dataclass(frozen=True, slots=True)
class Order:
    """One storefront's request for a payment code."""

    storefront_id: str
    request: PaymentRequest
    fingerprint: str
    callback_url: str
    received_at: int
    """When API Gateway received the request (epoch milliseconds)."""


def fingerprint_of(document: object) -> str:
    """Hash a request body, regardless of whitespace and member order: 128 bits of SHA-256."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Initiate:
    """Issues payment codes and stores the payments."""

    payments: PaymentStore
    request_code: RequestCode
    resolve: Resolve
    clock: Clock
    new_id: NewId

    def __call__(self, order: Order) -> Initiated:
        """Issue a code for the order, or return the result of its first request.

        Raises OrderExists, PaymentInProgress, a GatewayError or Unavailable. Unavailable means that
        this call did not request a code.
        """
        reserved = self._reservation(order)
        existing = self.payments.reserve(reserved)
        if existing is None:
            return Initiated(self._first_request(order, reserved), replayed=False)
        if existing.storefront_id != order.storefront_id:
            raise OrderExists(order.request.order.id)
        if existing.request_fingerprint != order.fingerprint:
            raise OrderExists(order.request.order.id)
        if existing.status is Status.INITIATING:
            return Initiated(self._repeated_request(order, existing), replayed=False)
        return Initiated(_stored_result(existing), replayed=True)

    def _reservation(self, order: Order) -> Payment:
        now, lease = self._time_of(order), self.new_id()
        request = order.request
        return Payment(
            order_id=request.order.id,
            storefront_id=order.storefront_id,
            status=Status.INITIATING,
            version=1,
            amount=request.order.amount,
            currency=request.order.currency,
            source_of_funds=request.source_of_funds,
            request_fingerprint=order.fingerprint,
            gateway_order_id=request.order.id,
            timeout=request.timeout,
            last_attempt_at=now,
            created_at=now,
            updated_at=now,
            webhook_url=request.url.callback_url,
            next_sync_at=first_sync_time(now),
            history=(Entry(Status.INITIATING, now, Source.INITIATE, lease),),
            lease=Lease(lease, now + LEASE_MS),
        )

    def _time_of(self, order: Order) -> int:
        """Return the present time, or when the order was received if the clock cannot be right.

        After a container was frozen, its clock can be wrong until AWS responds again.
        """
        now = self.clock()
        is_plausible = order.received_at <= now <= order.received_at + _LONGEST_WAIT_MS
        return now if is_plausible else order.received_at

    def _first_request(self, order: Order, reserved: Payment) -> Payment:
        try:
            return self.request_code(order.request, order.callback_url, reserved)
        except (NotAttempted, KeyRefused):
            self.request_code.withdraw(reserved)
            raise

    def _repeated_request(self, order: Order, existing: Payment) -> Payment:
        """Resolve the unknown outcome of the first request; request a code again if needed."""
        payment = self.resolve.to_ask_again(existing)
        if payment.status is not Status.INITIATING:
            return _stored_result(payment)
        try:
            return self.request_code(order.request, order.callback_url, payment)
        except (NotAttempted, KeyRefused):
            # The outcome of the first request is still unknown, so the payment is not deleted.
            release(self.payments, payment)
            raise OutcomeUnknown from None


def _stored_result(found: Payment) -> Payment:
    """Return the stored payment, or raise the stored refusal if Finpay refused the order."""
    if found.failure and found.status is Status.FAILED:
        raise _REFUSALS[found.failure.reason](found.failure.code, found.failure.message)
    return found
