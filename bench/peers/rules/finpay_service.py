"""Initiate, callback and status: the same checks and writes in every peer."""

import hashlib
import time
import uuid
from datetime import datetime
from typing import Any

import requests
from botocore.exceptions import ClientError

from payments.callbacks.signature import verify
from payments.callbacks.url_token import callback_url, is_callback_token
from rules.model import Callback, Payment

_SECONDS = (3.05, 10)


class RefusedError(Exception):
    """Answered with this HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class FinpayService:
    """A table (`boto3.resource`), Finpay's address and the merchant's pair."""

    def __init__(self, table: Any, finpay: str, merchant_id: str, merchant_key: str) -> None:
        self._table = table
        self._finpay = finpay
        self._key = merchant_key
        self._session = requests.Session()
        self._session.auth = (merchant_id, merchant_key)

    def initiate(self, payment: Payment, storefront_id: str, base_url: str) -> dict[str, Any]:
        """Reserve the order id, ask Finpay for the code, store the code."""
        body = payment.model_dump(mode="json", by_alias=True, exclude_none=True)
        order_id, now, lease = payment.order.id, _now(), uuid.uuid4().hex[:16]
        item = {
            "orderId": order_id,
            "storefrontId": storefront_id,
            "status": "INITIATING",
            "version": 1,
            "amount": int(payment.order.amount),
            "currency": payment.order.currency,
            "sourceOfFunds": payment.source_of_funds.type,
            "requestFingerprint": hashlib.sha256(payment.model_dump_json().encode()).hexdigest(),
            "gatewayOrderId": order_id,
            "createdAt": now,
            "updatedAt": now,
            "webhookUrl": str(payment.url.callback_url),
            "syncShard": str(int(hashlib.sha256(order_id.encode()).hexdigest(), 16) % 10),
            "nextSyncAt": now + 120_000,
            "leaseId": lease,
            "history": [{"status": "INITIATING", "at": now, "by": "initiate", "writeId": lease}],
        }
        self._write(
            self._table.put_item, Item=item, ConditionExpression="attribute_not_exists(orderId)"
        )
        body["url"]["callbackUrl"] = callback_url(base_url, order_id, self._key)
        answer = self._session.post(
            self._finpay + "/pg/payment/card/initiate", json=body, timeout=_SECONDS
        )
        answer.raise_for_status()
        code = answer.json()
        if code["responseCode"] != "2000000":
            raise RefusedError(502, code["responseCode"])
        expiry = datetime.fromisoformat(code["expiryLink"] + "+07:00")
        written = self._change(
            order_id,
            {
                "status": "PENDING",
                "paymentCode": code["paymentCode"],
                "redirectUrl": code["redirecturl"],
                "expiresAt": int(expiry.timestamp() * 1000),
            },
            "initiate",
            "#status = :from AND leaseId = :lease",
            {":from": "INITIATING", ":lease": lease},
        )
        return view(written)

    def apply_status(self, order_id: str, body: bytes, callback: Callback) -> None:
        """Settle an admitted callback, by one conditional write."""
        order, paid = callback.order, callback.result.payment
        if order.id != order_id:
            raise RefusedError(404, "other order")
        if paid.status != "PAID":
            return
        self._change(
            order_id,
            {
                "status": "PAID",
                "paidAt": _now(),
                "paidAmount": paid.amount,
                "finpayReference": paid.reference,
                "channel": paid.channel,
            },
            "callback",
            "#status IN (:initiating, :pending) AND amount = :amount AND currency = :currency",
            {
                ":initiating": "INITIATING",
                ":pending": "PENDING",
                ":amount": order.amount,
                ":currency": order.currency,
            },
            hashlib.sha256(body).hexdigest()[:32],
        )

    def admit(self, order_id: str, token: str, body: bytes) -> None:
        """Whether a callback is Finpay's; raises RefusedError or SignatureError."""
        if not is_callback_token(token, order_id, [self._key]):
            raise RefusedError(404, "no such route")
        verify(body, [self._key])

    def status(self, order_id: str, storefront_id: str) -> dict[str, Any]:
        """The payment, read strongly consistent."""
        found = self._table.get_item(Key={"orderId": order_id}, ConsistentRead=True).get("Item")
        if found is None or found["storefrontId"] != storefront_id:
            raise RefusedError(404, "not found")
        return view(found)

    def _change(
        self,
        order_id: str,
        fields: dict[str, Any],
        by: str,
        condition: str,
        values: dict[str, Any],
        payload_digest: str = "",
    ) -> dict[str, Any]:
        now = _now()
        entry = {"status": fields["status"], "at": now, "by": by, "writeId": uuid.uuid4().hex[:16]}
        fields = fields | {"updatedAt": now}
        sets = [f"#{name} = :{name}" for name in fields]
        sets += ["version = version + :one", "history = list_append(history, :entry)"]
        written = self._write(
            self._table.update_item,
            Key={"orderId": order_id},
            UpdateExpression=f"SET {', '.join(sets)} REMOVE leaseId",
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in fields},
            ExpressionAttributeValues=values
            | {f":{name}": value for name, value in fields.items()}
            | {
                ":one": 1,
                ":entry": [entry | ({"payloadDigest": payload_digest} if payload_digest else {})],
            },
            ReturnValues="ALL_NEW",
        )
        attributes: dict[str, Any] = written["Attributes"]
        return attributes

    def _write(self, write: Any, **request: Any) -> Any:
        try:
            return write(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise RefusedError(409, "conflict") from None
            raise


def view(item: dict[str, Any]) -> dict[str, Any]:
    """A payment as storefronts see it; DynamoDB's numbers are decimals."""
    shown = ("orderId", "status", "currency", "sourceOfFunds", "paymentCode", "redirectUrl")
    numbers = ("version", "amount", "createdAt", "updatedAt", "expiresAt", "paidAmount", "paidAt")
    return {name: item.get(name) for name in shown} | {
        name: int(item[name]) if name in item else None for name in numbers
    }


def acknowledged(started: float) -> dict[str, Any]:
    """Finpay's own words for a callback that is dealt with."""
    took = round(time.perf_counter() - started, 3)
    return {"responseCode": "2000000", "responseMessage": "Success", "processingTime": took}


def _now() -> int:
    return int(time.time() * 1000)
