"""Powertools' resolver, as both HTTP functions use it.

A handler declares its routes on a router. Here every error becomes a problem, and every request has
one log line.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from payments.api.problems import internal_error, problem
from payments.domain.errors import GatewayError, PaymentError, Unconfirmed, UnknownRoute

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from payments.observability.log_lines import Telemetry

_ROUTE = r"/(?:payments|callbacks)(?:/|$)"
BASE_PATH = re.compile(rf"^(?!{_ROUTE}).+?(?={_ROUTE})")
"""Matches the base path of a custom domain, such as `/pay`, where a path begins with one."""

_SERVER_ERRORS = range(500, 600)


def new_resolver(telemetry: Telemetry, router: APIGatewayHttpRouter) -> APIGatewayHttpResolver:
    """A resolver with the routes of `router`, whose answers to errors are problems (RFC 9457)."""
    # Not debug, whatever POWERTOOLS_DEV says: it prints events, and answers with tracebacks.
    resolver = APIGatewayHttpResolver(debug=False, strip_prefixes=[BASE_PATH])
    resolver.use([_refuse_line_feed])
    resolver.include_router(router)

    @resolver.not_found
    def handle_unknown_route(_: NotFoundError) -> Response[str]:
        raise UnknownRoute

    @resolver.exception_handler(PaymentError)  # type: ignore[untyped-decorator]
    def handle_error(error: PaymentError) -> Response[str]:
        telemetry.add_fields(error=type(error).__name__)
        response = problem(error)
        if isinstance(error, GatewayError):
            telemetry.add_fields(gateway_code=error.code)
        elif response.status_code in _SERVER_ERRORS and not isinstance(error, Unconfirmed):
            telemetry.count("ServerError")
        return response

    @resolver.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def handle_unexpected_error(error: Exception) -> Response[str]:
        telemetry.add_error(error)
        telemetry.count("ServerError")
        return internal_error()

    return resolver


def serve(
    event: dict[str, Any],
    context: LambdaContext,
    resolver: APIGatewayHttpResolver,
    telemetry: Telemetry,
) -> dict[str, Any]:
    """The response to an event of API Gateway (payload format 2.0)."""
    started = time.perf_counter()
    telemetry.start_log_line(route=event.get("routeKey"))
    try:
        response = resolver.resolve(event, context)
    except Exception as error:  # noqa: BLE001 - the client always gets a response
        # The event is not API Gateway's, or an exception handler failed.
        telemetry.add_error(error)
        telemetry.count("ServerError")
        response = _as_event(internal_error())
    status = response["statusCode"]
    telemetry.add_fields(http_status=status)
    telemetry.write_log_line("request served", started, failed=status in _SERVER_ERRORS)
    return response


def _refuse_line_feed(
    resolver: APIGatewayHttpResolver,
    next_middleware: NextMiddleware,
) -> Response[str]:
    """Refuse a path that ends with a line feed, which the resolver's patterns accept."""
    if "\n" in resolver.current_event.path:
        raise UnknownRoute
    response: Response[str] = next_middleware(resolver)
    return response


def _as_event(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": response.headers,
        "body": response.body,
        "isBase64Encoded": False,
        "cookies": [],
    }
