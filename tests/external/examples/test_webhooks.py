"""The shops of examples/ believe what is signed and new, and nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from testing.scripted.deliveries import (
    FOREIGN_SECRET,
    NEXT_SECRET,
    SECRET,
    Delivery,
    make_delivery,
    make_payment,
)
from testing.scripted.service import ScriptedService
from tests.external.examples.shops import LANGUAGES, ExampleShop, Service, running

type Spoil = Callable[[dict[str, str], bytes], Delivery]


def make_paid(order_id: str, **overrides: Any) -> dict[str, Any]:
    return make_payment(order_id, **{"status": "PAID", "version": 3, **overrides})


def test_a_signed_delivery_is_stored(shop: ExampleShop, ordered: str) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered))) == 204
    seen = shop.see(ordered)
    assert (seen["status"], seen["version"], seen["paid"]) == ("PAID", 3, True)


def without(name: str) -> Spoil:
    return lambda headers, body: ({k: v for k, v in headers.items() if k != name}, body)


def with_header(name: str, value: str) -> Spoil:
    return lambda headers, body: ({**headers, name: value}, body)


SPOILED: dict[str, Spoil] = {
    "no id": without("webhook-id"),
    "no timestamp": without("webhook-timestamp"),
    "no signature": without("webhook-signature"),
    "another id": with_header("webhook-id", "evt_toko-1_9"),
    "another timestamp": lambda headers, body: (
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)},
        body,
    ),
    "no number as timestamp": with_header("webhook-timestamp", "now"),
    "empty signature": with_header("webhook-signature", ""),
    "signature without version": lambda headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"].removeprefix("v1,")},
        body,
    ),
    "signature of another version": lambda headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
        body,
    ),
    "signature that is no base64": with_header("webhook-signature", "v1,***"),
    "half a signature": lambda headers, body: (
        {**headers, "webhook-signature": headers["webhook-signature"][:20]},
        body,
    ),
    "altered body": lambda headers, body: (headers, body.replace(b'"PAID"', b'"PAID" ')),
    "body that is no UTF-8": lambda headers, body: (headers, body + b"\xff"),
    "empty body": lambda headers, _: (headers, b""),
    "huge body": lambda headers, body: (headers, body + b" " * 70_000),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_delivery_that_is_not_as_it_was_signed_is_refused(
    shop: ExampleShop, ordered: str, spoil: Spoil
) -> None:
    headers, body = make_delivery(make_paid(ordered))
    assert shop.deliver(spoil(headers, body)) in {400, 401, 413}
    assert shop.see(ordered)["version"] == 2
    # It was for what was spoiled, and nothing else.
    assert shop.deliver((headers, body)) == 204


def test_a_delivery_that_somebody_else_signed_is_refused(shop: ExampleShop, ordered: str) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered), secrets=(FOREIGN_SECRET,))) == 401
    assert shop.see(ordered)["version"] == 2


@pytest.mark.parametrize("age", [330, -330, 365 * 86400])
def test_a_delivery_of_another_time_is_refused(shop: ExampleShop, ordered: str, age: int) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered), age=age)) == 401
    assert shop.see(ordered)["version"] == 2


@pytest.mark.parametrize("age", [270, -270])
def test_clocks_may_differ_by_minutes(shop: ExampleShop, ordered: str, age: int) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered), age=age)) == 204
    assert shop.see(ordered)["paid"] is True


@pytest.mark.parametrize("secrets", [(SECRET, NEXT_SECRET), (NEXT_SECRET, SECRET)])
def test_one_of_two_signatures_is_enough_while_the_secret_rotates(
    shop: ExampleShop, ordered: str, secrets: tuple[str, ...]
) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered), secrets=secrets)) == 204
    assert shop.see(ordered)["paid"] is True


def test_a_duplicate_is_acknowledged_and_changes_nothing(shop: ExampleShop, ordered: str) -> None:
    delivery = make_delivery(make_paid(ordered))
    assert [shop.deliver(delivery) for _ in range(3)] == [204] * 3
    # The same version never says something else, so whatever says so is not taken either.
    assert shop.deliver(make_delivery(make_payment(ordered, status="EXPIRED", version=3))) == 204
    assert shop.see(ordered)["status"] == "PAID"


def test_an_older_version_is_acknowledged_and_changes_nothing(
    shop: ExampleShop, ordered: str
) -> None:
    shop.deliver(make_delivery(make_paid(ordered, version=10)))
    # As text, "9" would be newer than "10".
    for version in (2, 9):
        expired = make_payment(ordered, status="EXPIRED", version=version)
        assert shop.deliver(make_delivery(expired)) == 204
    seen = shop.see(ordered)
    assert (seen["status"], seen["version"]) == ("PAID", 10)


def test_a_newer_version_is_applied_whatever_came_before(shop: ExampleShop, ordered: str) -> None:
    for status, version, paid in [("EXPIRED", 3, False), ("PAID", 4, True), ("REFUNDED", 6, False)]:
        payment = make_payment(ordered, status=status, version=version)
        assert shop.deliver(make_delivery(payment)) == 204
        seen = shop.see(ordered)
        assert (seen["status"], seen["version"], seen["paid"]) == (status, version, paid)


def test_the_newest_of_concurrent_deliveries_stays(shop: ExampleShop, ordered: str) -> None:
    for newest in range(10, 60, 10):
        older = [
            make_delivery(make_payment(ordered, version=newest - behind)) for behind in range(1, 8)
        ]
        deliveries = [make_delivery(make_paid(ordered, version=newest)), *older]
        with ThreadPoolExecutor(len(deliveries)) as crowd:
            with shop.nothing_written():
                answers = [crowd.submit(shop.deliver, delivery) for delivery in deliveries]
                # Time enough to read the order: who read it before others wrote knows too little.
                sleep(0.3)
            assert {answer.result() for answer in answers} == {204}
        seen = shop.see(ordered)
        assert (seen["status"], seen["version"], seen["paid"]) == ("PAID", newest, True)


@pytest.mark.parametrize("other", [{"amount": 1}, {"amount": 150_001}, {"currency": "USD"}])
def test_another_amount_is_not_paid(shop: ExampleShop, ordered: str, other: dict[str, Any]) -> None:
    assert shop.deliver(make_delivery(make_paid(ordered, **other))) == 204
    seen = shop.see(ordered)
    assert (seen["status"], seen["paid"]) == ("PAID", False)


@pytest.mark.parametrize("status", ["INITIATING", "REVIEW", "FAILED", "PARTIALLY_REFUNDED"])
def test_nothing_but_paid_is_paid(shop: ExampleShop, ordered: str, status: str) -> None:
    assert shop.deliver(make_delivery(make_payment(ordered, status=status, version=3))) == 204
    seen = shop.see(ordered)
    assert (seen["status"], seen["paid"]) == (status, False)


def test_an_order_of_somebody_else_is_not_acknowledged(shop: ExampleShop) -> None:
    assert shop.deliver(make_delivery(make_paid("no-order-of-this-shop"))) == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_acknowledged_is_there_after_a_restart(
    language: str, service: ScriptedService, order_id: str, tmp_path: Path
) -> None:
    told = Service(service.url, "sk_demo_key", SECRET)
    with running(language, told, tmp_path) as shop:
        assert shop.order(order_id).status_code == 201
        assert shop.deliver(make_delivery(make_paid(order_id))) == 204
    with running(language, told, tmp_path) as shop:
        assert shop.see(order_id)["paid"] is True
        assert shop.deliver(make_delivery(make_payment(order_id))) == 204
        assert shop.see(order_id)["version"] == 3
