"""Events of API Gateway in all their forms: base paths, absent members, base64, unknown routes."""

import base64
import json
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest
from aws_lambda_powertools.package_logger import set_package_logger_handler

from payments.api import resolver
from payments.domain.transition_table import Status
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_cancel_event,
    make_http_event,
    make_initiate_event,
    make_request_body,
    make_status_event,
)
from testing.personal_data.marks import leaks_in
from testing.service import Answer, Service

type Event = dict[str, Any]


def under(base_path: str, event: Event) -> Event:
    """The event as a custom domain's mapping sends it."""
    path = base_path + event["rawPath"]
    http = event["requestContext"]["http"] | {"path": path}
    context = event["requestContext"] | {"http": http, "domainName": "toko.example"}
    return event | {"rawPath": path, "requestContext": context}


def without(event: Event, *names: str) -> Event:
    return {name: value for name, value in event.items() if name not in names}


def in_base64(event: Event) -> Event:
    body = base64.b64encode(event["body"].encode()).decode()
    return event | {"body": body, "isBase64Encoded": True}


BASE_PATHS = ["", "/pay", "/toko/v1", "/pay-1_2.3", "/payments", "/callbacks/finpay", "/a/payments"]


@pytest.mark.parametrize("base_path", BASE_PATHS)
def test_each_route_is_found_under_any_base_path(service: Service, base_path: str) -> None:
    created = service.api(under(base_path, load_event("initiate")))
    assert created.status == 201
    status = under(base_path, make_status_event())
    assert created.headers["location"] == status["rawPath"]
    assert service.api(status).body["orderId"] == SAMPLE_ORDER_ID
    assert service.callback(under(base_path, make_callback_event())).status == 200
    assert service.payment().status is Status.PAID
    cancelled = service.api(under(base_path, make_cancel_event()))
    assert (cancelled.status, cancelled.problem) == (409, "already-paid")


@pytest.mark.parametrize("base_path", BASE_PATHS)
def test_finpay_calls_back_under_the_base_path_at_which_the_storefront_asked(
    service: Service, base_path: str
) -> None:
    service.api(under(base_path, load_event("initiate")))
    url = urlsplit(service.orders()[SAMPLE_ORDER_ID].new.callback_url)
    assert (url.scheme, url.netloc) == ("https", "toko.example")
    event = under(base_path, make_callback_event())
    assert url.path == event["rawPath"]
    assert service.callback(event).status == 200


@pytest.mark.parametrize("order_id", ["payments", "callbacks", "cancel"])
def test_an_order_may_be_called_like_a_part_of_a_path(service: Service, order_id: str) -> None:
    assert service.api(make_initiate_event(make_request_body(id=order_id))).status == 201
    for base_path in ("", "/pay"):
        status = service.api(under(base_path, make_status_event(order_id)))
        assert status.body["orderId"] == order_id
    assert service.api(make_cancel_event(order_id)).body["status"] == "CANCELLED"


@pytest.mark.parametrize("absent", [None, ...])
@pytest.mark.parametrize(
    "names",
    [
        ("pathParameters",),
        ("queryStringParameters", "cookies", "stageVariables", "rawQueryString"),
        ("isBase64Encoded",),
    ],
)
def test_members_that_are_null_or_missing_are_not_needed(
    service: Service, names: tuple[str, ...], absent: object
) -> None:
    def changed(event: Event) -> Event:
        return without(event, *names) | ({} if absent is ... else dict.fromkeys(names))

    assert service.api(changed(load_event("initiate"))).status == 201
    assert service.api(changed(make_status_event())).status == 200
    assert service.callback(changed(make_callback_event())).status == 200


@pytest.mark.parametrize("absent", [None, ...])
def test_a_request_without_headers_or_body_is_refused_and_a_callback_needs_no_header(
    service: Service, absent: object
) -> None:
    def lacks(event: Event, name: str) -> Event:
        return without(event, name) | ({} if absent is ... else {name: None})

    assert service.api(lacks(load_event("initiate"), "headers")).problem == (
        "unsupported-media-type"
    )
    assert service.api(lacks(load_event("initiate"), "body")).problem == "malformed-body"
    assert service.callback(lacks(make_callback_event(), "body")).problem == "malformed-body"
    assert service.api(load_event("initiate")).status == 201
    assert service.callback(lacks(make_callback_event(), "headers")).status == 200


@pytest.mark.parametrize("authorizer", [None, {}, {"lambda": None}, {"lambda": {}}])
def test_a_request_without_a_storefront_is_401_on_each_route(
    service: Service, authorizer: object
) -> None:
    for event in (load_event("initiate"), make_status_event(), make_cancel_event()):
        event["requestContext"]["authorizer"] = authorizer
        answer = service.api(event)
        assert (answer.status, answer.problem) == (401, "unauthenticated")


def test_bodies_in_base64_are_read(service: Service) -> None:
    assert service.api(in_base64(load_event("initiate"))).status == 201
    assert service.callback(in_base64(make_callback_event())).status == 200


@pytest.mark.parametrize("body", ["e30", "e3 0=", "e30=\n", "e30=!", "é30="])
def test_a_body_that_is_no_base64_is_refused(service: Service, body: str) -> None:
    event = load_event("initiate") | {"body": body, "isBase64Encoded": True}
    assert service.api(event).problem == "malformed-body"


