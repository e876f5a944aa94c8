"""The payments table's stream: what a payment was and what it became, by one write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from payments.aws.items import to_payment

if TYPE_CHECKING:
    from payments.webhooks.publish import Change


def read_changes(records: Iterable[Mapping[str, Any]]) -> tuple[list[Change], str]:
    """The changes up to the first record that cannot be read, and that one's sequence number.

    It is empty if all could be read. The stream goes on from there, or puts the record aside.
    """
    changes: list[Change] = []
    for record in records:
        written = record["dynamodb"]
        try:
            changes.append((to_payment(written["OldImage"]), to_payment(written["NewImage"])))
        except (KeyError, TypeError, ValueError):
            return changes, str(written["SequenceNumber"])
    return changes, ""
