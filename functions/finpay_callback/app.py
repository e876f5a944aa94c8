"""The HTTP endpoint for the callbacks that Finpay sends when an order changes."""

import time
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.api.json_response import json_response
from payments.api.request_body import read_body
from payments.api.resolver import serve
from payments.callbacks.receive_callback import CallbackResult
from payments.dependencies import Dependencies
from payments.observability import metrics

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to an HTTP event of API Gateway (payload format 2.0)."""
    deps = bootstrap.dependencies()
    resolver = deps.resolver_of(router, metrics.record_refused_callback)
    return serve(event, context, resolver, deps.telemetry)


@router.post("/callbacks/finpay/<order_id>/<token>")
def acknowledge(order_id: str, token: str) -> Response[str]:
    """Process the callback, then acknowledge it in Finpay's response format."""
    started = time.perf_counter()
    deps, event = bootstrap.dependencies(), router.current_event
    result = receive(event, order_id, token, deps)
    metrics.record_callback(deps.telemetry, result)
    seconds = round(time.perf_counter() - started, 3)
    acknowledgement = {"responseCode": "2000000", "responseMessage": "Success"}
    return json_response(200, acknowledgement | {"processingTime": seconds})


def receive(
    event: APIGatewayProxyEventV2, order_id: str, token: str, deps: Dependencies
) -> CallbackResult:
    """Check the URL token, then apply the callback."""
    deps.receive_callback.admit(order_id, token)
    deps.telemetry.add_fields(order_id=order_id)
    # The headers are ignored: the signature covers only the body, and a callback that reports money
    # must not be refused because of a header.
    return deps.receive_callback(order_id, read_body(event))
