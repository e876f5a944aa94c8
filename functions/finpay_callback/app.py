"""Finpay calls this when something happened to an order."""

import time
from typing import Any

from payments import bootstrap
from payments.api.http import Request, Response
from payments.api.serve import serve
from payments.callbacks.receive import Receipt
from payments.dependencies import Dependencies
from payments.domain.errors import PaymentError
from payments.observability import metrics
from payments.observability.tracing import span


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer an event of API Gateway's (payload 2.0)."""
    callback = bootstrap.dependencies()
    return serve(event, callback.telemetry, lambda request: acknowledge(request, callback))


def acknowledge(request: Request, callback: Dependencies) -> Response:
    """Tell Finpay, in its own words, that its callback is dealt with."""
    started = time.perf_counter()
    try:
        receipt = receive(request, callback)
    except PaymentError as error:
        metrics.refused(callback.telemetry, error)
        raise
    metrics.received(callback.telemetry, receipt)
    took = round(time.perf_counter() - started, 3)
    return Response(
        200, {"responseCode": "2000000", "responseMessage": "Success", "processingTime": took}
    )


def receive(request: Request, callback: Dependencies) -> Receipt:
    """Settle what came to a URL that we made."""
    order_id, token = request.path["orderId"], request.path["token"]
    callback.receive_callback.admit(order_id, token)
    callback.telemetry.note(order_id=order_id)
    # Whatever its headers say: the signature is the body's, and money is not lost over a header.
    body = request.body()
    with span("receive callback", order_id=order_id):
        return callback.receive_callback(order_id, body)
