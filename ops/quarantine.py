"""The payload digest of callbacks that changed no payment.

Of a callback its body is never kept: the row has a hash of what it said, why it proved nothing, and
what it reported. So nothing here can be credited again; only Finpay can be asked about the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops import wib
from ops.rupiah import rupiah
from payments.aws.payment_items import marshal, unmarshal
from payments.domain.gateway_status import QuarantineReason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REASONS: Mapping[str, str] = {
    QuarantineReason.SIGNATURE: "nobody who knows the merchant key signed it",
    QuarantineReason.UNREADABLE: "signed, but it names no order or no status",
    QuarantineReason.UNKNOWN_ORDER: "signed, for an order that is not here",
    QuarantineReason.OTHER_ORDER: "signed, for another order than the one it was sent to",
    QuarantineReason.MISMATCH: "signed, of another amount or currency than was ordered",
    QuarantineReason.LEDGER_FULL: "signed, of money for which the payment's ledger has no room",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One row; times in epoch ms, the amount in rupiah. Strangers can report anything."""

    order_id: str
    payload_digest: str
    reason: str
    received_at: int
    gone_at: int
    reported_status: str | None = None
    reported_amount: int | None = None
    reported_currency: str | None = None
    finpay_reference: str | None = None


def of(dynamodb: DynamoDBClient, table: str, order_id: str) -> list[Kept]:
    """What is kept of the callbacks of an order, oldest first."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="orderId = :id",
        ExpressionAttributeValues=marshal({":id": order_id}),
    )
    found = [_kept(item) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda one: one.received_at)


def every(dynamodb: DynamoDBClient, table: str, reason: str | None = None) -> Iterator[Kept]:
    """All rows, or those of a reason, in no order. Reads the whole table, which has 90 days."""
    request: dict[str, Any] = {"TableName": table}
    if reason:
        request |= {
            "FilterExpression": "reason = :reason",
            "ExpressionAttributeValues": marshal({":reason": reason}),
        }
    for page in dynamodb.get_paginator("scan").paginate(**request):
        yield from map(_kept, page["Items"])


def as_json(kept: Kept) -> dict[str, Any]:
    """A row for machines; times in ISO 8601 (WIB), null where nothing was reported."""
    return {
        "orderId": kept.order_id,
        "payloadDigest": kept.payload_digest,
        "reason": kept.reason,
        "receivedAt": wib.iso(kept.received_at),
        "goneAt": wib.iso(kept.gone_at),
        "reportedStatus": kept.reported_status,
        "reportedAmount": kept.reported_amount,
        "reportedCurrency": kept.reported_currency,
        "finpayReference": kept.finpay_reference,
    }


def line(kept: Kept) -> str:
    """A row in one line."""
    reported = (
        f"reports {kept.reported_status} {rupiah(kept.reported_amount, kept.reported_currency)}"
        if kept.reported_status
        else "reports nothing that can be read"
    )
    return f"{wib.told(kept.received_at)}  {kept.order_id}  {kept.reason}  {reported}"


def _kept(item: dict[str, Any]) -> Kept:
    plain = unmarshal(item)
    return Kept(
        order_id=plain["orderId"],
        payload_digest=plain["payloadDigest"],
        reason=plain["reason"],
        received_at=plain["receivedAt"],
        gone_at=plain["deleteAt"] * 1000,
        reported_status=plain.get("reportedStatus"),
        reported_amount=plain.get("reportedAmount"),
        reported_currency=plain.get("reportedCurrency"),
        finpay_reference=plain.get("finpayReference"),
    )
