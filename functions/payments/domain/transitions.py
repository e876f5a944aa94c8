"""The states of a payment and every way from one to another, as data.

`TABLE` is the only place that knows them: the use cases look rules up here, the store turns a rule
into the condition of one write, the tests walk it exhaustively and docs/states.md is made from it.
A proof that no rule names changes nothing.
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


class Proof(StrEnum):
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
    ASKED_ANEW = "Finpay is asked again under another order id, the one before being cancelled"
    REFUNDED = "Finpay says refunded"
    PARTIALLY_REFUNDED = "Finpay says partially refunded"
    UNKNOWN = "a status nobody knows"
    ACCEPTED = "an operator accepts the money that came"
    REJECTED = "an operator says that no money is owed"
    RETURNED = "an operator says that the money went back"


MONEY = frozenset(
    {
        Proof.PAID,
        Proof.PAID_AGAIN,
        Proof.PAID_BEFORE,
        Proof.MISMATCH,
        Proof.REFUNDED,
        Proof.PARTIALLY_REFUNDED,
        Proof.REFUNDED_OTHER,
    }
)
"""Proofs that somebody paid, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From any of `sources`, `proof` leads to `target`; no target keeps the status.

    `late` marks money that came after the payment was given up.
    A rule without a target is a recorded observation: an entry in the history and nothing else.
    """

    sources: frozenset[Status]
    proof: Proof
    target: Status | None
    late: bool = False


_S = Status
OPEN = frozenset({_S.INITIATING, _S.PENDING})
GIVEN_UP = frozenset({_S.EXPIRED, _S.CANCELLED, _S.FAILED})
_ALL = frozenset(Status)


def _only(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


TABLE: tuple[Rule, ...] = (
    Rule(_only(_S.INITIATING), Proof.CODE_ISSUED, _S.PENDING),
    # A callback overtook initiate's own answer: the code is noted, the status stays.
    Rule(_ALL - OPEN, Proof.CODE_ISSUED, None),
    Rule(_only(_S.INITIATING), Proof.REFUSED, _S.FAILED),
    Rule(_only(_S.INITIATING), Proof.NEVER_RECEIVED, _S.FAILED),
    Rule(_only(_S.INITIATING), Proof.ASKED_ANEW, None),
    Rule(OPEN, Proof.PAID, _S.PAID),
    Rule(GIVEN_UP, Proof.PAID, _S.PAID, late=True),
    Rule(_only(_S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Proof.PAID, None),
    # Somebody may have paid twice: a person has to see it, but nothing is credited again.
    Rule(_only(_S.PAID, _S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Proof.PAID_AGAIN, None),
    # An operator gave it up for the money that was known; this is other money.
    Rule(GIVEN_UP, Proof.PAID_AGAIN, _S.REVIEW),
    Rule(GIVEN_UP, Proof.PAID_BEFORE, None),
    Rule(_ALL, Proof.REFUNDED_OTHER, None),
    Rule(OPEN | GIVEN_UP, Proof.MISMATCH, _S.REVIEW),
    Rule(_ALL - OPEN - GIVEN_UP, Proof.MISMATCH, None),
    Rule(_only(_S.PAID), Proof.OPEN, None),
    # Of an INITIATING payment only a status check can say which attempt is meant.
    Rule(_only(_S.PENDING), Proof.EXPIRED, _S.EXPIRED),
    Rule(_only(_S.INITIATING, _S.PAID), Proof.EXPIRED, None),
    Rule(OPEN, Proof.EXPIRY_CONFIRMED, _S.EXPIRED),
    Rule(_only(_S.PAID), Proof.EXPIRY_CONFIRMED, None),
    Rule(_only(_S.PENDING), Proof.CANCELLED, _S.CANCELLED),
    # A cancel must not undo a payment by itself: a status check follows.
    Rule(_only(_S.INITIATING, _S.PAID), Proof.CANCELLED, None),
    Rule(OPEN, Proof.CANCEL_AGREED, _S.CANCELLED),
    Rule(_only(_S.PAID), Proof.CANCEL_AGREED, None),
    Rule(OPEN, Proof.CANCEL_CONFIRMED, _S.CANCELLED),
    Rule(_only(_S.PAID), Proof.CANCEL_CONFIRMED, _S.REVIEW),
    Rule(_only(_S.PENDING), Proof.FAILED, _S.FAILED),
    Rule(_only(_S.INITIATING, _S.PAID), Proof.FAILED, None),
    Rule(OPEN, Proof.FAILURE_CONFIRMED, _S.FAILED),
    Rule(_only(_S.PAID), Proof.FAILURE_CONFIRMED, None),
    # Money that came and went back while nobody told us: a person has to look.
    Rule(OPEN | GIVEN_UP, Proof.REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID, _S.PARTIALLY_REFUNDED), Proof.REFUNDED, _S.REFUNDED),
    Rule(_only(_S.REVIEW), Proof.REFUNDED, None),
    Rule(OPEN | GIVEN_UP, Proof.PARTIALLY_REFUNDED, _S.REVIEW),
    Rule(_only(_S.PAID), Proof.PARTIALLY_REFUNDED, _S.PARTIALLY_REFUNDED),
    Rule(_only(_S.REVIEW, _S.REFUNDED), Proof.PARTIALLY_REFUNDED, None),
    Rule(_only(_S.REVIEW), Proof.ACCEPTED, _S.PAID),
    Rule(_only(_S.REVIEW), Proof.REJECTED, _S.CANCELLED),
    Rule(_only(_S.REVIEW), Proof.RETURNED, _S.REFUNDED),
    Rule(_ALL, Proof.UNKNOWN, None),
)


# The usual course of things. Whatever else Finpay says is rare, or says different things of
# different payments, so the payment is read before anything is written.
_UNREAD = frozenset({Proof.PAID, Proof.EXPIRED, Proof.CANCELLED, Proof.FAILED})


def rule_for(status: Status, proof: Proof) -> Rule | None:
    """The rule that applies to a payment of this status; None where the proof changes nothing."""
    return next((r for r in TABLE if r.proof is proof and status in r.sources), None)


def usual_rule(proof: Proof) -> Rule | None:
    """The rule to try first, without having read the payment; None where one has to read."""
    return next(r for r in TABLE if r.proof is proof) if proof in _UNREAD else None
