"""The storefronts' HTTP API: initiate, read and cancel payments."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.api.payment_responses import created, shown
from payments.api.read_request import authenticated_storefront, parse_order
from payments.api.resolver import base_path_of, serve
from payments.domain.errors import PaymentNotFound
from payments.observability import metrics

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to an HTTP event of API Gateway (payload format 2.0)."""
    deps = bootstrap.dependencies()
    return serve(event, context, deps.resolver_of(router), deps.telemetry)


@router.post("/payments")
def initiate_payment() -> Response[str]:
    """Issue a payment code, or return the stored payment of an earlier identical request."""
    deps, event = bootstrap.dependencies(), router.current_event
    storefront_id = authenticated_storefront(event, deps.telemetry)
    order = parse_order(event, storefront_id, deps.request_settings, deps.credentials.current())
    deps.telemetry.add_fields(order_id=order.request.order.id)
    with metrics.finpay_operation(deps.telemetry, "Initiate"):
        outcome = deps.initiate(order)
    metrics.record_initiate(deps.telemetry, outcome)
    if order.request.test_outcome and not outcome.replayed:
        with metrics.scheduling_test_payment(deps.telemetry):
            deps.schedule_simulated_callbacks(order, outcome.payment)
    return created(outcome, base_path_of(event))


@router.get("/payments/<order_id>")
def get_payment(order_id: str) -> Response[str]:
    """Return a payment of the storefront."""
    deps, event = bootstrap.dependencies(), router.current_event
    storefront_id = authenticated_storefront(event, deps.telemetry, order_id)
    payment = deps.payments.get(order_id)
    if payment is None or payment.storefront_id != storefront_id:
        raise PaymentNotFound
    return shown(payment, event.headers.get("if-none-match", ""))


@router.post("/payments/<order_id>/cancel")
def cancel_payment(order_id: str) -> Response[str]:
    """Cancel a payment of the storefront at Finpay, and return it."""
    deps, event = bootstrap.dependencies(), router.current_event
    storefront_id = authenticated_storefront(event, deps.telemetry, order_id)
    with metrics.finpay_operation(deps.telemetry, "Cancel"):
        return shown(deps.cancel(order_id, storefront_id).payment)
