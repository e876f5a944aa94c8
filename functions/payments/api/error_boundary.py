"""Serve one HTTP event: call the handler, convert errors to problems, write the log line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from payments.api.http_event import Request, Response, read_request
from payments.api.problems import internal_error, problem
from payments.domain.errors import GatewayError, PaymentError, Unconfirmed

if TYPE_CHECKING:
    from payments.observability.log_lines import Telemetry

_SERVER_ERRORS = range(500, 600)


def serve(
    event: dict[str, Any], telemetry: Telemetry, handle: Callable[[Request], Response]
) -> dict[str, Any]:
    """The response to an event of API Gateway (payload format 2.0); an error becomes a problem."""
    started = time.perf_counter()
    request = read_request(event)
    telemetry.start_log_line(route=request.route)
    telemetry.correlate(request.request_id)
    response = _respond(request, telemetry, handle)
    telemetry.add_fields(http_status=response.status)
    telemetry.write_log_line("request served", started, failed=response.status in _SERVER_ERRORS)
    return response.to_event()


def _respond(
    request: Request, telemetry: Telemetry, handle: Callable[[Request], Response]
) -> Response:
    try:
        return handle(request)
    except PaymentError as error:
        telemetry.add_fields(error=type(error).__name__)
        response = problem(error)
        if isinstance(error, GatewayError):
            telemetry.add_fields(gateway_code=error.code)
        elif response.status in _SERVER_ERRORS and not isinstance(error, Unconfirmed):
            telemetry.count("ServerError")
        return response
    except Exception as error:  # noqa: BLE001 - the client always gets a response
        telemetry.add_error(error)
        telemetry.count("ServerError")
        return internal_error()
