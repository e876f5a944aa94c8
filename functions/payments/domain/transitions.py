"""The states of a payment and every way from one to another, as data.

`TABLE` is the only place that knows them: the use cases look rules up here, the store turns a rule
into the condition of one write, the tests walk it exhaustively and docs/states.md is made from it.
A trigger that no rule names changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What is known of a payment."""

    INITIATING = "INITIATING"
    """Finpay was asked for a code, or is about to be; its answer is not known."""
    PENDING = "PENDING"
    """The code is issued and can be paid."""
    PAID = "PAID"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    """Finpay refused the payment for certain."""
    REVIEW = "REVIEW"
    """Money was claimed that does not match; a person decides."""
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"


class Trigger(StrEnum):
    """What was learnt of a payment; of money only by signature or authenticated status check."""

    CODE_ISSUED = "Finpay gave a code"
    REFUSED = "Finpay refused for certain"
    PAID = "paid; order, amount and currency match"
    PAID_AGAIN = "paid once more, under another reference"
    PAID_BEFORE = "paid, which was known before"
    REFUNDED_OTHER = "refunded, for another order of the payment's at Finpay"
    MISMATCH = "paid, but amount or currency differs"
    OPEN = "Finpay says it is still open"
    EXPIRED = "Finpay says its time is over and it is unpaid"
    EXPIRY_CONFIRMED = "its time is over and a status check says that it is unpaid"
    CANCELLED = "Finpay says cancelled"
    CANCEL_CONFIRMED = "a status check says cancelled"
    CANCEL_AGREED = "Finpay agreed to cancel"
    FAILED = "Finpay says failure"
    FAILURE_CONFIRMED = "a status check says failure"
    NEVER_RECEIVED = "Finpay does not know the order, long after it was asked"
    NEXT_ATTEMPT = "Finpay is asked again under another order id, the one before being cancelled"
    REFUNDED = "Finpay says refunded"
    PARTIALLY_REFUNDED = "Finpay says partially refunded"
    UNKNOWN = "a status nobody knows"
    ACCEPTED = "an operator accepts the money that came"
    REJECTED = "an operator says that no money is owed"
    RETURNED = "an operator says that the money went back"


MONEY = frozenset(
    {
        Trigger.PAID,
        Trigger.PAID_AGAIN,
        Trigger.PAID_BEFORE,
        Trigger.MISMATCH,
        Trigger.REFUNDED,
        Trigger.PARTIALLY_REFUNDED,
        Trigger.REFUNDED_OTHER,
    }
)
"""Triggers that somebody paid, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From any of `sources`, `trigger` leads to `target`; no target keeps the status.

    `late` marks money that came after the payment was given up.
    A rule without a target is a recorded observation: an entry in the history and nothing else.
    """

    sources: frozenset[Status]
    trigger: Trigger
    target: Status | None
    late: bool = False


_S = Status
OPEN = frozenset({_S.INITIATING, _S.PENDING})
GIVEN_UP = frozenset({_S.EXPIRED, _S.CANCELLED, _S.FAILED})
_ALL = frozenset(Status)


