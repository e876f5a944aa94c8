"""A payment: one order of one storefront, and everything known of its payment code."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from payments.transitions import Status

_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,30}")

HISTORY_LIMIT = 24
"""Observations past this many entries are only logged; transitions are always recorded."""


def is_order_id(text: str) -> bool:
    """Finpay's rule for order.id: 1 to 30 letters, digits, hyphens and underscores."""
    return _ORDER_ID.fullmatch(text) is not None


class Source(StrEnum):
    """Where something was learnt."""

    INITIATE = "initiate"
    CALLBACK = "callback"
    STATUS_CHECK = "status-check"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a payment; the entry of version n is the n-th.

    `mark` is unique to the write that made it, so that a write whose answer was lost recognises
    itself. `evidence` is a hash of what Finpay sent; `saw` its status where it did not become ours.
    """

    status: Status
    at: int
    by: Source
    mark: str
    evidence: str = ""
    saw: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is talking to Finpay about an INITIATING payment, and until when (epoch ms)."""

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

    `account_list` is Finpay's JSON as text: it is passed on, never looked into.
    """

    redirect_url: str
    expires_at: int
    payment_code: str | None = None
    app_url: str | None = None
    image_url: str | None = None
    account_list: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Money that was proven or claimed; amount in rupiah, time in epoch milliseconds."""

    paid_at: int
    paid_amount: int | None = None
    finpay_reference: str | None = None
    channel: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """The record, as it is stored under its order id. Amounts in rupiah, times in epoch ms."""

    order_id: str
    storefront_id: str
    status: Status
    version: int
    amount: int
    currency: str
    source_of_funds: str
    request_fingerprint: str
    gateway_order_id: str
    created_at: int
    updated_at: int
    history: tuple[Entry, ...] = field(default=())
    lease: Lease | None = None
    code: IssuedCode | None = None
    failure: Failure | None = None
    settled: Settled | None = None

    def bears(self, mark: str) -> bool:
        """Whether the write with this mark is part of this payment already."""
        return any(entry.mark == mark for entry in self.history)


@dataclass(frozen=True, slots=True)
class Change:
    """One conditional write on a payment: all of it happens, or nothing.

    It applies to a payment in one of `sources` whose amount, currency and version are as given
    (None means any).
    """

    order_id: str
    sources: frozenset[Status]
    entry: Entry
    amount: int | None = None
    currency: str | None = None
    version: int | None = None
    code: IssuedCode | None = None
    failure: Failure | None = None
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The change is part of the payment."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Refused:
    """The change did not apply to the payment found, or there is none."""

    found: Payment | None
