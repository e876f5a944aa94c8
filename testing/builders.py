"""Builders of what comes from outside: storefronts' requests, Finpay's callbacks, events."""

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from payments.callbacks import php_json, signature
from payments.callbacks.url_token import callback_token
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import Entry, Lease, Payment, ReceivedMoney, Source
from payments.domain.transition_table import Status
from payments.ledger.entry import Kind, Report, Reporter
from testing.personal_data import marks

EVENTS = Path(__file__).parent.parent / "events"
MERCHANT_ID, MERCHANT_KEY = marks.MERCHANT_ID, marks.MERCHANT_KEY
SAMPLE_ORDER_ID = "1680576995412"
NOW = 1_680_576_995_412
"""The sample's order id, read as epoch milliseconds: 2023-04-04 02:56:35 UTC."""


def load_event(name: str) -> dict[str, Any]:
    """An event file as API Gateway sends it."""
    event: dict[str, Any] = json.loads(_text_of_event(name))
    return event


def make_http_event(sample: str, route: str | None = None, /, **parameters: str) -> dict[str, Any]:
    """An event file as API Gateway sends it for a route and its path parameters, decoded.

    Without a route the event keeps its own. `{name}` in a route needs a parameter of this name.
    """
    event = load_event(sample)
    context = event["requestContext"]
    event["routeKey"] = context["routeKey"] = route or event["routeKey"]
    method, _, template = event["routeKey"].partition(" ")
    event["rawPath"] = template.format(**parameters)
    context["http"] |= {"method": method, "path": event["rawPath"]}
    # API Gateway leaves out what there is none of.
    event.pop("pathParameters", None)
    return event | ({"pathParameters": parameters} if parameters else {})


@cache
def _text_of_event(name: str) -> str:
    return (EVENTS / f"{name}.json").read_text()


def make_request_body(**order: Any) -> dict[str, Any]:
    """Finpay's sample request of the marked customer, with other members of `order`."""
    body: dict[str, Any] = json.loads(load_event("initiate")["body"])
    body["customer"] = make_customer()
    body["order"] |= {"description": f"{marks.NOTE} {marks.FIRST_NAME}"} | order
    contact = {name: value for name, value in make_customer().items() if name != "id"}
    body["shipping"] = {"contact": contact, "address": {"street": marks.STREET}}
    body["meta"] = {"data": {"note": marks.NOTE}}
    return body


def make_customer() -> dict[str, str]:
    """Somebody who is in all requests and callbacks, and whom the canary looks for everywhere."""
    return {
        "id": marks.CUSTOMER_ID,
        "email": marks.EMAIL,
        "firstName": marks.FIRST_NAME,
        "lastName": marks.LAST_NAME,
        "mobilePhone": marks.PHONE,
    }


def make_initiate_event(
    body: Any = None, *, storefront: str = "demo", origins: str = "*", **changes: Any
) -> dict[str, Any]:
    """`POST /payments` of a storefront; a body that is no text is sent as JSON."""
    event = load_event("initiate")
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    context = {"storefrontId": storefront, "allowedOrigins": origins}
    event["requestContext"]["authorizer"] = {"lambda": context}
    return event | changes


def make_status_event(
    order_id: str = SAMPLE_ORDER_ID, *, storefront: str = "demo", **headers: str
) -> dict[str, Any]:
    """`GET /payments/{orderId}` of a storefront."""
    event = make_http_event("status", orderId=order_id)
    event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    event["requestContext"]["authorizer"] = {"lambda": {"storefrontId": storefront}}
    return event


def make_cancel_event(
    order_id: str = SAMPLE_ORDER_ID, *, storefront: str = "demo"
) -> dict[str, Any]:
    """`POST /payments/{orderId}/cancel` of a storefront."""
    event = make_http_event("cancel", orderId=order_id)
    event["requestContext"]["authorizer"] = {"lambda": {"storefrontId": storefront}}
    return event


def make_syncs_event(*messages: tuple[str, str]) -> dict[str, Any]:
    """A batch of the queue of status syncs: message ids with their bodies."""
    event = load_event("reconcile_syncs")
    (record,) = event["Records"]
    event["Records"] = [record | {"messageId": name, "body": body} for name, body in messages]
    return event


