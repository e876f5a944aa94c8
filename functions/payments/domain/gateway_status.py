"""What Finpay says of an order, in a callback or in answer to a status check, and what it proves.

The shapes differ between channels and fields come and go, so everything but the order id and the
status may be missing; nothing here raises for what Finpay may send.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from payments.domain.clock import parse_wib
from payments.domain.money import read_rupiah
from payments.domain.payment import ReceivedMoney, Source
from payments.domain.transitions import Trigger

# Finpay's published list of statuses is cut off, so an unlisted one is UNKNOWN and not a failure.
TRIGGERS: Mapping[str, Trigger] = {
    "REQUEST_INITIATED": Trigger.OPEN,
    "INITIATED": Trigger.OPEN,
    "PENDING": Trigger.OPEN,
    "PROCESSING": Trigger.OPEN,
    "AUTHENTICATED": Trigger.OPEN,
    "AUTHENTICATION_INITIATED": Trigger.OPEN,
    "AUTHORIZED": Trigger.OPEN,
    "PARTIALLY_CAPTURED": Trigger.OPEN,
    "PAID": Trigger.PAID,
    "CAPTURED": Trigger.PAID,
    "CANCELLED": Trigger.CANCELLED,
    "CANCELED": Trigger.CANCELLED,
    "EXPIRED": Trigger.EXPIRED,
    "FAILURE": Trigger.FAILED,
    "FAILED": Trigger.FAILED,
    "REFUNDED": Trigger.REFUNDED,
    "PARTIALLY_REFUNDED": Trigger.PARTIALLY_REFUNDED,
}
# A status check answers about the order as it is now, a callback about some moment before.
_CONFIRMED: Mapping[Trigger, Trigger] = {
    Trigger.CANCELLED: Trigger.CANCEL_CONFIRMED,
    Trigger.EXPIRED: Trigger.EXPIRY_CONFIRMED,
    Trigger.FAILED: Trigger.FAILURE_CONFIRMED,
}


class Reason(StrEnum):
    """Why what a callback claims settled nothing, so that only the payload digest of it is kept."""

    SIGNATURE = "signature"
    """Nobody who knows the merchant key signed it."""
    UNREADABLE = "unreadable"
    """Signed, but it names no order or no status."""
    UNKNOWN_ORDER = "unknown-order"
    OTHER_ORDER = "other-order"
    """Signed, for another order than the one whose URL it came to."""
    MISMATCH = "mismatch"
    """Of another amount or currency than was ordered."""


class GatewayStatus(NamedTuple):
    """Amounts in rupiah, `paid_at` in epoch ms; None where Finpay gave nothing readable.

    `gateway_order_id` is Finpay's order.id: the payment's own, or one derived from it.
    """

    gateway_order_id: str
    status: str
    amount: int | None
    currency: str | None
    paid_amount: int | None
    paid_amount_given: bool
    paid_at: int | None
    payment_reference: str | None
    order_reference: str | None
    channel: str | None
    payment_code: str | None
    payload_digest: str
    source: Source

    @property
    def reference(self) -> str | None:
        """By what Finpay knows the money: the payment's own reference, else the order's."""
        return self.payment_reference or self.order_reference

    @property
    def came(self) -> int | None:
        """Rupiah that were paid: Finpay need not say it where it is what was ordered."""
        return self.paid_amount if self.paid_amount_given else self.amount

    def is_same_money(self, received: ReceivedMoney) -> bool | None:
        """Whether the references say so; None if they say nothing.

        Finpay has one of the payment and one of the order, and gives both, either or none. Only
        like is compared with like. The order's is the same for all payments of it, so that one
        proves the same money only with the same time.
        """
        if received.payment_reference and self.payment_reference:
            return received.payment_reference == self.payment_reference
        if not received.order_reference or not self.order_reference:
            return None
        if received.order_reference != self.order_reference:
            return False
        return True if received.paid_at == self.paid_at else None

    def trigger(self, amount: int, currency: str) -> Trigger:
        """What this proves about a payment of that amount and currency.

        `order.amount` is what was ordered and has to match; `result.payment.amount` is what was
        paid and has to match where it is given.
        """
        trigger = TRIGGERS.get(self.status, Trigger.UNKNOWN)
        if self.source is Source.STATUS_CHECK and trigger in _CONFIRMED:
            return _CONFIRMED[trigger]
        if trigger is not Trigger.PAID:
            return trigger
        matches = self.is_of(amount, currency) and self.came == amount
        return Trigger.PAID if matches else Trigger.MISMATCH

    def is_of(self, amount: int, currency: str) -> bool:
        """Whether the order at Finpay was made for this amount and currency."""
        return self.amount == amount and self.currency == currency

    def is_of_another(self, amount: int, currency: str) -> bool:
        """Whether the order at Finpay was surely made for something else."""
        other_amount = self.amount is not None and self.amount != amount
        return other_amount or (self.currency is not None and self.currency != currency)

    def trigger_if_matching(self) -> Trigger:
        """What this proves about a payment that was ordered as the gateway status says it was."""
        return self.trigger(-1 if self.amount is None else self.amount, self.currency or "")


def digest_of(content: bytes) -> str:
    """What is kept of what was said: 64 bits of its SHA-256, enough to recognise it again."""
    return hashlib.sha256(content).hexdigest()[:16]


def read_gateway_status(
    document: object, payload_digest: str, source: Source
) -> GatewayStatus | None:
    """The gateway status in a decoded body; None if it names no order or no status."""
    body = _object(document)
    order = _object(body.get("order"))
    paid = _object(_object(body.get("result")).get("payment"))
    order_id, status = order.get("id"), paid.get("status")
    if type(order_id) is int:  # an id of digits, after PHP had it in a numeric column
        order_id = str(order_id)
    if not isinstance(order_id, str) or not isinstance(status, str):
        return None
    status = _text(status, 32) or "?"
    source_of_funds = _object(body.get("sourceOfFunds"))
    return GatewayStatus(
        gateway_order_id=order_id,
        status=status,
        amount=read_rupiah(order.get("amount")),
        currency=_text(order.get("currency"), 3),
        paid_amount=read_rupiah(paid.get("amount")),
        paid_amount_given=paid.get("amount") is not None,
        paid_at=parse_wib(paid.get("datetime")),
        payment_reference=_text(paid.get("reference"), 64),
        order_reference=_text(order.get("reference"), 64),
        channel=_text(paid.get("channel"), 32) or _text(source_of_funds.get("type"), 32),
        payment_code=_text(source_of_funds.get("paymentCode"), 30),
        payload_digest=payload_digest,
        source=source,
    )


def _object(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object, limit: int) -> str | None:
    """A short printable identifier; anything else is not worth keeping."""
    if (
        isinstance(value, str)
        and 0 < len(value) <= limit
        and value.isascii()
        and value.isprintable()
    ):
        return value
    return None
