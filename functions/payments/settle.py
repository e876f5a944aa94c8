"""Bring a payment to the state that a claim of Finpay's proves.

The one rule for callbacks and status checks alike. The usual case is one conditional write without
a read; the old item that a refused write returns tells duplicate, mismatch and unknown apart.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from payments.claim import Claim
from payments.clock import Clock
from payments.errors import PaymentNotFound, Unavailable
from payments.ids import NewId
from payments.payment import HISTORY_LIMIT, Applied, Change, Entry, Payment, Refused, Settled
from payments.ports import PaymentStore, Quarantine
from payments.transitions import Proof, Rule, Status, rule_for, usual_rule

# A lost race means that somebody else changed the payment, which happens a handful of times.
_RACES = 8


class Effect(StrEnum):
    """What a claim did to its payment."""

    MOVED = "moved"
    RECORDED = "recorded"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The payment after a claim, what the claim proved and what it did."""

    payment: Payment
    proof: Proof
    effect: Effect


@dataclass(frozen=True, slots=True)
class Settle:
    """Settles claims on the payments of a store."""

    payments: PaymentStore
    quarantine: Quarantine
    clock: Clock
    new_id: NewId

    def __call__(self, claim: Claim) -> Settlement:
        """Apply a claim that a signature or an authenticated status check has proven.

        Raises PaymentNotFound if there is no such order, Unavailable if the outcome is not known.
        """
        proof = claim.proof_if_matching()
        rule = usual_rule(proof)
        if rule and rule.target:
            result = self._try_unread(claim, rule, rule.target)
        else:
            result = Refused(self.payments.get(claim.order_id))
        for _ in range(_RACES):
            if isinstance(result, Applied):
                effect = Effect.MOVED if rule and rule.target else Effect.RECORDED
                return Settlement(result.payment, proof, effect)
            payment = result.found
            if payment is None:
                raise PaymentNotFound(claim.order_id)
            proof = _proof(claim, payment)
            rule = rule_for(payment.status, proof)
            if proof is Proof.MISMATCH:
                self.quarantine.keep(claim.order_id, "mismatch", claim.evidence, claim)
            if rule is None or _is_noted(claim, rule, payment):
                return Settlement(payment, proof, Effect.NOTHING)
            result = self._try(claim, rule, payment)
        raise Unavailable("the payment keeps changing")

    def _try_unread(self, claim: Claim, rule: Rule, target: Status) -> Applied | Refused:
        """The rule's effect on a payment in any state that it allows, ordered as claimed."""
        change = Change(
            order_id=claim.order_id,
            sources=rule.sources,
            entry=self._entry(claim, target),
            amount=claim.amount,
            currency=claim.currency,
        )
        return self.payments.apply(_with_money(change, claim, rule))

    def _try(self, claim: Claim, rule: Rule, payment: Payment) -> Applied | Refused:
        """The rule's effect on a payment just as it was read."""
        change = Change(
            order_id=claim.order_id,
            sources=frozenset({payment.status}),
            entry=self._entry(claim, rule.target)
            if rule.target
            else self._entry(claim, payment.status, saw=claim.status),
            version=payment.version,
        )
        return self.payments.apply(_with_money(change, claim, rule))

    def _entry(self, claim: Claim, status: Status, saw: str = "") -> Entry:
        return Entry(status, self.clock(), claim.source, self.new_id(), claim.evidence, saw)


def _proof(claim: Claim, payment: Payment) -> Proof:
    """What the claim proves about a payment that was read."""
    proof = claim.proof(payment.amount, payment.currency)
    if proof is Proof.PAID and payment.settled:
        known = payment.settled.finpay_reference
        if known and claim.reference and claim.reference != known:
            return Proof.PAID_AGAIN
    return proof


def _with_money(change: Change, claim: Claim, rule: Rule) -> Change:
    """Add what was paid, where the rule is about money that came."""
    if rule.target is None or rule.proof not in {Proof.PAID, Proof.MISMATCH}:
        return change
    settled = Settled(
        paid_amount=claim.paid_amount if claim.paid_amount_given else claim.amount,
        paid_at=claim.paid_at or change.entry.at,
        finpay_reference=claim.reference,
        channel=claim.channel,
        late=rule.late,
    )
    return replace(change, settled=settled)


def _is_noted(claim: Claim, rule: Rule, payment: Payment) -> bool:
    """Whether an observation is in the history already, or the history has no room for it."""
    known = any(entry.evidence == claim.evidence for entry in payment.history)
    return rule.target is None and (known or len(payment.history) >= HISTORY_LIMIT)
