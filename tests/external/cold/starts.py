"""What each function is asked first, with its settings and what it hears from outside."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from payments.aws.payment_items import to_item
from payments.domain.money_rules import report_of
from payments.domain.payment import IssuedCode
from payments.domain.transition_table import Status, Trigger
from testing.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    NOW,
    load_event,
    make_callback_event,
    make_gateway_status,
    make_initiate_event,
    make_payment,
    make_request_body,
    make_status_event,
)
from testing.template import environment, functions, template

_NOWHERE = "http://127.0.0.1:9"
_STARTS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "StorefrontApi": lambda: make_initiate_event(make_request_body()),
    "StorefrontApi status": make_status_event,
    "StorefrontAuth": lambda: load_event("authorize"),
    "FinpayCallback": make_callback_event,
    "Reconcile": lambda: load_event("reconcile_schedule"),
    "PaymentStream": lambda: load_event("payment_stream"),
    "Notify": lambda: load_event("notify"),
}
STARTS = tuple(_STARTS)
"""Functions by their logical ids, one of them with two first requests."""


def conditions_of(start: str) -> dict[str, Any]:
    """For first_answer.py."""
    function = start.partition(" ")[0]
    return {
        "module": functions()[function]["Handler"].rpartition(".")[0],
        "environment": _settings(function),
        "event": _STARTS[start](),
        "script": _script(),
    }


def _settings(function: str) -> dict[str, str]:
    """As template.yaml has them; what it refers to goes by its own name."""
    parameters = template()["Parameters"]
    resolved = {
        "FINPAY_BASE_URL": _NOWHERE,
        "KEY_OVERLAP_DAYS": str(parameters["KeyOverlapDays"]["Default"]),
        "CALLBACK_BASE_URL": "",
        "SOURCES_OF_FUNDS": "finpaycode",
        "SIMULATED_CALLBACKS_QUEUE": f"{_NOWHERE}/simulated-callbacks",
        "SYNC_QUEUE": f"{_NOWHERE}/status-syncs",
        "WEBHOOKS_QUEUE": f"{_NOWHERE}/webhooks",
        "WEBHOOK_PAUSES": parameters["WebhookPauses"]["Default"],
        "WEBHOOK_TARGETS": "public",
        "STAGE": "dev",
    }
    own = {name: resolved.get(name, str(value)) for name, value in environment(function).items()}
    return own | {
        "AWS_ENDPOINT_URL": _NOWHERE,
        "AWS_REGION": "ap-southeast-3",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_LAMBDA_FUNCTION_NAME": function,
    }


def _script() -> dict[str, Any]:
    """Answers by operation and table, or by path; all others are empty objects."""
    code = IssuedCode(redirect_url=None, expires_at=NOW, payment_code="8802700000076850")
    paid = make_payment(
        status=Status.PAID,
        version=2,
        code=code,
        ledger=(report_of(make_gateway_status(), Trigger.PAID, NOW),),
    )
    pair = json.dumps({"merchantId": MERCHANT_ID, "merchantKey": MERCHANT_KEY})
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return {
        "GetSecretValue": {"SecretString": pair, "CreatedDate": NOW / 1000},
        "GetItem PaymentsTable": {"Item": to_item(paid)},
        "UpdateItem PaymentsTable": {"Attributes": to_item(paid)},
        "Query PaymentsTable": {"Items": []},
        "GetQueueAttributes": {"Attributes": dict.fromkeys(counts, "0")},
        "/pg/payment/card/initiate": {
            "responseCode": "2000000",
            "responseMessage": "Success",
            "paymentCode": "8802700000076850",
            "redirecturl": "https://devo.finnet.co.id/pay/1",
            "expiryLink": "2023-04-05 09:56:35",
        },
    }
