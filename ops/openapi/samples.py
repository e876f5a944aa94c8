"""The examples of the document, from the events of events/: two bodies, and a payment's states."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from payments.aws.payment_items import to_payment
from payments.domain.money_rules import after, report_of
from payments.domain.payment import Payment, Source
from payments.domain.transition_table import Status
from payments.order_report import read_gateway_status

_EVENTS = Path(__file__).parents[2] / "events"


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text())
    return event


REQUEST: dict[str, Any] = json.loads(_event("initiate")["body"])
"""Finpay's sample request."""
CALLBACK: dict[str, Any] = json.loads(_event("callback_paid")["body"])


def callback_of(**payment: Any) -> dict[str, Any]:
    """The callback with other members of `result.payment`, without its signature."""
    callback = deepcopy(CALLBACK)
    del callback["signature"]
    callback["result"]["payment"] |= payment
    return callback


SECOND_PAYMENT = callback_of(reference="a7c31b90", datetime="2023-04-04 10:05:00")
PARTIAL_REFUND = callback_of(status="PARTIALLY_REFUNDED", amount=300)


def _after(payment: Payment, callback: dict[str, Any], at: int) -> Payment:
    """The payment after a callback, received `at` epoch milliseconds."""
    reported = read_gateway_status(callback, "", Source.CALLBACK)
    if reported is None:
        raise ValueError("the callback of the example is not readable")
    trigger = reported.trigger(payment.amount, payment.currency)
    ledger, status = after(payment, report_of(reported, trigger, at))
    return replace(
        payment,
        status=status,
        version=payment.version + 1,
        updated_at=at,
        ledger=ledger.entries,
    )


_PAID_AT = 1_680_577_200_000  # the time in the callback, 2023-04-04 10:00:00 WIB

PENDING = to_payment(_event("payment_stream")["Records"][0]["dynamodb"]["NewImage"])
PAID = _after(PENDING, CALLBACK, _PAID_AT + 1_250)
OVERPAID = _after(PAID, SECOND_PAYMENT, _PAID_AT + 301_250)
PARTIALLY_REFUNDED = _after(PAID, PARTIAL_REFUND, _PAID_AT + 901_250)
CANCELLED = replace(PENDING, status=Status.CANCELLED, version=3, updated_at=_PAID_AT)
ORDER_ID = PENDING.order_id
