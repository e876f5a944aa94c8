"""The tables. The only module that calls DynamoDB.

The SDK retries a call whose answer was lost, and a conditional write that was applied then meets
itself: the old item that comes back bears the write's own mark, and that is a success.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from payments import writes
from payments.clock import Clock
from payments.errors import Unavailable
from payments.items import to_payment
from payments.payment import Applied, Change, Payment, Refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.claim import Claim

_QUARANTINE_DAYS = 90


class _ConditionFailed(Exception):
    """The item is not as the write requires; `item` is what is there instead, if anything."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.payment = to_payment(item) if item else None


@contextmanager
def translated() -> Iterator[None]:
    """The SDK's errors as ours. What it says is dropped: it may quote the item."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            item = cast("dict[str, Any] | None", error.response.get("Item"))
            raise _ConditionFailed(item) from None
        raise Unavailable(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class DynamoPayments:
    """The payments table; see ports.PaymentStore."""

    client: DynamoDBClient
    table: str

    def reserve(self, payment: Payment) -> Payment | None:
        """Store a new payment; return the one that is there already, if there is one."""
        try:
            with translated():
                self.client.put_item(**writes.reserve(self.table, payment))
        except _ConditionFailed as failed:
            found = failed.payment
            return None if found and found.bears(payment.history[0].mark) else found
        return None

    def get(self, order_id: str) -> Payment | None:
        """Read a payment, strongly consistent."""
        with translated():
            answer = self.client.get_item(**writes.get(self.table, order_id))
        return to_payment(answer["Item"]) if "Item" in answer else None

    def apply(self, change: Change) -> Applied | Refused:
        """Change a payment, if the change applies to it."""
        try:
            with translated():
                answer = self.client.update_item(**writes.change(self.table, change))
        except _ConditionFailed as failed:
            found = failed.payment
            return Applied(found) if found and found.bears(change.entry.mark) else Refused(found)
        return Applied(to_payment(answer["Attributes"]))

    def withdraw(self, order_id: str, lease: str) -> None:
        """Remove a payment that never got beyond the reservation holding this lease."""
        try:
            with translated():
                self.client.delete_item(**writes.withdraw(self.table, order_id, lease))
        except _ConditionFailed:
            return


@dataclass(frozen=True, slots=True)
class DynamoQuarantine:
    """The quarantine table; see ports.Quarantine."""

    client: DynamoDBClient
    table: str
    clock: Clock

    def keep(self, order_id: str, reason: str, evidence: str, claim: Claim | None) -> None:
        """Store it once, however often the same callback comes; gone after 90 days."""
        now = self.clock()
        item = {
            "orderId": order_id,
            "evidence": evidence,
            "reason": reason,
            "receivedAt": now,
            "deleteAt": now // 1000 + _QUARANTINE_DAYS * 86_400,
        }
        with translated():
            self.client.put_item(**writes.quarantine(self.table, item, claim))
