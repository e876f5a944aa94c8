"""The storefronts' HTTP API: initiate, read and cancel payments."""

from typing import Any

from payments import bootstrap
from payments.api.error_boundary import serve
from payments.api.http_event import Request, Response
from payments.api.payment_responses import created, shown
from payments.api.read_request import order_id_of, parse_order, storefront_id_of
from payments.dependencies import Dependencies
from payments.domain.errors import PaymentNotFound, UnknownRoute
from payments.observability import metrics


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Respond to an HTTP event of API Gateway (payload format 2.0)."""
    deps = bootstrap.dependencies()
    return serve(event, deps.telemetry, lambda request: route(request, deps))


def route(request: Request, deps: Dependencies) -> Response:
    """Run the use case of the route for the authenticated storefront."""
    storefront_id = storefront_id_of(request)
    deps.telemetry.add_fields(storefront_id=storefront_id)
    if request.route == "POST /payments":
        return initiate(request, storefront_id, deps)
    order_id = order_id_of(request)
    deps.telemetry.add_fields(order_id=order_id)
    match request.route:
        case "GET /payments/{orderId}":
            payment = deps.payments.get(order_id)
            if payment is None or payment.storefront_id != storefront_id:
                raise PaymentNotFound
            return shown(payment, request.headers.get("if-none-match", ""))
        case "POST /payments/{orderId}/cancel":
            with metrics.finpay_operation(deps.telemetry, "Cancel", order_id):
                update = deps.cancel(order_id, storefront_id)
            return shown(update.payment)
    raise UnknownRoute


def initiate(request: Request, storefront_id: str, deps: Dependencies) -> Response:
    """Issue a payment code, or return the stored payment of an earlier identical request."""
    order = parse_order(request, storefront_id, deps.request_settings, deps.credentials.current())
    order_id = order.request.order.id
    deps.telemetry.add_fields(order_id=order_id)
    with metrics.finpay_operation(deps.telemetry, "Initiate", order_id):
        outcome = deps.initiate(order)
    metrics.record_initiate(deps.telemetry, outcome)
    if order.request.test_outcome and not outcome.replayed:
        with metrics.scheduling_test_payment(deps.telemetry):
            deps.schedule_simulated_callbacks(order, outcome.payment)
    return created(outcome)
