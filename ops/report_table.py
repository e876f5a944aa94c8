"""A day's comparison with Finpay as a table, and added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ops import wib
from ops.agreement import Difference
from ops.report import Row

COLUMNS = (
    "orderId",
    "storefrontId",
    "createdAt",
    "ourStatus",
    "ourAmount",
    "paidAmount",
    "finpayStatus",
    "finpayAmount",
    "finpayPaidAmount",
    "difference",
    "why",
)


def as_json(row: Row) -> dict[str, Any]:
    """A row for machines, by COLUMNS; amounts in rupiah, times in ISO 8601 (WIB)."""
    payment, reported = row.payment, row.said.reported
    received = payment.received if payment else None
    return {
        "orderId": payment.order_id if payment else row.said.gateway_order_id,
        "storefrontId": payment.storefront_id if payment else None,
        "createdAt": wib.iso(payment.created_at) if payment else None,
        "ourStatus": payment.status if payment else None,
        "ourAmount": payment.amount if payment else None,
        "paidAmount": received.paid_amount if received else None,
        "finpayStatus": reported.status if reported else None,
        "finpayAmount": reported.amount if reported else None,
        "finpayPaidAmount": reported.paid_amount if reported else None,
        "difference": row.difference,
        "why": row.why or None,
    }


def totals(found: Sequence[Row]) -> dict[str, int]:
    """How many rows there are of each kind."""
    counted = Counter(row.difference for row in found)
    return {kind.value: counted[kind] for kind in Difference}
