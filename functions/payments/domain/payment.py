"""The payment: one order of a storefront and its payment code."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from payments.domain.clock import MINUTE
from payments.domain.transition_table import CLOSED, Status, Trigger
from payments.ledger.entry import LedgerEntry, Report, Reporter, Terms
from payments.ledger.standing import Standing, standing_of

_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,30}")
# Precedes the write id in a derived order id.
_SEPARATOR = "_x"
_DERIVED_ID = re.compile(rf"[A-Za-z0-9_-]*{_SEPARATOR}[0-9a-f]{{16}}")

DEFAULT_TIMEOUT_MINUTES = 1_440
"""Finpay's default for order.timeout."""

PAYMENT_CODE_TYPE = "finpaycode"
"""Finpay's sourceOfFunds.type for payment codes."""

LEASE_MS = 35_000
"""Longer than the function timeout: when a lease expires, its holder has stopped."""

_LONGEST_REQUEST_MS = 25_000
"""A request has ended by then: the deadlines of its calls to Finpay add up to less."""

HISTORY_LIMIT = 24
"""Entries after which observations are only logged. Transitions are always recorded."""

LEDGER_LIMIT = 24
"""Reports of money that a payment holds. Later ones are quarantined."""


def is_order_id(text: str) -> bool:
    """Return whether the text is a valid order.id.

    Finpay allows 1 to 30 letters, digits, hyphens and underscores.
    """
    return _ORDER_ID.fullmatch(text) is not None


def is_derived_id(text: str) -> bool:
    """Return whether an order id has the form of those that `derived_id` returns."""
    return _DERIVED_ID.fullmatch(text) is not None


def derived_id(order_id: str, write_id: str) -> str:
    """Return the order id at Finpay for another attempt of the same payment.

    It has at most 30 characters: the beginning of the order id, so that operators recognise it,
    `_x` and the write id (16 hex digits). Requests of storefronts with such an id are refused.
    """
    return f"{order_id[: 30 - len(_SEPARATOR) - len(write_id)]}{_SEPARATOR}{write_id}"


class Source(StrEnum):
    """What caused a change of a payment."""

    INITIATE = "initiate"
    CALLBACK = "callback"
    STATUS_CHECK = "status-check"
    CANCEL = "cancel"
    OPERATOR = "operator"


_ANSWERS = frozenset({Source.INITIATE, Source.STATUS_CHECK, Source.CANCEL})
"""Changes by an answer of Finpay to a request of this service."""


class Entry(NamedTuple):
    """An entry of the history: one change of a payment. Version n is the n-th entry.

    `at` is in epoch milliseconds. `write_id` is unique, so that a retry after a lost response
    recognises its own write. `payload_digest` is the digest of Finpay's payload, if there is one.
    `observed` is what was observed, if the change is an observation and did not change the status.
    """

    status: Status
    at: int
    by: Source
    write_id: str
    payload_digest: str = ""
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to act at Finpay on an INITIATING payment.

    `until` is in epoch milliseconds. `unanswered` is True if its holder has ended without an answer
    from Finpay, which may still be processing the request.
    """

    id: str
    until: int
    unanswered: bool = False

    def is_held(self, now: int) -> bool:
        """Return whether nobody else may take the lease at this time (epoch milliseconds)."""
        return self.until > now

    def has_ended(self, now: int) -> bool:
        """Return whether the request that took the lease has ended, with or without a response."""
        return self.unanswered or now >= self.until - LEASE_MS + _LONGEST_REQUEST_MS


@dataclass(frozen=True, slots=True)
class Failure:
    """Why Finpay refused the payment.

    `reason` is the `reason` of the GatewayError, `code` is Finpay's responseCode and `message` its
    responseMessage without personal data.
    """

    reason: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A payment code that Finpay issued; `expires_at` is in epoch milliseconds.

    A code from a status check has no redirect URL, and its `expires_at` is estimated.
    `account_list` is JSON text from Finpay that is passed on unchanged.
    """

    redirect_url: str | None
    expires_at: int
    payment_code: str | None = None
    app_url: str | None = None
    image_url: str | None = None
    account_list: str | None = None


