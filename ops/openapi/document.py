"""The whole document."""

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
    {"name": "webhooks", "description": "What storefronts are told."},
    {"name": "finpay", "description": "For Finpay; not for storefronts."},
]


def render() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Finpay payment service",
            "version": "1",
            "description": (
                "Payment codes of Finpay's for the storefronts of one merchant. Made from the code "
                "by `make docs`. It describes a deployment that offers payment codes only, which "
                "is the default. Deployments that take no money have a test mode: the customer's "
                "e-mail says what becomes of a payment, such as `paid@finpay.test`, "
                "`expired@finpay.test` or `wrong-amount@finpay.test`. Where money is taken, such "
                "an e-mail gets 422."
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
