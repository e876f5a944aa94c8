"""A payment: one order of one storefront, and everything known of its payment code."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from payments.domain.clock import MINUTE
from payments.domain.transitions import Status

_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,30}")
# What a payment is called at Finpay when its own id had to be given up there.
_OWN = "_x"
_DERIVED_ID = re.compile(rf"[A-Za-z0-9_-]*{_OWN}[0-9a-f]{{16}}")

DEFAULT_TIMEOUT_MINUTES = 1_440
"""Finpay's default of order.timeout."""

PAYMENT_CODE_TYPE = "finpaycode"
"""Finpay's sourceOfFunds.type of what this service is for."""

LEASE_MS = 35_000
"""Longer than the function may run: an expired lease means that nobody is at work any more."""

HISTORY_LIMIT = 24
"""Observations past this many entries are only logged; transitions are always recorded."""


def is_order_id(text: str) -> bool:
    """Finpay's rule for order.id: 1 to 30 letters, digits, hyphens and underscores."""
    return _ORDER_ID.fullmatch(text) is not None


def is_derived_id(text: str) -> bool:
    """Whether an order id has the form of those that this service makes."""
    return _DERIVED_ID.fullmatch(text) is not None


def derived_id(order_id: str, write_id: str) -> str:
    """Another order id at Finpay for the same payment, which no storefront can have asked for.

    30 characters at most: the beginning of the id, for people, and a write id (16 hex digits).
    """
    return f"{order_id[: 30 - len(_OWN) - len(write_id)]}{_OWN}{write_id}"


class Source(StrEnum):
    """Where something was update."""

    INITIATE = "initiate"
    CALLBACK = "callback"
    STATUS_CHECK = "status-check"
    CANCEL = "cancel"
    OPERATOR = "operator"


class Entry(NamedTuple):
    """One change of a payment; the entry of version n is the n-th.

    `write_id` is unique to the write that made it, so that a write whose answer was lost recognises
    itself. `payload_digest` is a hash of what Finpay said; `saw` its status where it did not become
    ours.
    """

    status: Status
    at: int
    by: Source
    write_id: str
    payload_digest: str = ""
    saw: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may act at Finpay on an INITIATING payment, and until when (epoch ms)."""

    id: str
    until: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why Finpay refused for certain: its responseCode, and its message without personal data."""

    reason: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """Finpay's answer to a successful initiate; `expires_at` in epoch milliseconds.

    A code that only a status check told has no redirect URL and an estimated end.
    `account_list` is Finpay's JSON as text: it is passed on, never looked into.
    """

    redirect_url: str | None
    expires_at: int
    payment_code: str | None = None
    app_url: str | None = None
    image_url: str | None = None
    account_list: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedMoney:
    """Money that was proven or claimed; amount in rupiah, time in epoch milliseconds.

    `gateway_order_id` is Finpay's order that was paid, where it is not the payment's own id.
    """

    paid_at: int
    paid_amount: int | None = None
    payment_reference: str | None = None
    channel: str | None = None
    gateway_order_id: str | None = None
    late: bool = False
    order_reference: str | None = None

    @property
    def reference(self) -> str | None:
        """By what Finpay knows the money: the payment's own reference, else the order's."""
        return self.payment_reference or self.order_reference


@dataclass(frozen=True, slots=True)
class Payment:
    """The record, as it is stored under its order id. Amounts in rupiah, times in epoch ms.

    `timeout` is order.timeout in minutes, `last_attempt_at` when Finpay may last have been asked
    for a code. `gateway_order_id` is the order at Finpay that counts now; the earlier ones are
    cancelled there, yet money for them would be this payment's. `webhook_url` is where the
    storefront wants to be told of it. `next_sync_at` is when its status is synced next, None for
    never. `sync_id` is the write id of the last status sync, `confirmation_id` that of the last
    confirmation of an unverified callback.
    """

    order_id: str
    storefront_id: str
    status: Status
    version: int
    amount: int
    currency: str
    source_of_funds: str
    request_fingerprint: str
    gateway_order_id: str
    timeout: int
    last_attempt_at: int
    created_at: int
    updated_at: int
    webhook_url: str
    previous_attempt_ids: tuple[str, ...] = ()
    next_sync_at: int | None = None
    sync_id: str | None = None
    confirmation_id: str | None = None
    history: tuple[Entry, ...] = field(default=())
    lease: Lease | None = None
    code: IssuedCode | None = None
    failure: Failure | None = None
    received: ReceivedMoney | None = None

    def has_write(self, write_id: str) -> bool:
        """Whether the write with this id is part of this payment already."""
        return any(entry.write_id == write_id for entry in self.history)

    def has_attempt(self, gateway_order_id: str) -> bool:
        """Whether this order at Finpay is one of this payment's."""
        return gateway_order_id in (self.gateway_order_id, *self.previous_attempt_ids)

    def is_leased(self, now: int) -> bool:
        """Whether somebody may be at work on it at Finpay."""
        return self.lease is not None and self.lease.until > now

    @property
    def order_at_finpay(self) -> str:
        """The order at Finpay that counts: the one that was paid, or else the latest."""
        if self.received:
            return self.received.gateway_order_id or self.order_id
        return self.gateway_order_id

    @property
    def expires_at(self) -> int:
        """When its code ends: Finpay's word, or the latest that it can be."""
        if self.code:
            return self.code.expires_at
        return self.last_attempt_at + LEASE_MS + self.timeout * MINUTE
