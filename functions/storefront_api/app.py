"""Storefronts ask for payment codes here, and what became of them."""

from typing import Any

from payments import composition, json_body, measures
from payments.api_gateway import Request, Response
from payments.composition import StorefrontApi
from payments.errors import GatewayError, PaymentNotFound, Unauthenticated, UnknownRoute
from payments.initiate import Order, fingerprint_of
from payments.initiate_request import parse
from payments.payment import is_order_id
from payments.tokens import callback_url
from payments.tracing import span
from payments.views import created, shown


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer an event of API Gateway's (payload 2.0)."""
    api = composition.storefront_api()
    return api.telemetry.serve(event, lambda request: route(request, api))


def route(request: Request, api: StorefrontApi) -> Response:
    """The use case of the route, for the storefront of the key."""
    storefront_id = request.authorizer.get("storefrontId")
    if not storefront_id:
        raise Unauthenticated
    api.telemetry.note(storefront_id=storefront_id)
    match request.route:
        case "POST /payments":
            return initiate(read_order(request, storefront_id, api), api)
        case "GET /payments/{orderId}":
            return show(request, storefront_id, api)
    raise UnknownRoute


def read_order(request: Request, storefront_id: str, api: StorefrontApi) -> Order:
    """What the storefront asks for, and where Finpay is to report it."""
    document = json_body.decode(request.body(require_content_type=True))
    origins = request.authorizer.get("allowedOrigins", "").split()
    body = parse(document, api.settings.sources_of_funds, origins)
    base = api.settings.callback_base_url or f"https://{request.host}"
    url = callback_url(base, body.order.id, api.credentials().merchant_keys[0])
    return Order(storefront_id, body, fingerprint_of(document), url)


def initiate(order: Order, api: StorefrontApi) -> Response:
    """Get the code, or the stored answer."""
    api.telemetry.note(order_id=order.request.order.id)
    try:
        with span("initiate", order_id=order.request.order.id):
            outcome = api.initiate(order)
    except GatewayError as error:
        measures.initiate_failed(api.telemetry, error)
        raise
    measures.initiated(api.telemetry, outcome)
    return created(outcome)


def show(request: Request, storefront_id: str, api: StorefrontApi) -> Response:
    """The payment, if it is this storefront's."""
    order_id = request.path["orderId"]
    payment = api.payments.get(order_id) if is_order_id(order_id) else None
    if payment is None or payment.storefront_id != storefront_id:
        raise PaymentNotFound
    api.telemetry.note(order_id=order_id, status=payment.status)
    return shown(payment, request.headers.get("if-none-match", ""))
