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
    MISMATCH = "paid, but amount or currency differs"
    OPEN = "Finpay says it is still open"
    EXPIRED = "Finpay says its time is over and it is unpaid"
    CANCELLED = "Finpay says cancelled"
    CANCEL_CONFIRMED = "Finpay says cancelled, confirmed by a status check"
    FAILED = "Finpay says failure"
    REFUNDED = "Finpay says refunded"
    PARTIALLY_REFUNDED = "Finpay says partially refunded"
    UNKNOWN = "a status nobody knows"


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
_OPEN = frozenset({_S.INITIATING, _S.PENDING})
_GIVEN_UP = frozenset({_S.EXPIRED, _S.CANCELLED, _S.FAILED})
_ALL = frozenset(Status)


def _only(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


TABLE: tuple[Rule, ...] = (
    Rule(_only(_S.INITIATING), Proof.CODE_ISSUED, _S.PENDING),
    # A callback overtook initiate's own answer: the code is noted, the status stays.
    Rule(_ALL - _OPEN, Proof.CODE_ISSUED, None),
    Rule(_only(_S.INITIATING), Proof.REFUSED, _S.FAILED),
    Rule(_OPEN, Proof.PAID, _S.PAID),
    Rule(_GIVEN_UP, Proof.PAID, _S.PAID, late=True),
    Rule(_only(_S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Proof.PAID, None),
    # Somebody may have paid twice: a person has to see it, but nothing is credited again.
    Rule(_only(_S.PAID, _S.REVIEW, _S.REFUNDED, _S.PARTIALLY_REFUNDED), Proof.PAID_AGAIN, None),
    Rule(_OPEN | _GIVEN_UP, Proof.MISMATCH, _S.REVIEW),
    Rule(_ALL - _OPEN - _GIVEN_UP, Proof.MISMATCH, None),
    Rule(_only(_S.PAID), Proof.OPEN, None),
    Rule(_only(_S.PENDING), Proof.EXPIRED, _S.EXPIRED),
    Rule(_only(_S.INITIATING, _S.PAID), Proof.EXPIRED, None),
    Rule(_only(_S.PENDING), Proof.CANCELLED, _S.CANCELLED),
    # A cancel must not undo a payment by itself.
    Rule(_only(_S.INITIATING, _S.PAID), Proof.CANCELLED, None),
    Rule(_only(_S.PENDING), Proof.CANCEL_CONFIRMED, _S.CANCELLED),
    Rule(_only(_S.PAID), Proof.CANCEL_CONFIRMED, _S.REVIEW),
    Rule(_only(_S.PENDING), Proof.FAILED, _S.FAILED),
    Rule(_only(_S.INITIATING, _S.PAID), Proof.FAILED, None),
    Rule(_only(_S.PAID, _S.PARTIALLY_REFUNDED), Proof.REFUNDED, _S.REFUNDED),
    Rule(_ALL - _only(_S.PAID, _S.PARTIALLY_REFUNDED, _S.REFUNDED), Proof.REFUNDED, None),
    Rule(_only(_S.PAID), Proof.PARTIALLY_REFUNDED, _S.PARTIALLY_REFUNDED),
    Rule(_ALL - _only(_S.PAID), Proof.PARTIALLY_REFUNDED, None),
    Rule(_ALL, Proof.UNKNOWN, None),
)


def rule_for(status: Status, proof: Proof) -> Rule | None:
    """The rule that applies to a payment of this status; None where the proof changes nothing."""
    return next((r for r in TABLE if r.proof is proof and status in r.sources), None)


def usual_rule(proof: Proof) -> Rule | None:
    """The rule to try first, without having read the payment; None where one has to read."""
    if proof is Proof.MISMATCH:  # its evidence has to be stored before anything else
        return None
    first = next(r for r in TABLE if r.proof is proof)
    return first if first.target else None
