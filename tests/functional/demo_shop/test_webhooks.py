"""The shop believes signed webhooks, newest version first, and nothing else."""

import re
from typing import Any

import pytest

from examples.shop.catalogue import PRODUCT
from testing.scripted.deliveries import (
    FOREIGN_SECRET,
    NEXT_SECRET,
    SECRET,
    make_delivery,
    make_payment,
)
from tests.functional.demo_shop.customer import Customer

AMOUNT = 2 * PRODUCT.price


@pytest.fixture
def key(customer: Customer) -> str:
    """Of an order that has its code: PENDING, version 2."""
    return customer.buy()


def make_paid(order_id: str, **overrides: Any) -> dict[str, Any]:
    return make_payment(order_id, **{"status": "PAID", "version": 3, "amount": AMOUNT, **overrides})


def test_a_paid_webhook_makes_the_page_say_paid(customer: Customer, key: str) -> None:
    assert customer.deliver(make_delivery(make_paid(customer.order_id(key)))) == 204
    assert customer.stage(key) == "paid"
    assert "preparing your order" in customer.page(key)
    assert "Lunas" in customer.page(key, "id")


def test_a_late_payment_says_that_it_came_late(customer: Customer, key: str) -> None:
    customer.deliver(make_delivery(make_paid(customer.order_id(key), paidLate=True)))
    assert customer.stage(key) == "paid"
    assert "after its time was over" in customer.page(key)


@pytest.mark.parametrize(
    ("language", "title", "label"),
    [
        ("en", "Paid, and more than needed", "Paid too much"),
        ("id", "Lunas, dengan kelebihan bayar", "Kelebihan bayar"),
    ],
)
def test_a_payment_that_came_twice_is_paid_and_says_what_is_too_much(
    customer: Customer, key: str, language: str, title: str, label: str
) -> None:
    customer.deliver(make_delivery(make_paid(customer.order_id(key), overpaidAmount=150_001)))
    page = customer.page(key, language)
    assert customer.stage(key) == "overpaid"
    assert f">{title}</h1>" in page
    assert f'<dt>{label}</dt><dd id="too-much">Rp 150.001</dd>' in page
    assert customer.row(key)["paid"] == 1, "the goods go out, once"


def test_an_order_is_plainly_paid_when_the_excess_went_back(customer: Customer, key: str) -> None:
    order_id = customer.order_id(key)
    customer.deliver(make_delivery(make_paid(order_id, overpaidAmount=AMOUNT)))
    customer.deliver(make_delivery(make_paid(order_id, version=4)))
    assert customer.stage(key) == "paid"
    assert 'id="too-much"' not in customer.page(key)
    assert customer.row(key)["paid"] == 1


@pytest.mark.parametrize("order", [("paid", "overpaid"), ("overpaid", "paid")])
def test_two_events_of_one_change_say_the_same_whichever_comes_first(
    customer: Customer, key: str, order: tuple[str, str]
) -> None:
    payment = make_paid(customer.order_id(key), overpaidAmount=900)
    told = {"paid": make_delivery(payment), "overpaid": make_delivery(payment, about="overpaid")}
    assert told["paid"][0]["webhook-id"] != told["overpaid"][0]["webhook-id"]
    assert [customer.deliver(told[one]) for one in order] == [204, 204]
    assert customer.stage(key) == "overpaid"


@pytest.mark.parametrize(
    ("status", "refunded", "shown"),
    [
        ("PARTIALLY_REFUNDED", 300, "Rp 300"),
        ("PARTIALLY_REFUNDED", None, None),
        ("REFUNDED", AMOUNT, "Rp 300.000"),
    ],
)
def test_what_was_paid_back_is_shown_if_it_is_known(
    customer: Customer, key: str, status: str, refunded: int | None, shown: str | None
) -> None:
    payment = make_paid(customer.order_id(key), status=status, refundedAmount=refunded)
    customer.deliver(make_delivery(payment))
    for language, label in (("en", "Paid back"), ("id", "Sudah dikembalikan")):
        page = customer.page(key, language)
        rows = re.findall(r'<dt>([^<]+)</dt><dd id="paid-back">([^<]+)</dd>', page)
        assert rows == ([(label, shown)] if shown else [])
    assert customer.row(key)["paid"] == 0


