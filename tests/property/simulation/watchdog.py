"""The promises, checked after every step. Knows the service only by its rows and its answers.

What it holds true is written down here a second time, from the design and not from the code: a rule
that the code has wrong must not be wrong here too.
"""

from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import Kind, Report
from tests.property.simulation.answer_promises import MONEY_CAME, AnswerPromises
from tests.property.simulation.call_promises import CallPromises
from tests.property.simulation.ledger import is_decided, is_proof
from tests.property.simulation.row_promises import RowPromises
from tests.property.simulation.webhook_promises import WebhookPromises

S = Status


class Watchdog(RowPromises, CallPromises, AnswerPromises, WebhookPromises):
    """Raises ViolationError at the first broken promise."""

    def end(self, sink_leaks: list[str]) -> None:
        """Faults ended long ago, and the last status sync was taken."""
        self.hold("no personal data and no secret in a log or metric", not sink_leaks, sink_leaks)
        for order in self.finpay.order_store.all():
            order_id = order.new.callback_url.split("/")[-2]
            row = self.rows.get(order_id)
            kept = row is not None or order_id.startswith("STRANGER")
            self.hold("no payment is lost", kept, order)
            # What was paid and voided before anybody could know has left nothing to credit.
            if row is not None and order.payment is not None and order.status != "CANCELLED":
                self._end_of_paid(row)
        for row in self.rows.values():
            last = self.finpay.find(row.effective_gateway_order_id)
            if last and last.status == "SETTLING":  # Finpay has not decided, so it stays open
                continue
            final = row.status not in {S.INITIATING, S.PENDING}
            self.hold("every payment is final in the end", final, row)
            self.hold("a final payment is watched no more", row.next_sync_at is None, row)
        for order_id in self.stale:
            row = self.rows[order_id]
            asked = any(isinstance(e, Report) and e.kind is Kind.CANCELLED for e in row.ledger)
            seen = asked or row.status is not S.PAID or is_decided(row)
            self.hold("money that came late is looked into", seen, row)
        self.end_of_webhooks()

    def _end_of_paid(self, row: Payment) -> None:
        kept = row.status in MONEY_CAME or is_decided(row)
        self.hold("what Finpay holds as paid is PAID here, or in review", kept, row)
        if row.status is S.REVIEW:
            told = self.told(row)
            reason = any(not is_proof(f, row) and f.paid for f in told) or any(
                f.status in {"REFUNDED", "PARTIALLY_REFUNDED", "CANCELLED"} for f in told
            )
            self.hold("REVIEW has a reason", reason, row, told)
