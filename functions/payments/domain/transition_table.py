"""The states of a payment and the transitions between them, as data.

`TABLE` is their only definition. The use cases look up rules in it, the store enforces a rule as
the condition of one write, the tests cover every rule, and docs/states.md is generated from it. A
trigger without a rule changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The status of a payment."""

    INITIATING = "INITIATING"
    """A code is about to be requested, or the response to the request is not known."""
    PENDING = "PENDING"
    """Finpay issued the code, which can be paid."""
    PAID = "PAID"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    """Finpay refused the payment, reported a failure or never received the request."""
    REVIEW = "REVIEW"
    """Money does not match the payment; manual review by an operator is required."""
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"


class Trigger(StrEnum):
    """What drives a transition.

    A trigger about money comes only from a callback with a valid signature or from an authenticated
    status check.
    """

    CODE_ISSUED = "Finpay issued a code"
    REFUSED = "Finpay refused the order"
    PAID = "Finpay reports paid; order, amount and currency match"
    MISMATCH = "Finpay reports paid; amount or currency differs"
    OPEN = "Finpay reports open"
    EXPIRED = "A callback reports expired"
    EXPIRY_CONFIRMED = "A status check confirms that the code expired unpaid"
    CANCELLED = "A callback reports cancelled"
    CANCEL_CONFIRMED = "A status check reports cancelled"
    CANCEL_AGREED = "Finpay agreed to cancel"
    FAILED = "A callback reports failure"
    FAILURE_CONFIRMED = "A status check reports failure"
    NEVER_RECEIVED = "Finpay does not know the order after the lease expired"
    NEXT_ATTEMPT = "A new attempt begins under another order id; the previous one is cancelled"
    REFUNDED = "Finpay reports refunded"
    PARTIALLY_REFUNDED = "Finpay reports partially refunded"
    UNKNOWN = "Finpay reports an unknown status"
    ACCEPTED = "An operator accepts the received money"
    REJECTED = "An operator decides that no money is owed"
    RETURNED = "An operator confirms that the money was returned"


MONEY = frozenset(
    {
        Trigger.PAID,
        Trigger.MISMATCH,
        Trigger.REFUNDED,
        Trigger.PARTIALLY_REFUNDED,
    }
)
"""Triggers that report a payment or its refund, whether it matches or not."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A transition: in any of the `sources`, `trigger` changes the status to `target`.

    A rule without a target is an observation: it adds an entry to the history and keeps the status.
    `late` is True for money that arrives after the payment was closed.
    """

    sources: frozenset[Status]
    trigger: Trigger
    target: Status | None
    late: bool = False


_S = Status
OPEN = frozenset({_S.INITIATING, _S.PENDING})
CLOSED = frozenset({_S.EXPIRED, _S.CANCELLED, _S.FAILED})
"""Closed without payment. Money can still arrive."""
_ALL = frozenset(Status)


def _only(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


TABLE: tuple[Rule, ...] = (
    Rule(_only(_S.INITIATING), Trigger.CODE_ISSUED, _S.PENDING),
    # A callback arrived before the response with the code: the code is recorded, the status stays.
    Rule(_ALL - OPEN, Trigger.CODE_ISSUED, None),
    Rule(_only(_S.INITIATING), Trigger.REFUSED, _S.FAILED),
    Rule(_only(_S.INITIATING), Trigger.NEVER_RECEIVED, _S.FAILED),
    Rule(_only(_S.INITIATING), Trigger.NEXT_ATTEMPT, None),
    Rule(OPEN, Trigger.PAID, _S.PAID),
    Rule(CLOSED, Trigger.PAID, _S.PAID, late=True),
    Rule(OPEN | CLOSED, Trigger.MISMATCH, _S.REVIEW),
    Rule(_only(_S.PAID), Trigger.OPEN, None),
    # Only a status check can tell which attempt of an INITIATING payment expired.
    Rule(_only(_S.PENDING), Trigger.EXPIRED, _S.EXPIRED),
    Rule(_only(_S.INITIATING, _S.PAID), Trigger.EXPIRED, None),
    Rule(OPEN, Trigger.EXPIRY_CONFIRMED, _S.EXPIRED),
    Rule(_only(_S.PAID), Trigger.EXPIRY_CONFIRMED, None),
    Rule(_only(_S.PENDING), Trigger.CANCELLED, _S.CANCELLED),
    # A reported cancellation alone must not undo a payment: a status check follows.
    Rule(_only(_S.INITIATING, _S.PAID, _S.PARTIALLY_REFUNDED), Trigger.CANCELLED, None),
    Rule(OPEN, Trigger.CANCEL_AGREED, _S.CANCELLED),
    # A payment that only a callback closed can still be payable at Finpay until this.
    Rule(CLOSED | {_S.PAID, _S.PARTIALLY_REFUNDED}, Trigger.CANCEL_AGREED, None),
    Rule(OPEN, Trigger.CANCEL_CONFIRMED, _S.CANCELLED),
    Rule(_only(_S.PAID, _S.PARTIALLY_REFUNDED), Trigger.CANCEL_CONFIRMED, _S.REVIEW),
    Rule(_only(_S.PENDING), Trigger.FAILED, _S.FAILED),
    Rule(_only(_S.INITIATING, _S.PAID), Trigger.FAILED, None),
    Rule(OPEN, Trigger.FAILURE_CONFIRMED, _S.FAILED),
    Rule(_only(_S.PAID), Trigger.FAILURE_CONFIRMED, None),
    # Money arrived and was refunded without an earlier report: manual review is required.
    Rule(OPEN | CLOSED, Trigger.REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID, _S.PARTIALLY_REFUNDED), Trigger.REFUNDED, _S.REFUNDED),
    Rule(OPEN | CLOSED, Trigger.PARTIALLY_REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID), Trigger.PARTIALLY_REFUNDED, _S.PARTIALLY_REFUNDED),
    Rule(_only(_S.REVIEW), Trigger.ACCEPTED, _S.PAID),
    Rule(_only(_S.REVIEW), Trigger.REJECTED, _S.CANCELLED),
    Rule(_only(_S.REVIEW), Trigger.RETURNED, _S.REFUNDED),
    Rule(_ALL, Trigger.UNKNOWN, None),
)


# Applied without reading the payment first. Other triggers are rare or depend on the payment, so
# the payment is read before the write.
_USUAL = frozenset({Trigger.PAID, Trigger.EXPIRED, Trigger.CANCELLED, Trigger.FAILED})


def rule_for(status: Status, trigger: Trigger) -> Rule | None:
    """Return the rule for a payment of this status, or None if the trigger changes nothing."""
    return next((r for r in TABLE if r.trigger is trigger and status in r.sources), None)


def usual_rule(trigger: Trigger) -> Rule | None:
    """Return the rule to try without reading the payment, or None if it must be read first."""
    return next(r for r in TABLE if r.trigger is trigger) if trigger in _USUAL else None
