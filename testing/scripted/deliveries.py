"""Deliveries of webhooks as Standard Webhooks 1.0 describes them, written without our sender."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

type Delivery = tuple[dict[str, str], bytes]

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NEXT_SECRET = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
FOREIGN_SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()


def make_payment(order_id: str, **overrides: Any) -> dict[str, Any]:
    """A PENDING payment as GET /payments/{orderId} shows it."""
    return {
        "orderId": order_id,
        "status": "PENDING",
        "version": 2,
        "amount": 150_000,
        "currency": "IDR",
        "sourceOfFunds": "finpaycode",
        "paymentCode": "8802700000000001",
        "redirectUrl": "https://devo.finpay.id/widgetpg/pending/1",
        "expiresAt": "2026-11-26T09:56:35+07:00",
        "appUrl": None,
        "imageUrl": None,
        "accountList": None,
        "paidAmount": None,
        "overpaidAmount": None,
        "refundedAmount": None,
        "paidAt": None,
        "paidLate": False,
        "channel": None,
        "finpayReference": None,
        "createdAt": "2026-11-25T02:56:35.412Z",
        "updatedAt": "2026-11-25T02:56:36.384Z",
        **overrides,
    }


def make_delivery(
    payment: dict[str, Any], *, secrets: tuple[str, ...] = (SECRET,), age: int = 0, about: str = ""
) -> Delivery:
    """Headers and body of an attempt `age` seconds ago, signed with each of the secrets.

    `about` is `overpaid` for the event about the excess; without it, the event is of the status.
    """
    event = {
        "type": f"payment.{about or payment['status'].lower()}",
        "timestamp": payment["updatedAt"],
        "data": payment,
    }
    body = json.dumps(event).encode()
    event_id = f"evt_{payment['orderId']}_{payment['version']}" + (about and f"_{about}")
    timestamp = str(int(time.time()) - age)
    headers = {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            signature(secret, event_id, timestamp, body) for secret in secrets
        ),
    }
    return headers, body


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
