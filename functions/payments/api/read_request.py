"""Read the storefront, the order id and the order from an HTTP request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.callbacks.url_token import callback_url
from payments.domain.errors import PaymentNotFound, Unauthenticated
from payments.domain.payment import is_order_id

if TYPE_CHECKING:
    from payments.api.http_event import Request
    from payments.domain.merchant import Credentials
    from payments.services.initiate import Order
    from payments.settings import RequestSettings


def storefront_id_of(request: Request) -> str:
    """The storefront id that the authorizer set; raises Unauthenticated if it set none."""
    storefront_id = request.authorizer.get("storefrontId")
    if not storefront_id:
        raise Unauthenticated
    return storefront_id


def order_id_of(request: Request) -> str:
    """The order id in the path; raises PaymentNotFound if it is not a valid order id."""
    order_id = request.path.get("orderId", "")
    if not is_order_id(order_id):
        raise PaymentNotFound
    return order_id


def parse_order(
    request: Request, storefront_id: str, settings: RequestSettings, credentials: Credentials
) -> Order:
    """The storefront's order, with the callback URL for Finpay.

    Raises UnsupportedMediaType, BodyTooLarge, MalformedBody or InvalidRequest.
    """
    # Imported here because other requests do not need pydantic, which is slow to import.
    from payments.payment_requests.payment_request import parse_request
    from payments.payment_requests.request_policy import RequestPolicy
    from payments.services.initiate import Order, fingerprint_of

    document = request.json()
    origins = request.authorizer.get("allowedOrigins", "").split()
    policy = RequestPolicy(
        sources_of_funds=settings.sources_of_funds,
        allowed_origins=origins,
        has_test_mode=bool(settings.simulated_callbacks_queue),
    )
    body = parse_request(document, policy)
    base_url = settings.callback_base_url or f"https://{request.host}"
    url = callback_url(base_url, body.order.id, credentials.merchant_keys[0])
    return Order(storefront_id, body, fingerprint_of(document), url)
