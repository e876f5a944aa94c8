"""The entries of a ledger: reports of money, and operators' decisions about it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an entry reports."""

    PAID = "paid"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially-refunded"
    CANCELLED = "cancelled"
    """A status check reports that an order with money is cancelled."""


REFUNDS = frozenset({Kind.REFUNDED, Kind.PARTIALLY_REFUNDED})


class Decision(StrEnum):
    """What an operator decided."""

    ACCEPTED = "accepted"
    """The money counts for the payment."""
    REJECTED = "rejected"
    """Nothing is owed for it."""
    RETURNED = "returned"
    """The money was given back."""


class Reporter(StrEnum):
    """Who reported an entry. References of different reporters cannot be compared."""

    CALLBACK = "callback"
    STATUS_CHECK = "status-check"
    OPERATOR = "operator"


class Report(NamedTuple):
    """Money that was reported: amounts in rupiah, times in epoch milliseconds.

    `amount` is None if it is not readable. `order_amount` is the amount of the order at Finpay.
    `paid_at` and `reference` are None if the reporter named none. `about` is the position of the
    money that an operator gave back. `late` is True if the payment had ended when money came that
    counts.
    """

    kind: Kind
    reporter: Reporter
    recorded_at: int
    gateway_order_id: str
    amount: int | None
    currency: str | None = None
    order_amount: int | None = None
    paid_at: int | None = None
    reference: str | None = None
    order_reference: str | None = None
    channel: str | None = None
    about: int | None = None
    late: bool = False


class Judgement(NamedTuple):
    """An operator's decision. `covers` are the positions of the reports that it is about.

    `is_about_possible` is True if the payment had money that counted, so that the decision is only
    about money that may be other money.
    `by` identifies the operator: account, role and a digest of the session's name.
    """

    decision: Decision
    covers: frozenset[int]
    decided_at: int
    by: str
    reason: str
    version: int
    is_about_possible: bool = False


type LedgerEntry = Report | Judgement
type Ledger = Sequence[LedgerEntry]


class Terms(NamedTuple):
    """What the payment is for: amount in rupiah, and currency."""

    amount: int
    currency: str
