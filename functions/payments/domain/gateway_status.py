"""Gateway statuses: what Finpay reports about an order in a callback or in a status check.

`order_report` reads them.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from payments.domain.payment import Source
from payments.domain.transition_table import Trigger

# Finpay's published list of statuses is truncated, so an unlisted status is UNKNOWN, not a failure.
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
# A status check reports the current status of an order, a callback an earlier one.
_CONFIRMED: Mapping[Trigger, Trigger] = {
    Trigger.CANCELLED: Trigger.CANCEL_CONFIRMED,
    Trigger.EXPIRED: Trigger.EXPIRY_CONFIRMED,
    Trigger.FAILED: Trigger.FAILURE_CONFIRMED,
}


class QuarantineReason(StrEnum):
    """Why a callback is quarantined instead of applied."""

    SIGNATURE = "signature"
    """The signature is missing or is not valid for a merchant key."""
    UNREADABLE = "unreadable"
    """The signature is valid, but the body has no order id or no status."""
    UNKNOWN_ORDER = "unknown-order"
    OTHER_ORDER = "other-order"
    """The signature is valid, but the callback URL belongs to another order."""
    MISMATCH = "mismatch"
    """The amount or currency differs from the payment."""
    LEDGER_FULL = "ledger-full"
    """The ledger of the payment has no room for another report."""


class GatewayStatus(NamedTuple):
    """What Finpay reports about an order.

    Amounts are in rupiah, `paid_at` is in epoch milliseconds. A field is None if Finpay sent no
    readable value. `gateway_order_id` is Finpay's order.id: the order id of the payment, or an id
    derived from it. `paid_amount_given` is True if Finpay sent a paid amount, readable or not.
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
        """Finpay's reference of the payment, or else of the order."""
        return self.payment_reference or self.order_reference

    @property
    def effective_paid_amount(self) -> int | None:
        """The paid amount in rupiah. Finpay may omit it if it equals the ordered amount."""
        return self.paid_amount if self.paid_amount_given else self.amount

    def trigger(self, amount: int, currency: str) -> Trigger:
        """Return the trigger for a payment of this amount (rupiah) and currency.

        For PAID, `order.amount` is the ordered amount and must match. `result.payment.amount` is
        the paid amount and must match if it is present.
        """
        trigger = TRIGGERS.get(self.status, Trigger.UNKNOWN)
        if self.source is Source.STATUS_CHECK and trigger in _CONFIRMED:
            return _CONFIRMED[trigger]
        if trigger is not Trigger.PAID:
            return trigger
        matches = self.matches_order(amount, currency) and self.effective_paid_amount == amount
        return Trigger.PAID if matches else Trigger.MISMATCH

    def matches_order(self, amount: int, currency: str) -> bool:
        """Return whether the order at Finpay has this amount (rupiah) and currency."""
        return self.amount == amount and self.currency == currency

    def differs_from_order(self, amount: int, currency: str) -> bool:
        """Return whether the order at Finpay has a different amount (rupiah) or currency.

        A missing value is not a difference.
        """
        other_amount = self.amount is not None and self.amount != amount
        return other_amount or (self.currency is not None and self.currency != currency)

    def trigger_if_matching(self) -> Trigger:
        """Return the trigger for a payment that has the reported amount and currency."""
        return self.trigger(-1 if self.amount is None else self.amount, self.currency or "")


def digest_of(content: bytes) -> str:
    """Return the payload digest: the first 64 bits of the SHA-256, as 16 hex digits."""
    return hashlib.sha256(content).hexdigest()[:16]
