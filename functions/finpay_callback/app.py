"""The HTTP endpoint for the callbacks that Finpay sends when an order changes."""

import time
from typing import Any

from payments import bootstrap
from payments.api.error_boundary import serve
from payments.api.http_event import Request, Response
from payments.callbacks.receive_callback import CallbackResult
from payments.dependencies import Dependencies
from payments.domain.errors import PaymentError
from payments.observability import metrics
from payments.observability.tracing import span


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Respond to an HTTP event of API Gateway (payload format 2.0)."""
    deps = bootstrap.dependencies()
    return serve(event, deps.telemetry, lambda request: acknowledge(request, deps))


def acknowledge(request: Request, deps: Dependencies) -> Response:
    """Process the callback, then acknowledge it in Finpay's response format."""
    started = time.perf_counter()
    try:
        receipt = receive(request, deps)
    except PaymentError as error:
        metrics.record_refused_callback(deps.telemetry, error)
        raise
    metrics.record_callback(deps.telemetry, receipt)
    seconds = round(time.perf_counter() - started, 3)
    return Response(
        200, {"responseCode": "2000000", "responseMessage": "Success", "processingTime": seconds}
    )


def receive(request: Request, deps: Dependencies) -> CallbackResult:
    """Check the URL token, then apply the callback."""
    order_id, token = request.path["orderId"], request.path["token"]
    deps.receive_callback.admit(order_id, token)
    deps.telemetry.add_fields(order_id=order_id)
    # The headers are ignored: the signature covers only the body, and a callback that reports money
    # must not be refused because of a header.
    body = request.body()
    with span("receive callback", order_id=order_id):
        return deps.receive_callback(order_id, body)
