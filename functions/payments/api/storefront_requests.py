"""From a storefront's HTTP request to the order that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.callbacks.url_token import callback_url
from payments.domain.errors import PaymentNotFound, Unauthenticated
from payments.domain.payment import is_order_id

if TYPE_CHECKING:
    from payments.api.http import Request
    from payments.domain.merchant import Credentials
    from payments.services.initiate import Order
    from payments.settings import RequestSettings


def identify(request: Request) -> str:
    """The storefront that the authorizer named; raises Unauthenticated where it named nobody."""
    storefront_id = request.authorizer.get("storefrontId")
    if not storefront_id:
        raise Unauthenticated
    return storefront_id


def named_order(request: Request) -> str:
    """The order id in the path; raises PaymentNotFound where no payment can have it."""
    order_id = request.path.get("orderId", "")
    if not is_order_id(order_id):
        raise PaymentNotFound
    return order_id


def read_order(
    request: Request,
    storefront_id: str,
    settings: RequestSettings,
    credentials: Credentials,
) -> Order:
    """What the storefront asks for, and the URL at which Finpay is to report it.

    Raises UnsupportedMediaType, BodyTooLarge, MalformedBody or InvalidRequest.
    """
    # A status waits for no pydantic.
    from payments.requests.payment_request import parse
    from payments.requests.policy import RequestPolicy
    from payments.services.initiate import Order, fingerprint_of

    document = request.json()
    origins = request.authorizer.get("allowedOrigins", "").split()
    policy = RequestPolicy(
        sources_of_funds=settings.sources_of_funds,
        allowed_origins=origins,
        has_test_mode=bool(settings.simulated_callbacks_queue),
    )
    body = parse(document, policy)
    base_url = settings.callback_base_url or f"https://{request.host}"
    url = callback_url(base_url, body.order.id, credentials.merchant_keys[0])
    return Order(storefront_id, body, fingerprint_of(document), url)
