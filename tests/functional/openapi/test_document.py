"""docs/openapi.json is made from the code, and what the code answers is what it says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from ops.openapi import samples
from ops.openapi.document import document, render
from ops.openapi.problem_schemas import Kind, name_of, problem_of
from payments.api.problems import INTERNAL, PROBLEMS, internal_error, problem
from payments.domain.errors import (
    AlreadyPaid,
    FieldError,
    GatewayRefused,
    GatewayRejected,
    InvalidRequest,
    NotCancellable,
    PaymentError,
    PaymentInProgress,
    PreviousUnanswered,
)
from payments.domain.money_rules import report_of
from payments.domain.payment import IssuedCode, Payment
from payments.domain.payment_view import payment_view
from payments.domain.transition_table import Status, Trigger
from payments.ledger.entry import Report
from testing.builders import NOW, make_gateway_status, make_payment
from testing.template import ROOT, routes
from tests.unit.request.documents import FULL, errors_of, make_document

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = {"get", "post"}


def reported(trigger: Trigger, **members: Any) -> Report:
    """What a callback reports of the money of the sample order."""
    return report_of(make_gateway_status(**members), trigger, NOW)


FULL_PAYMENT = make_payment(
    status=Status.PAID,
    code=IssuedCode("https://devo.finpay.id/1", NOW, "8802", "app://1", "https://i/1", '[{"a":1}]'),
    ledger=(
        reported(Trigger.PAID)._replace(late=True),
        reported(Trigger.MISMATCH, payment_reference="a7c31b90", paid_amount=900),
        reported(Trigger.PARTIALLY_REFUNDED, paid_amount=300),
    ),
)
ERRORS: dict[type[PaymentError], PaymentError] = {
    InvalidRequest: InvalidRequest((FieldError("/order/id", "is required"),)),
    GatewayRejected: GatewayRejected("4000001", "Invalid Field Format."),
    GatewayRefused: GatewayRefused("4030000", "Feature Not Allowed"),
    PaymentInProgress: PaymentInProgress(2),
    PreviousUnanswered: PreviousUnanswered(30),
    AlreadyPaid: AlreadyPaid(FULL_PAYMENT),
    NotCancellable: NotCancellable(make_payment()),
}


def is_valid(value: object, schema: dict[str, Any]) -> bool:
    """Whether a value is of a schema of the document, or of one that refers to its parts."""
    return Draft202012Validator({"components": DOCUMENT["components"], **schema}).is_valid(value)


def of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS.intersection(item):
            yield f"{method.upper()} {path}", item[method]


def examples(part: object) -> Iterator[tuple[object, dict[str, Any]]]:
    """Every example with its schema, wherever it stands."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        if "example" in part:
            yield part["example"], part["schema"]
        for example in part.get("examples", {}).values():
            yield example["value"], part["schema"]
        for inner in part.values():
            yield from examples(inner)


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == render(), "run make docs"


def test_the_document_has_the_routes_of_the_template_and_no_others() -> None:
    assert {name for name, _ in operations()} == set(routes())


def test_every_example_is_valid() -> None:
    found = [*examples(DOCUMENT["paths"]), *examples(DOCUMENT["webhooks"])]
    assert len(found) > len(routes())
    for example, schema in found:
        assert is_valid(example, schema), example


def test_the_example_of_a_request_is_finpays_own() -> None:
    assert json.loads((ROOT / "local/sample-request.json").read_text()) == samples.REQUEST


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("payment", [make_payment(), FULL_PAYMENT], ids=["bare", "full"])
def test_a_payment_in_any_state_is_as_the_schema_says(payment: Payment, status: Status) -> None:
    assert is_valid(payment_view(replace(payment, status=status)), of("Payment"))


def test_just_the_members_that_may_be_unknown_may_be_null() -> None:
    bare, full = payment_view(make_payment()), payment_view(FULL_PAYMENT)
    assert None not in full.values()
    for name in SCHEMAS["Payment"]["properties"]:
        nulled = full | {name: None}
        assert is_valid(nulled, of("Payment")) is (bare[name] is None), name


