"""Storefronts ask for payment codes here, and what became of them."""

from typing import Any

from payments import composition, measures
from payments.api_gateway import Request, Response
from payments.composition import StorefrontApi
from payments.errors import GatewayError, PaymentNotFound, UnknownRoute
from payments.initiate import Order
from payments.order_intake import identify, read_order
from payments.payment import is_order_id
from payments.tracing import span
from payments.views import created, shown


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer an event of API Gateway's (payload 2.0)."""
    api = composition.storefront_api()
    return api.telemetry.serve(event, lambda request: route(request, api))


def route(request: Request, api: StorefrontApi) -> Response:
    """The use case of the route, for the storefront of the key."""
    storefront_id = identify(request)
    api.telemetry.note(storefront_id=storefront_id)
    match request.route:
        case "POST /payments":
            order = read_order(request, storefront_id, api.settings, api.credentials.current())
            return initiate(order, api)
        case "GET /payments/{orderId}":
            return show(request, storefront_id, api)
    raise UnknownRoute


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
