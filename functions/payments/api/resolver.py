"""Powertools' resolver, as both HTTP functions use it.

A handler declares its routes on a router. Here every error becomes a problem, and every request has
one log line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from payments.api.problems import internal_error, problem
from payments.domain.errors import GatewayError, PaymentError, Unconfirmed, UnknownRoute

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from payments.observability.log_lines import Telemetry

_SERVER_ERRORS = range(500, 600)


type RecordError = Callable[[Telemetry, PaymentError], None]
"""Records an error in the metrics of the function."""


def new_resolver(
    telemetry: Telemetry, router: APIGatewayHttpRouter, record_error: RecordError | None = None
) -> APIGatewayHttpResolver:
    """A resolver with the routes of `router`, whose answers to errors are problems (RFC 9457)."""
    # Not debug, whatever POWERTOOLS_DEV says: it prints events, and answers with tracebacks.
    resolver = APIGatewayHttpResolver(debug=False)
    resolver.use([_refuse_line_feed])
    resolver.include_router(router)

    @resolver.not_found
    def handle_unknown_route(_: NotFoundError) -> Response[str]:
        raise UnknownRoute

    @resolver.exception_handler(PaymentError)  # type: ignore[untyped-decorator]
    def handle_error(error: PaymentError) -> Response[str]:
        telemetry.add_fields(error=type(error).__name__)
        if record_error:
            record_error(telemetry, error)
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
        response = resolver.resolve(with_path_of_route(event), context)
    except Exception as error:  # noqa: BLE001 - the client always gets a response
        # The event is not API Gateway's, or an exception handler failed.
        telemetry.add_error(error)
        telemetry.count("ServerError")
        response = _as_event(internal_error())
    status = response["statusCode"]
    telemetry.add_fields(http_status=status)
    telemetry.write_log_line("request served", started, failed=status in _SERVER_ERRORS)
    return response


def with_path_of_route(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a path that begins where its route begins.

    Before it stands the base path of a custom domain, such as `/pay`, or the name of a stage. API
    Gateway has matched the route, so the number of its segments tells where the path begins.
    Powertools' `strip_prefixes` would need each base path in the settings of both functions.
    """
    segments = event["rawPath"].split("/")
    path = "/" + "/".join(segments[-event["routeKey"].count("/") :])
    # Powertools cuts off the name of a stage, which is gone already.
    context = event["requestContext"] | {"stage": "$default"}
    return event | {"rawPath": path, "requestContext": context}


def base_path_of(event: APIGatewayProxyEventV2) -> str:
    """What `with_path_of_route` removed from the path of this event; empty if it was nothing."""
    return event.request_context.http.path.removesuffix(event.raw_path)


def _refuse_line_feed(
    resolver: APIGatewayHttpResolver,
    next_middleware: NextMiddleware,
) -> Response[str]:
    """Refuse a path with a line feed: the resolver's patterns ignore one at the end."""
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
