"""The stand-in for API Gateway does what API Gateway does."""

import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from testing.builders import load_event
from testing.service import Answer, Service
from tests.functional.openapi.front import Front

KEY = {"Authorization": "Bearer sk_demo_" + "x" * 43}


class Listening(Service):
    """The service, which keeps the events that reach its functions."""

    heard: list[dict[str, Any]]

    def api(self, event: dict[str, Any]) -> Answer:
        self.heard.append(event)
        return super().api(event)


@pytest.fixture
def listening(service: Service) -> Listening:
    listening = Listening(**vars(service))
    listening.heard = []
    return listening


def send(service: Service, method: str, path: str, **more: Any) -> TestResponse:
    return Client(Front(service)).open(path, method=method, **more)


def test_a_request_becomes_an_event_of_the_same_members(listening: Listening) -> None:
    sample = load_event("initiate")
    send(
        listening,
        "POST",
        "/payments?a=b",
        data=sample["body"],
        headers=KEY | {"Content-Type": "application/json", "X-Twice": "1"},
    )
    (event,) = listening.heard
    assert {*event} == {*sample}
    assert {*event["requestContext"]} == {*sample["requestContext"]}
    assert event["body"] == sample["body"]
    assert event["isBase64Encoded"] is False
    assert event["headers"]["x-twice"] == "1"
    assert event["rawQueryString"] == "a=b"
    assert event["requestContext"]["authorizer"] == {"lambda": {}}


def test_a_body_of_another_type_comes_in_base64(listening: Listening) -> None:
    send(listening, "POST", "/payments", data=b"\xff{}", headers=KEY | {"Content-Type": "a/b"})
    (event,) = listening.heard
    assert (event["body"], event["isBase64Encoded"]) == ("/3t9", True)


def test_an_encoded_slash_ends_no_segment(listening: Listening) -> None:
    send(listening, "GET", "/payments/a%2Fb%20c", headers=KEY)
    (event,) = listening.heard
    assert event["routeKey"] == "GET /payments/{orderId}"
    assert event["pathParameters"] == {"orderId": "a/b c"}
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/payments/a/b c"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/payments"), ("HEAD", "/payments/1"), ("GET", "/payments/"), ("POST", "/payments/1")],
)
def test_what_no_route_has_is_not_found(listening: Listening, method: str, path: str) -> None:
    assert send(listening, method, path, headers=KEY).status_code == 404
    assert not listening.heard


def test_api_gateway_refuses_by_itself_in_its_own_words(listening: Listening) -> None:
    for answer, status, words in [
        (send(listening, "GET", "/payments/1"), 401, "Unauthorized"),
        (send(listening, "GET", "/nowhere"), 404, "Not Found"),
        (
            send(listening, "POST", "/payments", data=b" " * (10 * 1024 * 1024 + 1)),
            413,
            "Request Entity Too Large",
        ),
    ]:
        assert (answer.status_code, json.loads(answer.text)) == (status, {"message": words})
        assert answer.content_type == "application/json"
    assert not listening.heard