def test_several_refunds_are_not_added_up(customer: Customer, key: str) -> None:
    order_id = customer.order_id(key)
    for version, refunded in ((3, 300), (4, 700)):
        told = make_paid(
            order_id, status="PARTIALLY_REFUNDED", version=version, refundedAmount=refunded
        )
        customer.deliver(make_delivery(told))
    assert '<dd id="paid-back">Rp 700</dd>' in customer.page(key)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("INITIATING", "asking"),
        ("PENDING", "open"),
        ("EXPIRED", "expired"),
        ("CANCELLED", "cancelled"),
        ("FAILED", "failed"),
        ("REVIEW", "review"),
        ("REFUNDED", "refunded"),
        ("PARTIALLY_REFUNDED", "partially_refunded"),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_status_has_a_page_in_both_languages(
    customer: Customer, key: str, status: str, stage: str, language: str
) -> None:
    payment = make_payment(customer.order_id(key), status=status, version=3, amount=AMOUNT)
    assert customer.deliver(make_delivery(payment)) == 204
    assert customer.stage(key) == stage
    assert f'<html lang="{language}">' in customer.page(key, language)
    assert customer.row(key)["paid"] == 0


@pytest.mark.parametrize("other", [{"amount": 1}, {"amount": AMOUNT + 1}, {"currency": "USD"}])
def test_another_amount_is_not_paid(customer: Customer, key: str, other: dict[str, Any]) -> None:
    assert customer.deliver(make_delivery(make_paid(customer.order_id(key), **other))) == 204
    assert customer.stage(key) == "review"


def test_a_delivery_that_somebody_else_signed_is_refused(customer: Customer, key: str) -> None:
    forged = make_delivery(make_paid(customer.order_id(key)), secrets=(FOREIGN_SECRET,))
    assert customer.deliver(forged) == 401
    assert customer.stage(key) == "open"


@pytest.mark.parametrize("secrets", [(SECRET, NEXT_SECRET), (NEXT_SECRET, SECRET)])
def test_one_of_two_signatures_is_enough_while_the_secret_rotates(
    customer: Customer, key: str, secrets: tuple[str, ...]
) -> None:
    delivery = make_delivery(make_paid(customer.order_id(key)), secrets=secrets)
    assert customer.deliver(delivery) == 204
    assert customer.stage(key) == "paid"


@pytest.mark.parametrize("age", [330, -330, 365 * 86400])
def test_a_delivery_of_another_time_is_refused(customer: Customer, key: str, age: int) -> None:
    assert customer.deliver(make_delivery(make_paid(customer.order_id(key)), age=age)) == 401
    assert customer.stage(key) == "open"


def test_a_body_that_was_changed_on_the_way_is_refused(customer: Customer, key: str) -> None:
    pending = make_payment(customer.order_id(key), version=3, amount=AMOUNT)
    headers, body = make_delivery(pending)
    assert customer.deliver((headers, body.replace(b'"PENDING"', b'"PAID"'))) == 401
    assert customer.deliver(({}, body)) == 401
    assert customer.deliver((headers, b"\xff" + body)) == 401
    assert customer.stage(key) == "open"


def test_a_replay_is_acknowledged_and_changes_nothing(customer: Customer, key: str) -> None:
    paid = make_delivery(make_paid(customer.order_id(key)))
    assert [customer.deliver(paid) for _ in range(3)] == [204] * 3
    refunded = make_paid(customer.order_id(key), status="REFUNDED", version=4)
    assert customer.deliver(make_delivery(refunded)) == 204
    assert customer.deliver(paid) == 204
    assert customer.stage(key) == "refunded"


def test_an_older_version_changes_nothing(customer: Customer, key: str) -> None:
    order_id = customer.order_id(key)
    customer.deliver(make_delivery(make_paid(order_id, version=10)))
    older = make_payment(order_id, status="EXPIRED", version=9, amount=AMOUNT)
    assert customer.deliver(make_delivery(older)) == 204
    assert customer.stage(key) == "paid"


def test_an_order_of_somebody_else_is_not_acknowledged(customer: Customer) -> None:
    assert customer.deliver(make_delivery(make_paid("no-order-of-this-shop"))) == 404


def test_a_body_without_end_is_not_read(customer: Customer) -> None:
    headers, body = make_delivery(make_paid("toko-1", note="x" * 70_000))
    assert customer.deliver((headers, body)) == 413
