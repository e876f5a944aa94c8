"""A payment code for an order, at most one at a time.

The row is written before Finpay knows of the order and is the idempotency record: whoever finds it
there gets the stored answer or is sent away, unless nobody is at work on it any more and its
outcome is unknown: then Finpay is asked what became of it, and nothing is guessed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
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
from payments.domain.transitions import Status
from payments.requests.payment_request import PaymentRequest
from payments.services.ask import Ask
from payments.services.resolve import Resolve

if TYPE_CHECKING:
    from payments.domain.ports import PaymentStore

_REFUSALS: dict[str, type[GatewayError]] = {
    refusal.reason: refusal for refusal in (GatewayRejected, GatewayRefused)
}


@dataclass(frozen=True, slots=True)
class Initiated:
    """The payment, and whether it is the answer to an earlier, same request."""

    payment: Payment
    replayed: bool


@dataclass(frozen=True, slots=True)
class Order:
    """One storefront's request for a payment code."""

    storefront_id: str
    request: PaymentRequest
    fingerprint: str
    callback_url: str


def fingerprint_of(document: object) -> str:
    """Tells two bodies apart whatever their spaces and order of members: 128 bits of SHA-256."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Initiate:
    """Gets payment codes from Finpay and keeps the payments in a store."""

    payments: PaymentStore
    ask: Ask
    resolve: Resolve
    clock: Clock
    new_id: NewId

    def __call__(self, order: Order) -> Initiated:
        """Issue a code for the order, or give back what its first request got.

        Raises OrderExists, PaymentInProgress, a GatewayError or, before anything was done,
        Unavailable.
        """
        reserved = self._reservation(order)
        existing = self.payments.reserve(reserved)
        if existing is None:
            return Initiated(self._first(order, reserved), replayed=False)
        if existing.storefront_id != order.storefront_id:
            raise OrderExists(order.request.order.id)
        if existing.request_fingerprint != order.fingerprint:
            raise OrderExists(order.request.order.id)
        if existing.status is Status.INITIATING:
            return Initiated(self._again(order, existing), replayed=False)
        return Initiated(_stored_answer(existing), replayed=True)

    def _reservation(self, order: Order) -> Payment:
        now, lease = self.clock(), self.new_id()
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

    def _first(self, order: Order, reserved: Payment) -> Payment:
        try:
            return self.ask(order.request, order.callback_url, reserved)
        except (NotAttempted, KeyRefused):
            self.ask.withdraw(reserved)
            raise

    def _again(self, order: Order, existing: Payment) -> Payment:
        """What became of a first request whose outcome nobody knows."""
        payment = self.resolve.to_ask_again(existing)
        if payment.status is not Status.INITIATING:
            return _stored_answer(payment)
        try:
            return self.ask(order.request, order.callback_url, payment)
        except (NotAttempted, KeyRefused):
            # The first request's outcome is as unknown as before, so its row has to stay.
            raise OutcomeUnknown from None


def _stored_answer(found: Payment) -> Payment:
    """The payment, or the refusal that it is there to remember."""
    if found.failure and found.status is Status.FAILED:
        raise _REFUSALS[found.failure.reason](found.failure.code, found.failure.message)
    return found
