"""The stream of the payments table: each record is a payment before and after one write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from payments.aws.payment_items import to_payment

if TYPE_CHECKING:
    from payments.webhooks.publish_events import RowChange


def read_changes(writes: Iterable[Mapping[str, Any]]) -> tuple[list[RowChange], str]:
    """Return the changes before the first unreadable record, and its sequence number.

    `writes` are the members `dynamodb` of the records. The sequence number is empty if all records
    are readable. Otherwise Lambda retries from that record, and finally sends it to the dead-letter
    queue.
    """
    changes: list[RowChange] = []
    for written in writes:
        try:
            changes.append((to_payment(written["OldImage"]), to_payment(written["NewImage"])))
        except (KeyError, TypeError, ValueError):
            return changes, str(written["SequenceNumber"])
    return changes, ""
