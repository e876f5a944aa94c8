"""Payments with money that an operator has to decide about, and the decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops.ledger_json import in_question, numbered
from ops.ledger_lines import table
from ops.rupiah import reported, rupiah
from payments.domain import clock, ids
from payments.domain.money_rules import after, entries_of_decision
from payments.ledger.entry import Decision
from payments.ledger.standing import Outcome, standing_of
from payments.services.review_decision import Review

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from payments.domain.payment import Payment
    from payments.ledger.received import Received

LONGEST_REASON = 200
"""Characters. The reason is stored in the payment's row."""

_PERSONAL = re.compile(r"\S@\S|(?<!\w)(?:\+?62|0)[ -]?8(?:[ -]?\d){7,}")

# In REVIEW, and of possible money where other money counts.
_MEANINGS = {
    Decision.ACCEPTED: ("the money counts", "it is other money"),
    Decision.REJECTED: ("nothing is owed for it", "it is the same money, or none"),
    Decision.RETURNED: ("it was given back", "it was other money, and was given back"),
}


def why_unfit(reason: str) -> str:
    """Why this reason cannot be stored; empty if it can."""
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        return f"--reason is one line of 1 to {LONGEST_REASON} characters"
    if _PERSONAL.search(reason):
        return "--reason has an e-mail address or a phone number, which are not to be stored"
    return ""


def covered(payment: Payment, decision: Decision) -> Iterator[str]:
    """What a decision is about, and what follows from it, a line for each thing."""
    numbers = set(in_question(payment))
    yield (
        f"Payment {payment.order_id}, version {payment.version}: {payment.status},"
        f" ordered {rupiah(payment.amount, payment.currency)}"
    )
    yield "The decision covers"
    covers = [(number, one) for number, one in numbered(payment) if number in numbers]
    yield from (f"  {line}" for line in table(covers))
    ledger, status = after(payment, *entries_of_decision(payment, decision, 0, "", ""))
    standing = standing_of(ledger.entries, ledger.terms)
    meaning = _MEANINGS[decision][payment.standing.outcome is not Outcome.REVIEW]
    yield (
        f"{decision.capitalize()}: {meaning}. The payment"
        f" {'stays' if status is payment.status else 'becomes'} {status},"
        f" with {_amount(standing.shown)} that counts and {rupiah(standing.overpaid)} beyond it."
    )


def _amount(of: Received | None) -> str:
    return reported(of.amount, of.first.currency) if of else "no money"


def decide(
    deployment: Deployment, order_id: str, decision: Decision, *, version: int, by: str, reason: str
) -> Payment:
    """The payment after an operator's decision; raises what review_decision.Review raises."""
    review = Review(deployment.payments, clock.now, ids.new_id)
    return review(order_id, decision, version=version, by=by, reason=reason)


def line(payment: Payment) -> str:
    """A payment in one line: version, status, what was ordered, and what is in question."""
    numbers = set(in_question(payment))
    asked = [
        f"{one.kind} {reported(one.amount, one.currency)} {one.reference or 'without reference'}"
        for number, one in numbered(payment)
        if number in numbers
    ]
    return (
        f"{payment.order_id}  version {payment.version}  {payment.status}"
        f"  ordered {rupiah(payment.amount, payment.currency)}"
        f"  paid {_amount(payment.standing.shown)}"
        f"  in question {', '.join(asked) or 'nothing'}"
    )
