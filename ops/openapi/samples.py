"""The examples of the document, from the events of events/: two bodies, and a payment's states."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from payments.aws.payment_items import to_payment
from payments.domain.payment import ReceivedMoney
from payments.domain.transition_table import Status

_EVENTS = Path(__file__).parents[2] / "events"


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text())
    return event


REQUEST: dict[str, Any] = json.loads(_event("initiate")["body"])
"""Finpay's sample request."""
CALLBACK: dict[str, Any] = json.loads(_event("callback_paid")["body"])

_PAID_AT = 1_680_577_200_000  # the time in the callback, 2023-04-04 10:00:00 WIB

PENDING = to_payment(_event("payment_stream")["Records"][0]["dynamodb"]["NewImage"])
PAID = replace(
    PENDING,
    status=Status.PAID,
    version=3,
    updated_at=_PAID_AT + 1_250,
    received=ReceivedMoney(
        paid_at=_PAID_AT,
        paid_amount=PENDING.amount,
        payment_reference="8f0e1d2c",
        channel="INDOMARET",
    ),
)
CANCELLED = replace(PENDING, status=Status.CANCELLED, version=3, updated_at=_PAID_AT)
ORDER_ID = PENDING.order_id
