"""Read the storefront, the order id and the order from an HTTP request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.api.request_body import read_json
from payments.api.resolver import base_path_of
from payments.callbacks.url_token import callback_url
from payments.domain.errors import PaymentNotFound, Unauthenticated
from payments.domain.payment import is_order_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from payments.domain.merchant import Credentials
    from payments.observability.log_lines import Telemetry
    from payments.services.initiate import Order
    from payments.settings import RequestSettings


def authenticated_storefront(
    event: APIGatewayProxyEventV2, telemetry: Telemetry, order_id: str = ""
) -> str:
    """The storefront id that the authorizer set. It and the order id get into the log line.

    `order_id` is the one in the path. Raises Unauthenticated if the authorizer set no storefront
    id, and PaymentNotFound if `order_id` is not a valid order id.
    """
    storefront_id = event.request_context.authorizer.get_lambda.get("storefrontId")
    if not storefront_id:
        raise Unauthenticated
    telemetry.add_fields(storefront_id=storefront_id)
    if order_id:
        if not is_order_id(order_id):
            raise PaymentNotFound
        telemetry.add_fields(order_id=order_id)
    return str(storefront_id)


def parse_order(
    event: APIGatewayProxyEventV2,
    storefront_id: str,
    settings: RequestSettings,
    credentials: Credentials,
) -> Order:
    """The storefront's order, with the callback URL for Finpay.

    Raises UnsupportedMediaType, BodyTooLarge, MalformedBody or InvalidRequest.
    """
    # Imported here because other requests do not need pydantic, which is slow to import.
    from payments.payment_requests.payment_request import parse_request
    from payments.payment_requests.request_policy import RequestPolicy
    from payments.services.initiate import Order, fingerprint_of

    document = read_json(event)
    origins = event.request_context.authorizer.get_lambda.get("allowedOrigins") or ""
    policy = RequestPolicy(
        sources_of_funds=settings.sources_of_funds,
        allowed_origins=origins.split(),
        has_test_mode=bool(settings.simulated_callbacks_queue),
    )
    request = parse_request(document, policy)
    base_url = settings.callback_base_url or (
        f"https://{event.request_context.domain_name}{base_path_of(event)}"
    )
    url = callback_url(base_url, request.order.id, credentials.merchant_keys[0])
    received_at = event.request_context.time_epoch
    return Order(storefront_id, request, fingerprint_of(document), url, received_at)
