"""Manual review: an operator decides about money that does not match or may be other money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.domain.errors import NothingToDecide, PaymentNotFound, VersionChanged
from payments.domain.ids import NewId
from payments.domain.money_rules import after, change_of_ledger, entries_of_decision
from payments.domain.payment import Entry, Payment, Source
from payments.domain.payment_change import Applied
from payments.ledger.entry import Decision

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore


@dataclass(frozen=True, slots=True)
class Review:
    """Applies an operator's decision to the money of a payment that is in question.

    In REVIEW that is all money that nobody decided about. Otherwise it is the money that may be
    other money than what counts.
    """

    payments: PaymentStore
    clock: Clock
    new_id: NewId

    def __call__(
        self, order_id: str, decision: Decision, *, version: int, by: str, reason: str
    ) -> Payment:
        """Apply the decision to the version that the operator saw; return the payment.

        `by` identifies the operator without personal data. Raises PaymentNotFound, VersionChanged,
        NothingToDecide or Unavailable.
        """
        found = self.payments.get(order_id)
        if found is None:
            raise PaymentNotFound(order_id)
        if found.version != version:
            raise VersionChanged(found)
        if not found.standing.undecided:
            raise NothingToDecide(found.status)
        now = self.clock()
        entries = entries_of_decision(found, decision, now, by, reason)
        ledger, status = after(found, *entries)
        observed = decision.name if status is found.status else ""
        entry = Entry(status, now, Source.OPERATOR, self.new_id(), observed=observed)
        result = self.payments.apply(change_of_ledger(found, ledger, entry))
        if not isinstance(result, Applied):
            raise VersionChanged(result.found or found)
        return result.payment
