"""The comparison with Finpay as a table, and added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ops import wib
from ops.agreement import Difference
from ops.report import Row
from payments.ledger.entry import Report

if TYPE_CHECKING:
    from payments.domain.payment import Payment

COLUMNS = (
    "orderId",
    "storefrontId",
    "createdAt",
    "ourStatus",
    "ourAmount",
    "paidAmount",
    "overpaidAmount",
    "refundedAmount",
    "references",
    "finpayStatus",
    "finpayAmount",
    "finpayPaidAmount",
    "finpayReferences",
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
        "overpaidAmount": payment.standing.overpaid if payment else None,
        "refundedAmount": payment.standing.refunded if payment else None,
        "references": _references(payment) if payment else [],
        "finpayStatus": reported.status if reported else None,
        "finpayAmount": reported.amount if reported else None,
        "finpayPaidAmount": reported.paid_amount if reported else None,
        "finpayReferences": _finpay_references(row),
        "difference": row.difference,
        "why": row.why or None,
    }


def as_text(row: Row) -> dict[str, Any]:
    """A row of a CSV file: references are separated by spaces."""
    return {
        name: " ".join(value) if isinstance(value, list) else value
        for name, value in as_json(row).items()
    }


def _references(payment: Payment) -> list[str]:
    """All references of payments and refunds that were reported, each once."""
    reports = [one for one in payment.ledger if isinstance(one, Report)]
    named = [name for one in reports for name in (one.reference, one.order_reference) if name]
    return list(dict.fromkeys(named))


def _finpay_references(row: Row) -> list[str]:
    """What Finpay says now, of all orders of the payment."""
    found = (one.reported for one in (row.said, *row.others) if one.reported)
    named = [name for one in found for name in (one.payment_reference, one.order_reference) if name]
    return list(dict.fromkeys(named))


def totals(found: Sequence[Row]) -> dict[str, int]:
    """How many rows there are of each kind."""
    counted = Counter(row.difference for row in found)
    return {kind.value: counted[kind] for kind in Difference}
