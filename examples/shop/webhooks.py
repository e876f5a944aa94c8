"""What the payment service tells the shop."""

from flask import Blueprint, request
from standardwebhooks import Webhook, WebhookVerificationError

from .orders import Orders


def routes(orders: Orders, secret: str) -> Blueprint:
    pages = Blueprint("webhooks", __name__)
    webhook = Webhook(secret)

    @pages.post("/webhooks")
    def take() -> tuple[str, int]:
        try:
            # The bytes as they came: JSON that was parsed and written anew has another signature.
            event = webhook.verify(request.get_data(), dict(request.headers))
        except (WebhookVerificationError, ValueError):  # ValueError: no base64, no UTF-8, no JSON
            return "", 401
        # Not of this shop: not acknowledged, so the service keeps it and somebody looks. A
        # duplicate or an older version changed nothing, and is as welcome as news.
        return ("", 204) if orders.take(event["data"]) else ("", 404)

    return pages
