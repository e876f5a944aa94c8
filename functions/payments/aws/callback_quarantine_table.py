"""The quarantine table: callbacks that were not applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payments.aws.payment_items import marshal
from payments.aws.sdk_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutItemInputTypeDef

    from payments.domain.clock import Clock
    from payments.domain.gateway_status import GatewayStatus, QuarantineReason

_QUARANTINE_DAYS = 90


@dataclass(frozen=True, slots=True)
class DynamoQuarantine:
    """The quarantine table; implements `domain.interfaces.Quarantine`."""

    client: DynamoDBClient
    table: str
    clock: Clock

    def keep(
        self,
        order_id: str,
        reason: QuarantineReason,
        payload_digest: str,
        reported: GatewayStatus | None,
    ) -> None:
        """Store one record per payload digest. It expires 90 days after the last receipt."""
        now = self.clock()
        item = {
            "orderId": order_id,
            "payloadDigest": payload_digest,
            "reason": reason.value,
            "receivedAt": now,
            "deleteAt": now // 1000 + _QUARANTINE_DAYS * 86_400,
        }
        with translated():
            self.client.put_item(**put(self.table, item, reported))


def put(table: str, item: dict[str, Any], reported: GatewayStatus | None) -> PutItemInputTypeDef:
    """Return the write of a record with the reported values. It never has the body."""
    values = (
        {
            "reportedStatus": reported.status,
            "reportedAmount": reported.effective_paid_amount,
            "reportedCurrency": reported.currency,
            "finpayReference": reported.reference,
        }
        if reported
        else {}
    )
    present = {name: value for name, value in values.items() if value is not None}
    return {"TableName": table, "Item": marshal(item | present)}
