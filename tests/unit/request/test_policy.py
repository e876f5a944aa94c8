"""The policy is about each field whose type says that a policy is needed."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from payments.payment_requests.customer import check_email
from payments.payment_requests.payment_request import PaymentRequest
from payments.payment_requests.request_policy import RequestPolicy
from payments.payment_requests.urls import check_url

# What each check of a type leaves to the policy: whether an origin is registered, for instance.
REFUSED = {check_email: "paid@finpay.test", check_url: "https://stranger.example"}
NOTHING = RequestPolicy(sources_of_funds=(), allowed_origins=())


def fields(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all fields that one of the checks is for."""
    for name, field in model.model_fields.items():
        here = (*path, field.alias or name)
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if is_model(one)]
        for one in inner:
            yield from fields(one, here)
        if value_of(field.metadata):
            yield here


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def value_of(metadata: list[Any]) -> str:
    checks = [getattr(one, "func", None) for one in metadata]
    return next((REFUSED[check] for check in checks if check in REFUSED), "")


def document_with(path: tuple[str, ...], value: str) -> dict[str, Any]:
    document: Any = value
    for name in reversed(path):
        document = {name: document}
    whole: dict[str, Any] = document
    return whole


def test_the_policy_refuses_every_field_that_has_an_email_or_a_url() -> None:
    found = list(fields(PaymentRequest))
    assert ("url", "callbackUrl") in found
    assert ("shipping", "contact", "email") in found
    for path in found:
        value = REFUSED[check_email if path[-1] == "email" else check_url]
        (error,) = NOTHING.errors(document_with(path, value))
        assert error.pointer == "/" + "/".join(path)


def test_the_policy_reads_no_field_that_is_absent_or_no_text() -> None:
    assert not list(NOTHING.errors({}))
    assert not list(NOTHING.errors({"url": [], "customer": "x", "shipping": {"contact": None}}))
    assert not list(NOTHING.errors({"url": {"callbackUrl": 1}, "sourceOfFunds": {"type": None}}))
