"""What Finpay says: its answers' codes and bodies, and its signed callbacks."""

import time
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from payments.callbacks.php_json import encode
from payments.callbacks.signature import sign
from simulator.clock import finpay_time
from simulator.orders import REFUNDS, Order, Payment

Fields = dict[str, Any]


class References(StrEnum):
    """Where a report of money has its reference. Finpay does not publish it."""

    PAYMENT = "payment"
    """As the reference of the order and of the payment."""
    ORDER = "order"
    """As the reference of the order only."""
    OWN = "own"
    """As in `payment`, but a status check has other references than callbacks."""
    NONE = "none"


class RefundAmounts(StrEnum):
    """What the amount of a refund report means. Finpay does not publish it."""

    PAID = "paid"
    """What was paid, however much of it went back."""
    EACH = "each"
    """What went back with this refund."""
    TOTAL = "total"
    """All that went back so far."""


def reported_payment(
    order: Order, references: References, amounts: RefundAmounts, *, is_check: bool
) -> Payment | None:
    """The payment of an order as a callback or a status check reports it."""
    payment = order.payment
    if payment is None:
        return None
    if order.status in REFUNDS and order.refunded and amounts is not RefundAmounts.PAID:
        total = amounts is RefundAmounts.TOTAL
        payment = replace(payment, amount=order.refunded if total else order.last_refund)
    if is_check and references is References.OWN:
        payment = replace(payment, reference=f"CHECK-{payment.reference}")
    return payment


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, Finpay's responseCode and message, and the members that come with them."""

    http_status: int
    code: str
    message: str
    members: Fields = field(default_factory=dict)


SUCCESS = Answer(200, "2000000", "Success")
BAD_REQUEST = Answer(400, "4000000", "Bad Request")
UNAUTHORIZED = Answer(401, "4010000", "Unauthorized")
FEATURE_NOT_ALLOWED = Answer(403, "4030001", "Feature Not Allowed")
NOT_PERMITTED = Answer(403, "4030015", "Transaction Not Permitted")
NOT_FOUND = Answer(404, "4040001", "Transaction Not Found")
INVALID_STATUS = Answer(404, "4040100", "Invalid Transaction Status")
DUPLICATE = Answer(409, "4090001", "Duplicate Order Id")
GENERAL_ERROR = Answer(500, "5000000", "General Error")
TIMEOUT = Answer(504, "5040000", "Timeout")


_OF_PAYMENT = frozenset({References.PAYMENT, References.OWN})
_OF_ORDER = _OF_PAYMENT | {References.ORDER}


def success(**members: Any) -> Answer:
    return Answer(200, SUCCESS.code, SUCCESS.message, members)


def invalid_field(name: str) -> Answer:
    """Names the member and never quotes its value, which may be personal."""
    return Answer(400, "4000001", f"Invalid Field Format. The {name} field is missing or invalid.")


def body_of(answer: Answer, started: float) -> Fields:
    """The whole body; `started` is a `time.perf_counter()` reading."""
    return {
        "responseCode": answer.code,
        "responseMessage": answer.message,
        **answer.members,
        "processingTime": time.perf_counter() - started,
        "traceId": str(uuid.uuid4()),
    }


def initiated(order: Order) -> Answer:
    members = {"redirecturl": order.redirect_url, "expiryLink": finpay_time(order.expires_at)}
    if order.payment_code is not None:
        members["paymentCode"] = order.payment_code
    return success(**members)


def checked(
    order: Order,
    merchant_id: str,
    *,
    show_code: bool,
    references: References = References.PAYMENT,
    amounts: RefundAmounts = RefundAmounts.PAID,
) -> Answer:
    """Before a payment: `result.payment.amount` 0 and `order.reference` "", as on the sandbox."""
    payment = reported_payment(order, references, amounts, is_check=True)
    facts = _facts(order, merchant_id, order.status, payment, references, show_code=show_code)
    return success(data=facts)


def callback_body(
    order: Order,
    merchant_id: str,
    merchant_key: str,
    status: str,
    payment: Payment | None,
    references: References = References.PAYMENT,
) -> bytes:
    """A signed callback as PHP sends it; the status and the payment need not be the order's own."""
    fields = callback_fields(order, merchant_id, status, payment, references)
    signed: Any = {**fields, "signature": sign(fields, merchant_key)}
    return encode(signed).encode()


def callback_fields(
    order: Order,
    merchant_id: str,
    status: str,
    payment: Payment | None,
    references: References = References.PAYMENT,
) -> Fields:
    """The body of a callback for a payment code, without its signature."""
    facts = _facts(order, merchant_id, status, payment, references, show_code=True)
    return {
        "merchant": facts["merchant"],
        "customer": facts["customer"],
        "order": facts["order"],
        "transaction": {"acquirerId": "FINNET"},
        "sourceOfFunds": facts["sourceOfFunds"],
        "meta": facts["meta"],
        "result": facts["result"],
    }


def _facts(
    order: Order,
    merchant_id: str,
    status: str,
    payment: Payment | None,
    references: References,
    *,
    show_code: bool,
) -> Fields:
    source: Fields = {"type": order.new.source or (payment.channel if payment else None)}
    if show_code and order.payment_code is not None:
        source["paymentCode"] = order.payment_code
    return {
        "merchant": {"id": merchant_id},
        "customer": {"id": order.new.customer_id},
        "order": {
            "id": order.order_id,
            "reference": payment.reference if payment and references in _OF_ORDER else "",
            "amount": order.new.amount,
            "currency": order.new.currency,
        },
        "meta": {"data": order.new.meta},
        "sourceOfFunds": source,
        "result": {"payment": _result(status, payment, references)},
    }


def _result(status: str, payment: Payment | None, references: References) -> Fields:
    words = status.replace("_", " ").capitalize()
    result: Fields = {
        "amount": payment.amount if payment else 0,
        "status": status,
        "statusDesc": words,
    }
    if payment is not None:
        result |= {
            "userDesc": words,
            "datetime": finpay_time(payment.paid_at),
            "channel": payment.channel,
        }
        if references in _OF_PAYMENT:
            result["reference"] = payment.reference
    return result