def make_callback_fields(
    order_id: str = SAMPLE_ORDER_ID, status: str = "PAID", amount: Any = 1000, **payment: Any
) -> dict[str, Any]:
    """A callback of the payment-code shape, without its signature."""
    return {
        "merchant": {"id": MERCHANT_ID},
        "customer": {"id": marks.EMAIL, "name": f"{marks.FIRST_NAME} {marks.LAST_NAME}"},
        "order": {"id": order_id, "reference": "", "amount": amount, "currency": "IDR"},
        "transaction": {"acquirerId": None},
        "sourceOfFunds": {"type": "finpaycode", "paymentCode": "8802700000076850"},
        "meta": {"data": {"note": marks.NOTE, "phone": marks.PHONE}},
        "result": {
            "payment": {
                "status": status,
                "statusDesc": None,
                "userDesc": "",
                "datetime": "2023-04-04 10:00:00",
                "reference": "8f0e1d2c",
                "channel": "INDOMARET",
                "amount": amount,
            }
            | payment
        },
    }


def make_callback_body(fields: dict[str, Any] | None = None, key: str = MERCHANT_KEY) -> str:
    """The callback as PHP sends it, signed."""
    signed: Any = deepcopy(make_callback_fields() if fields is None else fields)
    signed["signature"] = signature.sign(signed, key)
    return php_json.encode(signed)


def make_callback_event(
    body: str | None = None,
    *,
    order_id: str = SAMPLE_ORDER_ID,
    token: str | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """`POST /callbacks/finpay/{orderId}/{token}`.

    The token is the one that Finpay was given for the order, if no other is given here.
    """
    if token is None:
        token = callback_token(order_id, MERCHANT_KEY)
    event = make_http_event("callback_paid", orderId=order_id, token=token)
    event["body"] = make_callback_body() if body is None else body
    return event | changes


def make_payment(*, received: ReceivedMoney | None = None, **overrides: Any) -> Payment:
    """A payment just reserved. `received` becomes a callback's report of money in the ledger."""
    status = overrides.get("status", Status.INITIATING)
    fields: dict[str, Any] = {
        "order_id": SAMPLE_ORDER_ID,
        "storefront_id": "demo",
        "status": status,
        "version": 1,
        "amount": 1000,
        "currency": "IDR",
        "source_of_funds": "finpaycode",
        "request_fingerprint": "0" * 32,
        "gateway_order_id": overrides.get("order_id", SAMPLE_ORDER_ID),
        "timeout": 1_440,
        "last_attempt_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
        "webhook_url": "https://shop.example/finpay/webhook",
        "history": (Entry(status, NOW, Source.INITIATE, "write-1"),),
        "lease": Lease("write-1", NOW + 35_000) if status is Status.INITIATING else None,
    }
    payment = Payment(**fields | overrides)
    return replace(payment, ledger=(_report_of(received, payment),)) if received else payment


def _report_of(received: ReceivedMoney, payment: Payment) -> Report:
    return make_report(
        gateway_order_id=received.gateway_order_id or payment.order_id,
        amount=received.paid_amount,
        currency=payment.currency,
        order_amount=payment.amount,
        paid_at=received.paid_at,
        reference=received.payment_reference,
        order_reference=received.order_reference,
        channel=received.channel,
        late=received.late,
    )


def make_report(kind: Kind = Kind.PAID, **overrides: Any) -> Report:
    """A callback reports money for the sample order, without a reference and without a time."""
    fields: dict[str, Any] = {
        "reporter": Reporter.CALLBACK,
        "recorded_at": NOW,
        "gateway_order_id": SAMPLE_ORDER_ID,
        "amount": 1000,
        "currency": "IDR",
        "order_amount": 1000,
    }
    return Report(kind, **fields | overrides)


def make_gateway_status(**overrides: Any) -> GatewayStatus:
    """Finpay says that the sample order is paid."""
    fields: dict[str, Any] = {
        "gateway_order_id": SAMPLE_ORDER_ID,
        "status": "PAID",
        "amount": 1000,
        "currency": "IDR",
        "paid_amount": 1000,
        "paid_amount_given": True,
        "paid_at": NOW + 60_000,
        "payment_reference": "8f0e1d2c",
        "order_reference": None,
        "channel": "INDOMARET",
        "payment_code": "8802700000076850",
        "payload_digest": "e" * 16,
        "source": Source.CALLBACK,
    }
    return GatewayStatus(**fields | overrides)
