"""The shops of examples/ ask for a payment code until they have it, and never for a second one."""

import pytest
import requests

from testing.scripted.deliveries import make_delivery, make_payment
from testing.scripted.service import Answer, ScriptedService
from tests.external.examples.shops import CUSTOMER, ExampleShop


def test_an_order_gets_its_code(shop: ExampleShop, service: ScriptedService, order_id: str) -> None:
    answer = shop.order(order_id)
    expected = {
        "id": order_id,
        "item": "kaos",
        "amount": 150_000,
        "paymentCode": "8802700000000001",
        "status": "PENDING",
        "version": 2,
        "paid": False,
    }
    assert (answer.status_code, answer.json()) == (201, expected)
    assert shop.see(order_id) == expected
    (asked,) = service.asked
    assert (asked.path, asked.authorization) == ("/payments", "Bearer sk_demo_key")
    assert asked.content_type == "application/json"
    assert asked.body == {
        "customer": CUSTOMER,
        "order": {"id": order_id, "amount": 150_000, "description": "kaos"},
        "url": {"callbackUrl": f"{shop.url}/webhooks"},
    }


@pytest.mark.parametrize(
    "answer",
    [
        Answer(409, "payment-in-progress", retry_after=1),
        Answer(500),
        Answer(503, "gateway-unreachable", retry_after=1),
        Answer(504, "outcome-unknown", retry_after=1),
        None,
    ],
    ids=lambda answer: f"{answer.status}" if answer else "no answer",
)
def test_what_is_not_known_is_asked_again_with_the_same_request(
    shop: ExampleShop, service: ScriptedService, order_id: str, answer: Answer | None
) -> None:
    service.answers = [answer]
    assert shop.order(order_id).status_code == 201
    first, second = service.asked
    assert first == second


def test_a_wait_that_no_customer_would_stand_is_passed_on(
    shop: ExampleShop, service: ScriptedService, order_id: str
) -> None:
    service.answers = [Answer(504, "outcome-unknown", retry_after=40)]
    answer = shop.order(order_id)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "40")
    assert shop.see(order_id)["status"] == "NEW"
    assert shop.order(order_id).json()["status"] == "PENDING"
    first, second = service.asked
    assert first == second


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer(401, "unauthenticated"), 502),
        (Answer(409, "order-exists"), 409),
        (Answer(422, "invalid-request", members={"errors": [{"pointer": "/customer"}]}), 422),
        (Answer(502, "gateway-refused"), 502),
    ],
    ids=lambda value: value.problem if isinstance(value, Answer) else "",
)
def test_a_refusal_is_not_asked_again(
    shop: ExampleShop, service: ScriptedService, order_id: str, answer: Answer, status: int
) -> None:
    service.answers = [answer]
    told = shop.order(order_id)
    assert told.status_code == status
    if status == 422:
        assert told.json()["errors"] == [{"pointer": "/customer"}]
    assert len(service.asked) == 1
    assert shop.see(order_id)["paymentCode"] is None


def test_an_answer_that_comes_after_the_webhook_does_not_undo_it(
    shop: ExampleShop, ordered: str
) -> None:
    payment = make_payment(ordered, status="PAID", version=3)
    assert shop.deliver(make_delivery(payment)) == 204
    answer = shop.order(ordered)
    assert (answer.status_code, answer.json()["status"]) == (201, "PAID")
    assert shop.see(ordered)["paid"] is True


def test_an_order_id_stands_for_one_order(
    shop: ExampleShop, service: ScriptedService, ordered: str
) -> None:
    assert shop.order(ordered, "topi").status_code == 409
    assert len(service.asked) == 1
    assert shop.see(ordered)["amount"] == 150_000


@pytest.mark.parametrize(
    ("order_id", "item"),
    [("toko-x", "mobil"), ("toko-x", None), ("toko-x", ["kaos"]), (None, "kaos"), (7, "kaos")],
)
def test_what_the_shop_does_not_sell_is_not_ordered(
    shop: ExampleShop, service: ScriptedService, order_id: object, item: object
) -> None:
    assert shop.order(order_id, item).status_code == 422
    assert service.asked == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"kaos"', b"\xff"])
def test_a_body_that_is_no_order_is_refused(
    shop: ExampleShop, service: ScriptedService, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{shop.url}/orders", data=body, headers=headers, timeout=10)
    assert answer.status_code in {400, 422}
    assert service.asked == []


def test_the_price_is_the_shops_whatever_the_browser_says(
    shop: ExampleShop, service: ScriptedService, order_id: str
) -> None:
    assert shop.order(order_id, "topi", amount=1).json()["amount"] == 75_000
    assert [asked.body["order"]["amount"] for asked in service.asked] == [75_000]