def _only(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


TABLE: tuple[Rule, ...] = (
    Rule(_only(_S.INITIATING), Trigger.CODE_ISSUED, _S.PENDING),
    # A callback overtook initiate's own answer: the code is noted, the status stays.
    Rule(_ALL - OPEN, Trigger.CODE_ISSUED, None),
    Rule(_only(_S.INITIATING), Trigger.REFUSED, _S.FAILED),
    Rule(_only(_S.INITIATING), Trigger.NEVER_RECEIVED, _S.FAILED),
    Rule(_only(_S.INITIATING), Trigger.NEXT_ATTEMPT, None),
    Rule(OPEN, Trigger.PAID, _S.PAID),
    Rule(GIVEN_UP, Trigger.PAID, _S.PAID, late=True),
    Rule(_only(_S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Trigger.PAID, None),
    # Somebody may have paid twice: a person has to see it, but nothing is credited again.
    Rule(_only(_S.PAID, _S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Trigger.PAID_AGAIN, None),
    # An operator gave it up for the money that was known; this is other money.
    Rule(GIVEN_UP, Trigger.PAID_AGAIN, _S.REVIEW),
    Rule(GIVEN_UP, Trigger.PAID_BEFORE, None),
    Rule(_ALL, Trigger.REFUNDED_OTHER, None),
    Rule(OPEN | GIVEN_UP, Trigger.MISMATCH, _S.REVIEW),
    Rule(_ALL - OPEN - GIVEN_UP, Trigger.MISMATCH, None),
    Rule(_only(_S.PAID), Trigger.OPEN, None),
    # Of an INITIATING payment only a status check can say which attempt is meant.
    Rule(_only(_S.PENDING), Trigger.EXPIRED, _S.EXPIRED),
    Rule(_only(_S.INITIATING, _S.PAID), Trigger.EXPIRED, None),
    Rule(OPEN, Trigger.EXPIRY_CONFIRMED, _S.EXPIRED),
    Rule(_only(_S.PAID), Trigger.EXPIRY_CONFIRMED, None),
    Rule(_only(_S.PENDING), Trigger.CANCELLED, _S.CANCELLED),
    # A cancel must not undo a payment by itself: a status check follows.
    Rule(_only(_S.INITIATING, _S.PAID), Trigger.CANCELLED, None),
    Rule(OPEN, Trigger.CANCEL_AGREED, _S.CANCELLED),
    Rule(_only(_S.PAID), Trigger.CANCEL_AGREED, None),
    Rule(OPEN, Trigger.CANCEL_CONFIRMED, _S.CANCELLED),
    Rule(_only(_S.PAID), Trigger.CANCEL_CONFIRMED, _S.REVIEW),
    Rule(_only(_S.PENDING), Trigger.FAILED, _S.FAILED),
    Rule(_only(_S.INITIATING, _S.PAID), Trigger.FAILED, None),
    Rule(OPEN, Trigger.FAILURE_CONFIRMED, _S.FAILED),
    Rule(_only(_S.PAID), Trigger.FAILURE_CONFIRMED, None),
    # Money that came and went back while nobody told us: a person has to look.
    Rule(OPEN | GIVEN_UP, Trigger.REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID, _S.PARTIALLY_REFUNDED), Trigger.REFUNDED, _S.REFUNDED),
    Rule(_only(_S.REVIEW), Trigger.REFUNDED, None),
    Rule(OPEN | GIVEN_UP, Trigger.PARTIALLY_REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID), Trigger.PARTIALLY_REFUNDED, _S.PARTIALLY_REFUNDED),
    Rule(_only(_S.REVIEW, _S.REFUNDED), Trigger.PARTIALLY_REFUNDED, None),
    Rule(_only(_S.REVIEW), Trigger.ACCEPTED, _S.PAID),
    Rule(_only(_S.REVIEW), Trigger.REJECTED, _S.CANCELLED),
    Rule(_only(_S.REVIEW), Trigger.RETURNED, _S.REFUNDED),
    Rule(_ALL, Trigger.UNKNOWN, None),
)


# The usual course of things. Whatever else Finpay says is rare, or says different things of
# different payments, so the payment is read before anything is written.
_UNREAD = frozenset({Trigger.PAID, Trigger.EXPIRED, Trigger.CANCELLED, Trigger.FAILED})


def rule_for(status: Status, trigger: Trigger) -> Rule | None:
    """The rule that applies to a payment of this status; None where the trigger changes nothing."""
    return next((r for r in TABLE if r.trigger is trigger and status in r.sources), None)


def usual_rule(trigger: Trigger) -> Rule | None:
    """The rule to try first, without having read the payment; None where one has to read."""
    return next(r for r in TABLE if r.trigger is trigger) if trigger in _UNREAD else None
