"""An event that a test builds says the same everywhere, as API Gateway's events do."""

from collections.abc import Callable
from typing import Any

import pytest

from testing.builders import (
    make_callback_event,
    make_cancel_event,
    make_http_event,
    make_initiate_event,
    make_status_event,
)
from testing.template import routes

type Event = dict[str, Any]

ORDER_ID = "é {orderId} a/b\n%2F"
BUILDERS: dict[str, Callable[[], Event]] = {
    "POST /payments": make_initiate_event,
    "GET /payments/{orderId}": lambda: make_status_event(ORDER_ID),
    "POST /payments/{orderId}/cancel": lambda: make_cancel_event(ORDER_ID),
    "POST /callbacks/finpay/{orderId}/{token}": lambda: make_callback_event(order_id=ORDER_ID),
}


def assert_consistent(event: Event, route: str) -> None:
    method, _, path = route.partition(" ")
    context = event["requestContext"]
    assert event["routeKey"] == context["routeKey"] == route
    assert context["http"]["method"] == method
    parameters = event.get("pathParameters", {})
    assert event["rawPath"] == context["http"]["path"] == path.format(**parameters)


def test_there_is_a_builder_for_each_route() -> None:
    assert {*BUILDERS} == {*routes()}


@pytest.mark.parametrize("route", BUILDERS)
def test_a_built_event_is_consistent(route: str) -> None:
    event = BUILDERS[route]()
    assert_consistent(event, route)
    assert ("pathParameters" in event) == ("{" in route)
    assert event.get("pathParameters", {}).get("orderId", ORDER_ID) == ORDER_ID


def test_an_event_of_another_route_than_its_samples_is_consistent() -> None:
    event = make_http_event("initiate", "DELETE /payments/{orderId}", orderId="A-1")
    assert_consistent(event, "DELETE /payments/{orderId}")
    assert event["rawPath"] == "/payments/A-1"


@pytest.mark.parametrize("token", ["", "é", "0" * 32])
def test_a_callback_bears_another_token_in_its_path_too(token: str) -> None:
    event = make_callback_event(order_id="A-1", token=token)
    assert event["pathParameters"] == {"orderId": "A-1", "token": token}
    assert event["rawPath"] == f"/callbacks/finpay/A-1/{token}"