@pytest.mark.parametrize("change", [str.upper, str.title, str.swapcase])
def test_names_of_headers_have_any_case(service: Service, change: Any) -> None:
    def spelled(event: Event) -> Event:
        return event | {"headers": {change(name): v for name, v in event["headers"].items()}}

    assert service.api(spelled(load_event("initiate"))).status == 201
    unchanged = service.api(spelled(make_status_event(if_none_match='"2"')))
    assert (unchanged.status, unchanged.text) == (304, "")


@pytest.mark.parametrize("order_id", ["A%2D1", "A-1%0A", "A-1\n", "A-1 ", "A/1", "A-1/", "Ä-1", ""])
def test_a_path_with_another_spelling_of_an_order_id_is_404(
    service: Service, order_id: str
) -> None:
    """API Gateway decodes a path once; what is encoded still is another id."""
    service.api(make_initiate_event(make_request_body(id="A-1")))
    for event in (make_status_event(order_id), make_cancel_event(order_id)):
        answer = service.api(event)
        assert (answer.status, answer.problem) == (404, "not-found")
    assert service.payment("A-1").status is Status.PENDING


@pytest.mark.parametrize("end", ["\n", "/", "/more", "%0A", '"'])
def test_a_callback_at_another_path_is_404_and_counts_as_refused(
    service: Service, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    service.api(load_event("initiate"))
    event = make_callback_event()
    capsys.readouterr()
    answer = service.callback(event | {"rawPath": event["rawPath"] + end})
    assert (answer.status, answer.problem) == (404, "not-found")
    printed = capsys.readouterr().out
    assert '"CallbackRefused":[1.0]' in printed
    assert '"reason":"UnknownRoute"' in printed
    assert service.payment().status is Status.PENDING


@pytest.mark.parametrize(
    "route",
    [
        *["GET /payments", "PUT /payments", "OPTIONS /payments", "HEAD /payments/A-1"],
        *["POST /payments/A-1", "GET /payments/A-1/cancel", "POST /payments/A-1/cancel/A-1"],
        *["GET /", "GET /favicon.ico", "POST /callbacks/finpay/A-1/0123"],
    ],
)
def test_an_unknown_route_is_404(service: Service, route: str) -> None:
    answer = service.api(make_http_event("initiate", route))
    assert (answer.status, answer.problem) == (404, "not-found")
    assert service.orders() == {}


@pytest.mark.parametrize("route", ["GET /callbacks/finpay/A-1/0123", "POST /payments", "GET /"])
def test_an_unknown_route_of_the_callbacks_is_404(service: Service, route: str) -> None:
    answer = service.callback(make_http_event("callback_paid", route))
    assert (answer.status, answer.problem) == (404, "not-found")


def answers_to(service: Service, event: Event) -> list[Answer]:
    return [service.api(event), service.callback(event)]


@pytest.mark.parametrize("name", ["rawPath", "requestContext", "routeKey"])
def test_an_event_that_is_not_api_gateways_is_a_problem_and_a_log_line(
    service: Service, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for answer in answers_to(service, without(load_event("initiate"), name)):
        assert (answer.status, answer.problem) == (500, "internal")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    served = [line for line in lines if line.get("message") == "request served"]
    assert [(line["http_status"], line["error"]) for line in served] == [(500, "KeyError")] * 2
    assert all(line["at"] for line in served)


def test_an_error_while_an_error_is_answered_is_a_problem_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "problem", lambda _: 1 / 0)
    answer = service.api(make_status_event("unknown"))
    assert (answer.status, answer.problem) == (500, "internal")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("stage", [None, "", "prod", ...])
def test_a_named_stage_or_none_is_no_part_of_the_path(service: Service, stage: object) -> None:
    event = under("/prod" if stage == "prod" else "", load_event("initiate"))
    event["requestContext"] = without(event["requestContext"], "stage")
    if stage is not ...:
        event["requestContext"]["stage"] = stage
    assert service.api(event).status == 201


@pytest.mark.filterwarnings("ignore:POWERTOOLS_DE(V|BUG)")
def test_no_variable_makes_powertools_print_an_event_or_a_path(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("POWERTOOLS_DEV", "POWERTOOLS_DEBUG", "POWERTOOLS_LOGGER_LOG_EVENT"):
        monkeypatch.setenv(name, "true")
    package = logging.getLogger("aws_lambda_powertools")
    handlers, level = [*package.handlers], package.level
    set_package_logger_handler()  # type: ignore[no-untyped-call]  # as in a process in which POWERTOOLS_DEBUG is set
    try:
        monkeypatch.setattr(resolver, "problem", lambda _: 1 / 0)
        event = make_callback_event(make_callback_body(key="another"))
        answers = [service.api(make_initiate_event(make_request_body(amount=-1)))]
        answers.append(service.callback(event))
    finally:
        package.handlers[:], package.level = handlers, level
    assert [answer.status for answer in answers] == [500, 500]
    printed = "".join(capsys.readouterr())
    for hidden in ("rawPath", "Traceback", event["pathParameters"]["token"]):
        assert hidden not in printed
    assert not list(leaks_in(printed))
