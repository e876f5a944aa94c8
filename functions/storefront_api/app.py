"""Storefronts ask for payment codes here, and what became of them."""

from typing import Any

from payments import bootstrap
from payments.api.http import Request, Response
from payments.api.responses import created, shown
from payments.api.serve import serve
from payments.api.storefront_requests import identify, named_order, read_order
from payments.dependencies import Dependencies
from payments.domain.errors import PaymentNotFound, UnknownRoute
from payments.observability import metrics


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer an event of API Gateway's (payload 2.0)."""
    api = bootstrap.dependencies()
    return serve(event, api.telemetry, lambda request: route(request, api))


def route(request: Request, api: Dependencies) -> Response:
    """The use case of the route, for the storefront of the key."""
    storefront_id = identify(request)
    api.telemetry.note(storefront_id=storefront_id)
    if request.route == "POST /payments":
        return initiate(request, storefront_id, api)
    order_id = named_order(request)
    api.telemetry.note(order_id=order_id)
    match request.route:
        case "GET /payments/{orderId}":
            payment = api.payments.get(order_id)
            if payment is None or payment.storefront_id != storefront_id:
                raise PaymentNotFound
            return shown(payment, request.headers.get("if-none-match", ""))
        case "POST /payments/{orderId}/cancel":
            with metrics.asking_finpay(api.telemetry, "Cancel", order_id):
                update = api.cancel(order_id, storefront_id)
            return shown(update.payment)
    raise UnknownRoute


def initiate(request: Request, storefront_id: str, api: Dependencies) -> Response:
    """Get the code, or the stored answer."""
    order = read_order(request, storefront_id, api.request_settings, api.credentials.current())
    order_id = order.request.order.id
    api.telemetry.note(order_id=order_id)
    with metrics.asking_finpay(api.telemetry, "Initiate", order_id):
        outcome = api.initiate(order)
    metrics.initiated(api.telemetry, outcome)
    if order.request.test_outcome and not outcome.replayed:
        with metrics.scheduling_test_payment(api.telemetry):
            api.schedule_simulated_callbacks(order, outcome.payment)
    return created(outcome)
