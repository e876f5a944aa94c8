"""Conditional writes on a payment, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.domain.payment import Entry, Failure, IssuedCode, Payment
    from payments.domain.transition_table import Status
    from payments.ledger.entry import LedgerEntry, Terms

MAX_WRITE_ATTEMPTS = 8
"""Maximum number of tries of a change. A try fails if another caller changed the payment first."""


@dataclass(frozen=True, slots=True)
class NextSync:
    """The time of the next status sync in epoch milliseconds; None means that none is scheduled."""

    at: int | None


@dataclass(frozen=True, slots=True)
class NextAttempt:
    """The new order at Finpay for a payment, and the order ids of all previous attempts."""

    gateway_order_id: str
    previous: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewLedger:
    """All entries of the ledger after a change, and the terms of the payment."""

    entries: tuple[LedgerEntry, ...]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Change:
    """A conditional write on a payment. It is applied completely or not at all.

    The conditions are:

    - The status of the payment is one of `sources`.
    - Amount (rupiah), currency, version and lease id have the values given here.
    - `gateway_order_id` is one of the payment's attempts, with `only_current` the current one.

    A value of None is not a condition. If `next_sync` or `ledger` is None, the schedule or the
    ledger does not change.
    """

    order_id: str
    sources: frozenset[Status]
    entry: Entry
    amount: int | None = None
    currency: str | None = None
    version: int | None = None
    lease: str | None = None
    gateway_order_id: str | None = None
    only_current: bool = False
    code: IssuedCode | None = None
    failure: Failure | None = None
    ledger: NewLedger | None = None
    next_attempt: NextAttempt | None = None
    next_sync: NextSync | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The change was applied; `payment` includes it."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Refused:
    """The change was not applied; `found` is the stored payment, or None if there is none."""

    found: Payment | None
