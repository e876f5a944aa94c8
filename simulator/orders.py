"""One order at the gateway, and what can be wrong with what is asked of it. No HTTP here."""

from dataclasses import dataclass
from typing import Any

OPEN = frozenset({"REQUEST_INITIATED", "INITIATED", "PENDING", "PROCESSING"})
MONEY_TAKEN = frozenset({"PAID", "CAPTURED"})
REFUNDS = frozenset({"REFUNDED", "PARTIALLY_REFUNDED"})


class OrderError(Exception):
    """Base: the order store does not do what was asked."""


class UnknownOrderError(OrderError):
    """No order has this id or code."""


class DuplicateOrderError(OrderError):
    """The order id is taken."""


class NotCancellableError(OrderError):
    """Only an open order can be cancelled."""


class NotVoidableError(OrderError):
    """Only a paid order can be voided."""


class NotRefundableError(OrderError):
    """Nothing was paid, or less is left than should go back."""


class NotPayableError(OrderError):
    """The code is paid, cancelled or over its time."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What an initiate asks for, after its fields were checked."""

    order_id: str
    amount: int
    currency: str
    timeout_minutes: int
    callback_url: str
    customer_id: str | None
    meta: Any
    source: str | None
    """The sourceOfFunds type; None makes a hosted payment, whose customer picks the channel."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that a customer handed over: rupiah, and a moment in seconds UTC."""

    amount: int
    paid_at: float
    reference: str
    channel: str


@dataclass(frozen=True, slots=True)
class Order:
    """A snapshot; the order store replaces it as the order moves on."""

    new: NewOrder
    created_at: float
    expires_at: float
    payment_code: str | None
    redirect_url: str
    status: str = "REQUEST_INITIATED"
    payment: Payment | None = None
    refunded: int = 0
    """Rupiah of the payment that went back so far."""
    last_refund: int = 0
    """Rupiah of the last refund."""

    @property
    def order_id(self) -> str:
        return self.new.order_id
