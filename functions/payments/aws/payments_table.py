"""The payments table.

The SDK retries a call whose response was lost. If the first call was applied, the condition of the
retry fails, and the item that DynamoDB returns has the write's own id. This is a success.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.aws import lease_write_expressions, payment_write_expressions
from payments.aws.payment_items import to_payment
from payments.aws.sdk_errors import ConditionFailed, translated
from payments.domain.payment import Lease, Payment
from payments.domain.payment_change import Applied, Change, Refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


SYNC_PAGE = 500


@dataclass(frozen=True, slots=True)
class DynamoPayments:
    """The payments table; implements PaymentStore and DuePayments of `domain.interfaces`."""

    client: DynamoDBClient
    table: str

    def reserve(self, payment: Payment) -> Payment | None:
        """Store a new payment; return the existing payment if the order id is taken, else None."""
        try:
            with translated():
                self.client.put_item(**payment_write_expressions.reserve(self.table, payment))
        except ConditionFailed as failed:
            found = _found(failed)
            return None if found and found.has_write(payment.history[0].write_id) else found
        return None

    def get(self, order_id: str) -> Payment | None:
        """Read a payment with strong consistency; return None if there is none."""
        with translated():
            answer = self.client.get_item(**payment_write_expressions.get(self.table, order_id))
        return to_payment(answer["Item"]) if "Item" in answer else None

    def apply(self, change: Change) -> Applied | Refused:
        """Apply a change if its conditions hold."""
        try:
            with translated():
                answer = self.client.update_item(
                    **payment_write_expressions.change(self.table, change)
                )
        except ConditionFailed as failed:
            found = _found(failed)
            return (
                Applied(found)
                if found and found.has_write(change.entry.write_id)
                else Refused(found)
            )
        return Applied(to_payment(answer["Attributes"]))

    def withdraw(self, order_id: str, lease: str) -> None:
        """Delete a payment if it is in its first version and has this lease; else do nothing."""
        try:
            with translated():
                self.client.delete_item(
                    **payment_write_expressions.withdraw(self.table, order_id, lease)
                )
        except ConditionFailed:
            return

    def take_lease(
        self, payment: Payment, lease: Lease, last_attempt_at: int, next_sync_at: int | None = None
    ) -> Payment | None:
        """Replace the lease of an INITIATING payment, and set its `last_attempt_at`.

        With a `next_sync_at`, also schedule the next status sync. Returns None if the lease or the
        status changed since the payment was read.
        """
        if payment.lease is None:
            return None
        request = lease_write_expressions.take_lease(
            self.table, payment.order_id, payment.lease, lease, last_attempt_at, next_sync_at
        )
        return self._conditional_update(request, lambda found: found.lease == lease)

    def update_lease(self, order_id: str, lease: Lease) -> None:
        """Store the lease anew; do nothing if another caller has taken it or none exists."""
        self._conditional_update(
            lease_write_expressions.update_lease(self.table, order_id, lease), lambda _: False
        )

    def schedule_sync(self, order_id: str, due_at: int) -> None:
        """Schedule a status sync (epoch milliseconds), unless an earlier one is scheduled."""
        self._conditional_update(
            lease_write_expressions.schedule_sync(self.table, order_id, due_at), lambda _: False
        )

    def begin_sync(
        self, order_id: str, due_at: int, next_due_at: int, write_id: str
    ) -> Payment | None:
        """Begin the status sync that is due at `due_at`, and schedule the next one.

        Returns None if another caller began it or it is no longer due.
        """
        request = lease_write_expressions.begin_sync(
            self.table, order_id, due_at, next_due_at, write_id
        )
        return self._conditional_update(request, lambda found: found.sync_id == write_id)

    def end_sync(self, order_id: str, write_id: str, due_at: int | None) -> None:
        """Schedule the next status sync; with a `due_at` of None, end the schedule.

        Does nothing if another write changed the schedule since the status sync `write_id` began.
        """
        self._conditional_update(
            lease_write_expressions.end_sync(self.table, order_id, write_id, due_at),
            lambda _: False,
        )

    def begin_confirmation(
        self, order_id: str, now: int, before: int, write_id: str
    ) -> Payment | None:
        """Begin the confirmation of an unverified callback.

        Returns None if a confirmation began since `before` (epoch milliseconds) or if there is no
        such payment.
        """
        request = lease_write_expressions.begin_confirmation(
            self.table, order_id, now, before, write_id
        )
        return self._conditional_update(request, lambda found: found.confirmation_id == write_id)

    def due(self, shard: str, now: int) -> Iterator[tuple[str, int]]:
        """Yield order id and due time of the due payments of a shard, the oldest due time first."""
        start = None
        while True:
            with translated():
                page = self.client.query(
                    **lease_write_expressions.due(self.table, shard, now, SYNC_PAGE, start)
                )
            for item in page["Items"]:
                yield item["orderId"]["S"], int(item["nextSyncAt"]["N"])
            if not (start := page.get("LastEvaluatedKey")):
                return

    def _conditional_update(
        self, request: UpdateItemInputTypeDef, is_own: Callable[[Payment], bool]
    ) -> Payment | None:
        """Return the payment after the write, or None if the condition fails."""
        try:
            with translated():
                answer = self.client.update_item(**request)
        except ConditionFailed as failed:
            found = _found(failed)
            return found if found and is_own(found) else None
        return to_payment(answer["Attributes"])


def _found(failed: ConditionFailed) -> Payment | None:
    return to_payment(failed.item) if failed.item else None
