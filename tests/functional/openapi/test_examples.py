"""Every example of docs/openapi.json is what the real handlers answer, over HTTP."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests

from ops.openapi import samples
from ops.openapi.webhooks import NAME
from testing.builders import make_callback_body, make_callback_event
from testing.service import Service
from testing.shop import open_shop
from tests.functional.openapi.front import Front, serving
from tests.functional.openapi.test_document import DOCUMENT, is_valid, of, operations
from tests.functional.openapi.ways import SAYS_AWS_ALONE, WAYS, World


class Documented(NamedTuple):
    """An answer of an operation with its example; `media` is empty where it has no body."""

    operation: str
    status: int
    media: str
    name: str
    example: Any
    schema: dict[str, Any]


def documented() -> Iterator[Documented]:
    for _, operation in operations():
        name = operation["operationId"]
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if not content:
                yield Documented(name, int(status), "", status, None, {})
            for media, body in content.items():
                examples = {status: {"value": body["example"]}} if "example" in body else {}
                for which, example in (examples | body.get("examples", {})).items():
                    yield Documented(
                        name, int(status), media, which, example["value"], body["schema"]
                    )


FIXED = {"type", "title", "status", "errors", "message", "responseCode", "responseMessage"}
"""Members whose values, and not only their kinds, are as in the example."""
ANSWERS = [*documented()]


def way_of(one: Documented) -> tuple[str, str]:
    """API Gateway's own words go by the status, as do successes."""
    return one.operation, one.name


EXECUTED = [one for one in ANSWERS if one.name not in SAYS_AWS_ALONE]


def shape(value: Any) -> Any:
    """A value with its texts and numbers reduced to their kind, a list to its kinds."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(member) for member in value][:1]
    return type(value).__name__


def test_every_answer_of_every_operation_has_an_example() -> None:
    without = [
        (operation["operationId"], status, media)
        for _, operation in operations()
        for status, answer in operation["responses"].items()
        for media, body in answer.get("content", {}).items()
        if "example" not in body and not body.get("examples")
    ]
    assert without == []
    assert len(ANSWERS) > 50


def test_every_schema_that_an_answer_may_have_has_an_example_of_its_own() -> None:
    for _, operation in operations():
        for answer in operation["responses"].values():
            for body in answer.get("content", {}).values():
                for schema in body["schema"].get("oneOf", [body["schema"]]):
                    values = [one["value"] for one in body.get("examples", {}).values()]
                    values += [body["example"]] if "example" in body else []
                    assert any(is_valid(value, schema) for value in values), schema


def test_there_is_a_way_to_every_example_and_none_to_nowhere() -> None:
    assert {way_of(one) for one in EXECUTED} == set(WAYS)
    assert {one.name for one in ANSWERS} >= SAYS_AWS_ALONE


@pytest.mark.parametrize("one", EXECUTED, ids=lambda one: f"{one.operation}-{one.name}")
def test_an_example_is_what_is_answered(
    service: Service, monkeypatch: pytest.MonkeyPatch, one: Documented
) -> None:
    (operation,) = [found for _, found in operations() if found["operationId"] == one.operation]
    with serving(Front(service)) as url:
        answer = WAYS[way_of(one)](World(service, url, monkeypatch))
    assert answer.status_code == one.status
    check_headers(answer, operation["responses"][str(one.status)].get("headers", {}))
    if not one.media:
        assert answer.content == b""
        return
    assert answer.headers["content-type"] == one.media
    body = answer.json()
    assert is_valid(body, one.schema)
    assert shape(body) == shape(one.example)
    words = {name: one.example[name] for name in FIXED.intersection(one.example)}
    assert {name: body[name] for name in words} == words


def check_headers(answer: requests.Response, headers: dict[str, Any]) -> None:
    for name, header in headers.items():
        if name not in answer.headers:
            assert not header.get("required"), name
            continue
        value: Any = answer.headers[name]
        value = int(value) if header["schema"].get("type") == "integer" else value
        assert is_valid(value, header["schema"]), name


@pytest.mark.parametrize(
    ("name", "callbacks"),
    [
        ("paid", [samples.CALLBACK]),
        ("overpaid", [samples.CALLBACK, samples.SECOND_PAYMENT]),
        ("partially-refunded", [samples.CALLBACK, samples.PARTIAL_REFUND]),
    ],
)
def test_the_example_of_a_webhook_is_what_a_storefront_is_told(
    service: Service, name: str, callbacks: list[dict[str, Any]]
) -> None:
    post = DOCUMENT["webhooks"]["paymentEvent"]["post"]
    example = post["requestBody"]["content"]["application/json"]["examples"][name]["value"]
    with open_shop(service) as shop:
        shop.order()
        for callback in callbacks:
            fields = {key: value for key, value in callback.items() if key != "signature"}
            service.callback(make_callback_event(make_callback_body(fields)))
        shop.tell()
        told = [(one, json.loads(one.body)) for one in shop.receiver.got]
    ((delivery, body),) = [(one, body) for one, body in told if body["type"] == example["type"]]
    assert is_valid(body, of(NAME))
    assert shape(body) == shape(example)
    amounts = ("paidAmount", "overpaidAmount", "refundedAmount")
    assert [body["data"][one] for one in amounts] == [example["data"][one] for one in amounts]
    (event_id,) = [one for one in post["parameters"] if one["name"] == "webhook-id"]
    assert is_valid(delivery.headers["webhook-id"], event_id["schema"])
