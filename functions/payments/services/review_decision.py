"""Manual review: an operator decides about a payment with money that does not match it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.errors import NotInReview, PaymentNotFound
from payments.domain.payment import Payment, Source
from payments.domain.transition_table import Trigger
from payments.services.apply_status import ApplyStatus, Effect

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore

DECISIONS = (Trigger.ACCEPTED, Trigger.REJECTED, Trigger.RETURNED)
"""The operator's decisions: accept the received money (PAID), decide that no money is owed
(CANCELLED), or confirm that the money was returned (REFUNDED)."""


@dataclass(frozen=True, slots=True)
class Review:
    """Applies an operator's decision to a payment in REVIEW, as a transition of its status."""

    payments: PaymentStore
    apply_status: ApplyStatus

    def __call__(self, order_id: str, trigger: Trigger) -> Payment:
        """Apply the operator's decision, which is one of DECISIONS; return the payment.

        Raises PaymentNotFound, NotInReview or Unavailable.
        """
        found = self.payments.get(order_id)
        if found is None:
            raise PaymentNotFound(order_id)
        update = self.apply_status.apply_trigger(found, trigger, Source.OPERATOR)
        if update.effect is not Effect.MOVED:
            raise NotInReview(update.payment.status)
        return update.payment
