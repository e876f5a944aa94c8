"""The OpenAPI document, from the parts that the other modules make."""

import json
from typing import Any

from ops.openapi.callback import callback_paths, callback_schemas
from ops.openapi.operations import storefront_paths
from ops.openapi.payment_schema import payment_schemas
from ops.openapi.problem_schemas import problem_schemas
from ops.openapi.request_schema import request_schemas
from ops.openapi.webhooks import event_schemas, webhooks

_TAGS = [
    {"name": "payments", "description": "For storefronts."},
    {"name": "webhooks", "description": "Events that storefronts receive."},
    {"name": "finpay", "description": "For Finpay; not for storefronts."},
]


def render() -> str:
    """The text of docs/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Finpay payment service",
            "version": "1",
            "description": (
                "Issues payment codes of Finpay to the storefronts of one merchant. `make docs` "
                "generates this document from the code. It describes the default deployment, which "
                "offers payment codes only. A deployment that takes no money has a test mode: the "
                "customer's e-mail address selects the outcome of a payment, for example "
                "`paid@finpay.test`, `expired@finpay.test` or `wrong-amount@finpay.test`. A "
                "deployment that takes money refuses such an address with 422."
            ),
        },
        "servers": [
            {
                "url": "https://{host}",
                "description": "The stack's output ApiUrl.",
                "variables": {"host": {"default": "payments.example"}},
            }
        ],
        "security": [{"apiKey": []}],
        "tags": _TAGS,
        "paths": storefront_paths() | callback_paths(),
        "webhooks": webhooks(),
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "sk_<storefront>_<random>",
                    "description": "The API key of a storefront.",
                }
            },
            "schemas": request_schemas()
            | payment_schemas()
            | event_schemas()
            | callback_schemas()
            | problem_schemas(),
        },
    }