def test_a_payment_with_a_member_missing_or_unknown_is_none() -> None:
    full = payment_view(FULL_PAYMENT)
    assert list(full) == SCHEMAS["Payment"]["required"] == list(SCHEMAS["Payment"]["properties"])
    assert not is_valid(full | {"customer": "Hajar"}, of("Payment"))
    for name in full:
        assert not is_valid({key: full[key] for key in full if key != name}, of("Payment"))


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_error_is_answered_as_its_schema_says(kind: type[PaymentError]) -> None:
    body = json.loads(str(problem(ERRORS.get(kind) or kind()).body))
    assert is_valid(body, of(name_of(kind)))
    others = [name for name in SCHEMAS if name.endswith("Problem") and name != name_of(kind)]
    assert not [name for name in others if is_valid(body, of(name))]


def test_a_failure_that_nobody_foresaw_is_answered_as_its_schema_says() -> None:
    assert is_valid(json.loads(str(internal_error().body)), of(name_of(None)))


@pytest.mark.parametrize("kind", [*PROBLEMS, None], ids=str)
def test_every_error_is_an_answer_of_some_operation_under_its_status(kind: Kind) -> None:
    reference = json.dumps(of(name_of(kind)))
    status = str(problem_of(kind)[0])
    places = [
        (name, under)
        for name, operation in operations()
        for under, answer in operation["responses"].items()
        if reference in json.dumps(answer)
    ]
    assert places
    assert {under for _, under in places} == {status}


def test_every_operation_may_fail_in_a_way_that_nobody_foresaw() -> None:
    for _, operation in operations():
        assert str(INTERNAL[0]) in operation["responses"]


def test_finpays_operation_says_that_it_is_not_for_storefronts() -> None:
    tagged = [operation for _, operation in operations() if operation["tags"] == ["finpay"]]
    assert [operation["security"] for operation in tagged] == [[]]
    assert "Not for storefronts" in tagged[0]["description"]


def test_a_request_with_every_member_is_valid() -> None:
    assert is_valid(FULL, of("InitiateRequest"))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/order/amount", 0),
        ("/order/amount", "01000"),
        ("/order/amount", 10**14),
        ("/order/id", "a b"),
        ("/order/id", "shop_x0123456789abcdef"),
        ("/order/item", []),
        ("/order/items", [{}]),
        ("/order/currency", "USD"),
        ("/order/description", "\n"),
        ("/order/description", "\u3000"),
        ("/order/merchantCategoryCode", "12345"),
        ("/customer", {}),
        ("/customer/email", "a@b"),
        ("/customer/email", "a" * 65 + "@b.cd"),
        ("/customer/mobilePhone", "081"),
        ("/customer/phone", "+0215551234"),
        ("/customer/lastName", None),
        ("/url/callbackUrl", "ftp://shop.example"),
        ("/url/callbackUrl", "https://shop.example:65536/"),
        ("/billing", {"address": {"country": "Indonesia"}}),
        ("/shipping/address/sameAsBilling", 1),
        ("/sourceOfFunds/type", "vabni"),
        ("/sourceOfFunds/bank", "bni"),
        ("/card", {}),
    ],
)
def test_what_the_service_refuses_is_not_of_the_schema(pointer: str, value: object) -> None:
    request = make_document({pointer: value}, base=FULL)
    assert errors_of(request)
    assert not is_valid(request, of("InitiateRequest"))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/order/amount", 1000.0),
        ("/order/itemAmount", "0"),
        ("/order/id", "A-z_0"),
        ("/customer/lastName", ""),
        ("/customer/lastName", " " * 60),
        ("/customer/firstName", "\U0001f6d2" * 50),
        ("/customer/mobilePhone", "(0812) 8628-8844"),
        ("/customer/mobilePhone", "6281286288844"),
        ("/customer/phone", "021-555.1234"),
        ("/url/callbackUrl", "HTTPS://Shop.example:65535?a=1"),
        ("/shipping/address/sameAsBilling", False),
    ],
)
def test_what_the_service_takes_is_of_the_schema(pointer: str, value: object) -> None:
    request = make_document({pointer: value}, base=FULL)
    assert not errors_of(request)
    assert is_valid(request, of("InitiateRequest"))
