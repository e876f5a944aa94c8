"""Simulated callbacks of test payments, signed and sent as Finpay signs and sends callbacks.

This module does not change payments. It sends a simulated callback to the deployment's own callback
URL, which checks signature, amount and transition as for a callback of Finpay. A duplicate has the
same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from payments.callbacks import php_json, signature
from payments.callbacks.url_token import base_url_of, callback_url
from payments.domain.clock import WIB, Clock
from payments.domain.errors import Unavailable
from payments.payment_requests.simulated_outcomes import reports_of

if TYPE_CHECKING:
    from payments.domain.merchant import CredentialSource
    from payments.domain.payment import Payment
    from payments.services.initiate import Order
    from payments.webhooks.interfaces import WebhookSender

CHANNEL = "TEST"
_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class SimulatedCallback:
    """The data of one simulated callback; amounts in rupiah, `at` in epoch milliseconds.

    It has no customer data and no token. The sender makes the token with the merchant key.
    """

    order_id: str
    gateway_order_id: str
    amount: int
    paid_amount: int
    currency: str
    source_of_funds: str
    status: str
    at: int
    base_url: str
    payment: int = 1
    """Number of the payment received. Each has a reference of its own."""


class SimulatedCallbackQueue(Protocol):
    """A queue that delays simulated callbacks; raises Unavailable."""

    def send(self, callback: SimulatedCallback, after: int) -> None:
        """Queue a callback to be sent after `after` seconds."""


class ScheduleSimulatedCallbacks(NamedTuple):
    """Queues the simulated callbacks of a test payment."""

    queue: SimulatedCallbackQueue
    clock: Clock

    def __call__(self, order: Order, payment: Payment) -> None:
        """Queue the callbacks of the order's test outcome; raises Unavailable."""
        now = self.clock()
        for report in reports_of(order.request.test_outcome) or ():
            callback = SimulatedCallback(
                order_id=payment.order_id,
                gateway_order_id=payment.gateway_order_id,
                amount=payment.amount,
                paid_amount=-(-payment.amount // report.part) + report.beyond,
                currency=payment.currency,
                source_of_funds=payment.source_of_funds,
                status=report.status,
                at=now + report.after * 1000,
                base_url=base_url_of(order.callback_url),
                payment=report.payment,
            )
            self.queue.send(callback, report.after)


class SendSimulatedCallback(NamedTuple):
    """Sends a simulated callback to the deployment's own callback URL."""

    credentials: CredentialSource
    post: WebhookSender

    def __call__(self, callback: SimulatedCallback) -> int:
        """Send the callback; return the HTTP status. Raises Unavailable unless it is 2xx."""
        credentials = self.credentials.current()
        key = credentials.merchant_keys[0]
        url = callback_url(callback.base_url, callback.order_id, key)
        body = report(callback, credentials.merchant_id, key)
        reply = self.post(url, {"content-type": "application/json"}, body)
        if reply.status is None or reply.status not in _ACCEPTED:
            raise Unavailable(f"the callback URL responded with {reply.status or reply.why}")
        return reply.status


def report(callback: SimulatedCallback, merchant_id: str, merchant_key: str) -> bytes:
    """The body that Finpay would send for a payment code, signed over PHP's encoding."""
    at = datetime.fromtimestamp(callback.at // 1000, WIB)
    number = f"-{callback.payment}" if callback.payment > 1 else ""
    fields: dict[str, Any] = {
        "merchant": {"id": merchant_id},
        "order": {
            "id": callback.gateway_order_id,
            "reference": "",
            "amount": callback.amount,
            "currency": callback.currency,
        },
        "sourceOfFunds": {"type": callback.source_of_funds},
        "meta": {"data": None},
        "result": {
            "payment": {
                "status": callback.status,
                "statusDesc": None,
                "userDesc": "",
                "datetime": at.strftime("%Y-%m-%d %H:%M:%S"),
                "reference": f"TEST-{callback.order_id}{number}",
                "channel": CHANNEL,
                "amount": callback.paid_amount,
            }
        },
    }
    signed: Any = fields | {"signature": signature.sign(fields, merchant_key)}
    return php_json.encode(signed).encode()
