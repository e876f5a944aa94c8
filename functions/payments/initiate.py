"""Ask Finpay for a payment code, at most once for an order.

The row is written before Finpay knows of the order and is the idempotency record: whoever finds it
there gets the stored answer or is sent away. An answer of Finpay's that leaves room for doubt
leaves the row INITIATING with its lease: unknown is not failed.
"""

import hashlib
import json
from dataclasses import dataclass

from payments.clock import Clock
from payments.errors import (
    GatewayError,
    GatewayRefused,
    GatewayRejected,
    NotAttempted,
    OrderExists,
    OutcomeUnknown,
    PaymentInProgress,
    Unavailable,
)
from payments.ids import NewId
from payments.initiate_request import InitiateRequest
from payments.payment import Applied, Change, Entry, Failure, IssuedCode, Lease, Payment, Source
from payments.ports import Gateway, PaymentStore
from payments.redaction import redact
from payments.transitions import Proof, Status, rule_for

LEASE_MS = 35_000
"""Longer than the function may run: an expired lease means that nobody is at work any more."""

_POLL_SECONDS = 2
_RACES = 8
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
    request: InitiateRequest
    fingerprint: str
    callback_url: str


def fingerprint_of(document: object) -> str:
    """Tells two bodies apart whatever their spaces and order of members: 128 bits of SHA-256."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Initiate:
    """Gets payment codes from a gateway and keeps the payments in a store."""

    payments: PaymentStore
    gateway: Gateway
    clock: Clock
    new_id: NewId

    def __call__(self, order: Order) -> Initiated:
        """Issue a code for the order, or give back what its first request got.

        Raises OrderExists, PaymentInProgress, a GatewayError or, before anything was done,
        Unavailable.
        """
        reserved = self._reservation(order)
        existing = self.payments.reserve(reserved)
        if existing:
            return Initiated(self._stored_answer(existing, order), replayed=True)
        return Initiated(self._ask(order, reserved), replayed=False)

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
            created_at=now,
            updated_at=now,
            history=(Entry(Status.INITIATING, now, Source.INITIATE, lease),),
            lease=Lease(lease, now + LEASE_MS),
        )

    def _stored_answer(self, found: Payment, order: Order) -> Payment:
        """What the first request got, if this is the same one."""
        same_body = found.request_fingerprint == order.fingerprint
        if found.storefront_id != order.storefront_id or not same_body:
            raise OrderExists(found.order_id)
        if found.failure and found.status is Status.FAILED:
            raise _REFUSALS[found.failure.reason](found.failure.code, found.failure.message)
        if found.status is not Status.INITIATING:
            return found
        if found.lease and found.lease.until > self.clock():
            raise PaymentInProgress(_POLL_SECONDS)
        raise OutcomeUnknown

    def _ask(self, order: Order, reserved: Payment) -> Payment:
        body = order.request.to_finpay(reserved.gateway_order_id, order.callback_url)
        try:
            code = self.gateway.initiate(body)
        except NotAttempted:
            self._withdraw(reserved)
            raise
        except (GatewayRejected, GatewayRefused) as refusal:
            message = redact(refusal.message, order.request.sent_values())
            failure = Failure(refusal.reason, refusal.code, message)
            payment = self._learn(reserved, Proof.REFUSED, failure=failure)
            if payment.status is Status.FAILED:
                raise type(refusal)(failure.code, failure.message) from None
            return payment
        return self._learn(reserved, Proof.CODE_ISSUED, code=code)

    def _withdraw(self, reserved: Payment) -> None:
        """Let the same request start afresh. If the store is down too, the lease runs out."""
        try:
            self.payments.withdraw(reserved.order_id, reserved.history[0].mark)
        except Unavailable:
            return

    def _learn(
        self,
        reserved: Payment,
        proof: Proof,
        *,
        code: IssuedCode | None = None,
        failure: Failure | None = None,
    ) -> Payment:
        """Write Finpay's answer onto the row, unless another holds its lease by now.

        A callback may have changed the row in the meantime; then only what is missing is added.
        """
        found = reserved
        for _ in range(_RACES):
            rule = rule_for(found.status, proof)
            if rule is None or found.code:
                return found
            change = Change(
                order_id=found.order_id,
                sources=frozenset({found.status}),
                entry=Entry(
                    rule.target or found.status, self.clock(), Source.INITIATE, self.new_id()
                ),
                version=found.version,
                code=code,
                failure=failure,
            )
            try:
                result = self.payments.apply(change)
            except Unavailable:
                break
            if isinstance(result, Applied):
                return result.payment
            if result.found is None or result.found.lease not in (None, reserved.lease):
                break
            found = result.found
        raise OutcomeUnknown
