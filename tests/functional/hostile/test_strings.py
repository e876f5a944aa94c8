"""Ends of lines, ANSI escapes and JSON in every text that anybody can send: one log line each."""

import json
from typing import Any

import pytest

from payments.callbacks.url_token import callback_token
from payments.domain.transition_table import Status
from testing.builders import (
    MERCHANT_KEY,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_initiate_event,
    make_request_body,
    make_status_event,
)
from testing.service import Service
from tests.functional.hostile.strings import HOSTILE, MARK, places, spoilt
from tests.functional.hostile.traces import one_line, tables

FULL_REQUEST: dict[str, Any] = make_request_body(
    currency="IDR", timeout="60", item=[{"name": "Kopi", "quantity": "1", "sku": "K-1"}]
) | {
    "billing": {"address": {"city": "Jakarta", "country": "IDN"}},
    "shipping": {"method": "courier", "contact": {"firstName": "Hajar"}},
    "meta": {"data": {"note": "gift"}},
    "device": {"browser": "Firefox", "ipAddress": "192.0.2.1"},
    "sourceOfFunds": {"type": "finpaycode"},
}
FULL_CALLBACK = make_callback_fields(
    statusDesc="Paid", userDesc="Paid", channel="INDOMARET", reference="8f0e1d2c"
)


def order_of(number: int) -> str:
    return f"TEXT-{number}"


def about(document: dict[str, Any], order_id: str) -> dict[str, Any]:
    return document | {"order": document["order"] | {"id": order_id}}


def assert_unmarked(service: Service, out: str) -> None:
    assert MARK not in out
    assert MARK not in json.dumps(tables(service))


@pytest.mark.parametrize("key", [None, "a guess"])
def test_a_hostile_text_anywhere_in_a_callback_is_one_log_line_without_it(
    service: Service,
    key: str | None,
    subtests: pytest.Subtests,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service.pass_time(0)
    for number, place in enumerate(places(FULL_CALLBACK)):
        order_id = order_of(number)
        service.api(make_initiate_event(make_request_body(id=order_id)))
        fields = spoilt(about(FULL_CALLBACK, order_id), place)
        body = make_callback_body(fields, **{"key": key} if key else {})
        with subtests.test(place=place):
            capsys.readouterr()
            answer = service.callback(make_callback_event(body, order_id=order_id))
            assert answer.status == (401 if key else 200)
            out = capsys.readouterr().out
            one_line(out)
            assert_unmarked(service, out + answer.text)
            if key:
                assert service.payment(order_id).status is Status.PENDING


def test_a_hostile_text_anywhere_in_a_request_is_one_log_line_without_it(
    service: Service, subtests: pytest.Subtests, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, place in enumerate(places(FULL_REQUEST)):
        document = spoilt(about(FULL_REQUEST, order_of(number)), place)
        with subtests.test(place=place):
            capsys.readouterr()
            answer = service.api(make_initiate_event(document))
            # What is passed through may be any text; it goes to Finpay and nowhere else.
            passed_through = place[0] == "meta" and place[1] == "data" and len(place) > 2
            assert answer.status == (201 if passed_through and place[2] == "note" else 422)
            out = capsys.readouterr().out
            one_line(out)
            assert_unmarked(service, out)
            assert "\n" not in answer.text


@pytest.mark.parametrize(
    "name", ["content-type", "content-encoding", "if-none-match", "user-agent", "x-any", HOSTILE]
)
def test_a_hostile_header_is_one_log_line_without_it(
    service: Service, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service.api(load_event("initiate"))
    events = [
        (service.api, make_initiate_event(make_request_body(id="HEADER-1"))),
        (service.api, make_status_event()),
        (service.callback, load_event("callback_paid")),
        (service.api, make_cancel_event()),
    ]
    for invoke, event in events:
        event["headers"] = event["headers"] | {name: HOSTILE}
        capsys.readouterr()
        answer = invoke(event)
        assert answer.status < 500
        out = capsys.readouterr().out
        one_line(out)
        assert_unmarked(service, f"{out}{answer.text}{answer.headers}")


@pytest.mark.parametrize("text", [HOSTILE, f"{MARK}$({MARK})!*:@,;=+&%[]{{}}|^<>~'"])
def test_a_hostile_path_is_one_log_line_without_it(
    service: Service, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A line feed is refused before routing; the characters of the second are part of a route."""
    service.api(load_event("initiate"))
    token = callback_token(SAMPLE_ORDER_ID, MERCHANT_KEY)
    callbacks = [
        make_callback_event(order_id=text, token=token),
        make_callback_event(token=text),
    ]
    events = [(service.callback, event) for event in callbacks]
    events += [(service.api, make(text)) for make in (make_status_event, make_cancel_event)]
    for invoke, event in events:
        capsys.readouterr()
        answer = invoke(event)
        assert (answer.status, answer.problem) == (404, "not-found")
        out = capsys.readouterr().out
        one_line(out)
        assert_unmarked(service, f"{out}{answer.text}{answer.headers}")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        HOSTILE,
        f"Bearer {HOSTILE}",
        f"Bearer sk_demo_{HOSTILE}",
        "Bearer sk_" + "x" * 8_000,
        "Bearer \ud800",
        "Bearer sk_demo_" + "é" * 43,
        "Basic c2s=",
        "Bearer",
    ],
)
def test_a_hostile_api_key_is_nobodys_and_is_not_logged(
    service: Service, authorization: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event = load_event("authorize")
    event["headers"]["authorization"] = authorization
    assert service.authorize(event) == {"isAuthorized": True, "context": {}}
    assert MARK not in capsys.readouterr().out