@lru_cache(maxsize=64)
def cached_standing(ledger: tuple[LedgerEntry, ...], terms: Terms) -> Standing:
    """`standing_of`, for the many that read the standing of the same payment."""
    return standing_of(ledger, terms)


@dataclass(frozen=True, slots=True)
class ReceivedMoney:
    """Money that Finpay reported for a payment; amount in rupiah, time in epoch milliseconds.

    `gateway_order_id` is the order at Finpay that was paid, or None if it is the payment's own
    order id. `late` is True if the payment was closed when the money was reported.
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
        """Finpay's reference of the payment, or else of the order."""
        return self.payment_reference or self.order_reference


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it is stored under its order id.

    Amounts are in rupiah, times in epoch milliseconds.

    - `timeout`: order.timeout in minutes.
    - `last_attempt_at`: when the last request for a code began. It may not have reached Finpay.
    - `gateway_order_id`: the order at Finpay of the current attempt.
    - `previous_attempt_ids`: the orders of previous attempts. They are cancelled at Finpay, but
      money for them still belongs to this payment.
    - `webhook_url`: the storefront's webhook endpoint for this payment.
    - `next_sync_at`: when the next status sync is due; None if none is scheduled.
    - `sync_id`: the write id of the last status sync.
    - `sync_requested_at`: when a report that has no entry in the history last made a status sync
      due.
    - `confirmation_id`: the write id of the last confirmation of an unverified callback.
    - `ledger`: the reports of money, and operators' decisions about it.
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
    sync_requested_at: int | None = None
    confirmation_id: str | None = None
    history: tuple[Entry, ...] = field(default=())
    lease: Lease | None = None
    code: IssuedCode | None = None
    failure: Failure | None = None
    ledger: tuple[LedgerEntry, ...] = ()

    @property
    def terms(self) -> Terms:
        """What the payment is for."""
        return Terms(self.amount, self.currency)

    @property
    def standing(self) -> Standing:
        """What follows from the ledger."""
        return cached_standing(self.ledger, self.terms)

    @property
    def received(self) -> ReceivedMoney | None:
        """The money that counts, or in REVIEW the money that an operator decides about."""
        shown = self.standing.shown
        if shown is None:
            return None
        first = shown.first
        is_other_order = first.gateway_order_id != self.order_id
        return ReceivedMoney(
            paid_at=first.recorded_at if shown.paid_at is None else shown.paid_at,
            paid_amount=shown.amount if first.currency == self.currency else None,
            payment_reference=(
                shown.reference(Reporter.CALLBACK) or shown.reference(Reporter.STATUS_CHECK)
            ),
            channel=shown.channel,
            gateway_order_id=first.gateway_order_id if is_other_order else None,
            late=any(isinstance(entry, Report) and entry.late for entry in self.ledger),
            order_reference=first.order_reference,
        )

    def has_write(self, write_id: str) -> bool:
        """Return whether the history contains the write with this id."""
        return any(entry.write_id == write_id for entry in self.history)

    def has_attempt(self, gateway_order_id: str) -> bool:
        """Return whether this order at Finpay is an attempt of this payment."""
        return gateway_order_id in (self.gateway_order_id, *self.previous_attempt_ids)

    def is_leased(self, now: int) -> bool:
        """Return whether a caller holds the lease at this time (epoch milliseconds)."""
        return self.lease is not None and self.lease.is_held(now)

    @property
    def is_closed_at_finpay(self) -> bool:
        """Whether Finpay answered, after the last code, that the order cannot be paid any more.

        A callback does not prove it: Finpay may have sent it before the order changed again.
        """
        for entry in reversed(self.history):
            if entry.observed == Trigger.CODE_ISSUED.name:
                return False
            if entry.observed == Trigger.CANCEL_AGREED.name:
                return True
            if not entry.observed and entry.status in CLOSED:
                return entry.by in _ANSWERS
        return False

    @property
    def effective_gateway_order_id(self) -> str:
        """The order at Finpay that was paid, or else the order of the current attempt."""
        if self.received:
            return self.received.gateway_order_id or self.order_id
        return self.gateway_order_id

    @property
    def expires_at(self) -> int:
        """When the code expires (epoch milliseconds): Finpay's time or the latest possible one."""
        if self.code:
            return self.code.expires_at
        return self.last_attempt_at + LEASE_MS + self.timeout * MINUTE
