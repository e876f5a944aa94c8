"""One conditional write on a payment, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.domain.payment import Entry, Failure, IssuedCode, Payment, ReceivedMoney
    from payments.domain.transitions import Status

RACES = 8
"""How often a change is tried: a lost race means that somebody else changed the payment."""


@dataclass(frozen=True, slots=True)
class NextSync:
    """When the status of a payment is synced next (epoch ms); None for never."""

    at: int | None


@dataclass(frozen=True, slots=True)
class NextAttempt:
    """The order at Finpay under which a payment goes on, and all earlier ones."""

    gateway_order_id: str
    previous: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One conditional write on a payment: all of it happens, or nothing.

    It applies to a payment in one of `sources` whose amount, currency, version and lease are as
    given (None means any) and that knows `gateway_order_id`. With `only_current` that has to be
    the order that counts now. Without `next_sync` the schedule stays as it is.
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
    received: ReceivedMoney | None = None
    next_attempt: NextAttempt | None = None
    next_sync: NextSync | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The change is part of the payment."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Refused:
    """The change did not apply to the payment found, or there is none."""

    found: Payment | None
