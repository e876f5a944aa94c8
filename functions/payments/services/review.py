"""An operator decides what becomes of money that does not match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.errors import NotInReview, PaymentNotFound
from payments.domain.payment import Payment, Source
from payments.domain.transitions import Trigger
from payments.services.apply_status import ApplyStatus, Effect

if TYPE_CHECKING:
    from payments.domain.ports import PaymentStore

VERDICTS = (Trigger.ACCEPTED, Trigger.REJECTED, Trigger.RETURNED)
"""Accept the money as it is; say that none is owed; say that it was given back."""


@dataclass(frozen=True, slots=True)
class Review:
    """Settles payments in REVIEW; each decision is a transition like any other."""

    payments: PaymentStore
    apply_status: ApplyStatus

    def __call__(self, order_id: str, trigger: Trigger) -> Payment:
        """The payment after the operator's verdict, one of VERDICTS.

        Raises PaymentNotFound, NotInReview or Unavailable.
        """
        found = self.payments.get(order_id)
        if found is None:
            raise PaymentNotFound(order_id)
        update = self.apply_status.apply_trigger(found, trigger, Source.OPERATOR)
        if update.effect is not Effect.MOVED:
            raise NotInReview(update.payment.status)
        return update.payment
