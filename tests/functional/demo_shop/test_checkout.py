"""The shop decides what is ordered, asks with one body for each order, and fails kindly."""

import re
from types import SimpleNamespace

import pytest

from examples.shop import order_pages, orders
from examples.shop.catalogue import MOST, PRODUCT
from testing.personal_data import marks
from testing.scripted.deliveries import make_delivery, make_payment
from testing.scripted.service import Answer, ScriptedService
from tests.functional.demo_shop.customer import Customer


def test_an_order_gets_its_code(customer: Customer, service: ScriptedService) -> None:
    key = customer.buy()
    assert customer.stage(key) == "open"
    assert "8802700000000001" in customer.page(key)
    (asked,) = service.asked
    assert (asked.path, asked.authorization) == ("/payments", "Bearer sk_demo_key")
    assert asked.body == {
        "customer": {
            "firstName": marks.FIRST_NAME,
            "lastName": marks.LAST_NAME,
            "email": marks.EMAIL,
            "mobilePhone": marks.PHONE,
        },
        "order": {
            "id": customer.order_id(key),
            "amount": 2 * PRODUCT.price,
            "description": "2 x Kaos batik",
        },
        "url": {"callbackUrl": "http://127.0.0.1:8000/webhooks"},
    }


def test_price_and_order_id_are_the_shops_whatever_a_browser_sends(
    customer: Customer, service: ScriptedService
) -> None:
    key = customer.buy(amount="1", price="1", id="mine", orderId="mine", quantity="3")
    order = service.asked[0].body["order"]
    assert order["amount"] == 3 * PRODUCT.price
    assert re.fullmatch(r"toko-[0-9a-f]{16}", order["id"])
    assert "Rp 450.000" in customer.page(key)


@pytest.mark.parametrize(
    "quantity", ["0", str(MOST + 1), "-1", "1.5", "01", "²", "", None, "9" * 5000]
)
def test_a_quantity_that_is_not_sold_is_refused_without_asking(
    customer: Customer, service: ScriptedService, quantity: str | None
) -> None:
    answer = customer.send(customer.key(), quantity=quantity)
    assert answer.status_code == 422
    assert "Choose a quantity" in answer.text
    assert service.asked == []


@pytest.mark.parametrize("field", ["firstName", "email", "mobilePhone"])
@pytest.mark.parametrize("value", ["", "  ", None, "x" * 321])
def test_a_field_that_is_missing_or_endless_is_named_without_asking(
    customer: Customer, service: ScriptedService, field: str, value: str | None
) -> None:
    answer = customer.send(customer.key(), **{field: value})
    assert answer.status_code == 422
    assert re.findall(r'aria-describedby="wrong-(\w+)"', answer.text) == [field]
    assert service.asked == []


def test_a_last_name_may_be_missing(customer: Customer, service: ScriptedService) -> None:
    customer.buy(lastName=" ")
    assert "lastName" not in service.asked[0].body["customer"]


def test_what_a_customer_typed_is_text_and_never_markup(customer: Customer) -> None:
    answer = customer.send(customer.key(), firstName='"><script>alert(1)</script>', email="")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


@pytest.mark.parametrize("key", ["", "short", "A" * 32, "g" * 32, "0" * 33, None])
def test_a_form_without_a_key_of_the_shops_makes_no_order(
    customer: Customer, service: ScriptedService, key: str | None
) -> None:
    assert customer.shop.post("/en/orders", data={"key": key} if key else {}).status_code == 400
    assert service.asked == []


# The same order again


def test_a_form_that_is_sent_twice_is_one_order_with_one_request(
    customer: Customer, service: ScriptedService
) -> None:
    key = customer.buy()
    assert customer.send(key).status_code == 303
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(503, "unavailable", 7),
        Answer(503, "gateway-unreachable", 30),
        Answer(504, "outcome-unknown", 40),
        Answer(500),
        Answer(502, "bad-gateway"),
        Answer(429),
        Answer(409, "payment-in-progress", 5),
        Answer(401, "unauthenticated"),
        Answer(201, members={"orderId": None}),
        None,
    ],
)
def test_an_open_outcome_is_told_and_asked_for_again_with_the_very_same_body(
    customer: Customer, service: ScriptedService, trouble: Answer | None
) -> None:
    service.answers = [trouble, trouble]
    key = customer.buy()
    assert customer.stage(key) == "asking"
    assert "nothing is charged" in customer.page(key)
    customer.ask_again(key)
    assert customer.stage(key) == "asking"
    customer.send(key)
    assert customer.stage(key) == "open"
    first, second, third = (asked.body for asked in service.asked)
    assert first == second == third


@pytest.mark.parametrize(("retry_after", "pause"), [(7, 7), (None, 5), (0, 5), (10**6, 120)])
def test_the_page_waits_as_long_as_the_service_asks_for(
    customer: Customer,
    service: ScriptedService,
    monkeypatch: pytest.MonkeyPatch,
    retry_after: int | None,
    pause: int,
) -> None:
    # The page has what is left of it, so time stands still.
    for module in (orders, order_pages):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: 0))
    service.answers = [Answer(503, "unavailable", retry_after)]
    page = customer.page(customer.buy())
    assert re.findall(r'data-pause="(\d+)"', page) == [str(pause)]


def test_a_changed_form_does_not_change_the_order_that_was_sent(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(503)]
    key = customer.buy()
    changed = customer.send(key, quantity="5")
    assert changed.status_code == 409
    assert f"/en/orders/{key}" in changed.text
    assert len(service.asked) == 1
    customer.ask_again(key)
    assert service.asked[1].body == service.asked[0].body
    (fresh,) = re.findall(r'name="key" value="(\w+)"', changed.text)
    assert customer.send(fresh, quantity="5").status_code == 303
    assert service.asked[2].body["order"]["amount"] == 5 * PRODUCT.price
    assert service.asked[2].body["order"]["id"] != service.asked[0].body["order"]["id"]


def test_other_names_on_the_same_form_are_not_sent(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(503)]
    key = customer.buy()
    assert customer.send(key, firstName="Somebody Else").status_code == 303
    assert service.asked[1].body == service.asked[0].body


# Refusals


def test_a_wrong_field_is_named_and_the_corrected_form_is_another_order(
    customer: Customer, service: ScriptedService
) -> None:
    errors = [{"pointer": "/customer/mobilePhone", "detail": "is no phone"}]
    service.answers = [Answer(422, "invalid-request", members={"errors": errors})]
    key = customer.key()
    answer = customer.send(key, mobilePhone="12")
    assert answer.status_code == 422
    assert re.findall(r'aria-describedby="wrong-(\w+)"', answer.text) == ["mobilePhone"]
    assert 'value="12"' in answer.text
    (fresh,) = re.findall(r'name="key" value="(\w+)"', answer.text)
    assert customer.send(fresh).status_code == 303
    ids = [asked.body["order"]["id"] for asked in service.asked]
    assert ids[0] != ids[1]
    assert customer.stage(key) == "refused"


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(422, "gateway-rejected"),
        Answer(409, "order-exists"),
        Answer(502, "gateway-refused"),
        Answer(400, "malformed-body"),
    ],
)
def test_a_refused_order_is_not_asked_for_again(
    customer: Customer, service: ScriptedService, refusal: Answer
) -> None:
    service.answers = [refusal]
    key = customer.key()
    answer = customer.send(key)
    assert answer.status_code == 422
    assert "cannot be taken" in answer.text
    customer.ask_again(key)
    customer.send(key)
    assert len(service.asked) == 1
    assert customer.stage(key) == "refused"


def test_an_order_that_is_refused_at_a_later_try_says_so_on_its_page(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(503), Answer(502, "gateway-refused")]
    key = customer.buy()
    customer.ask_again(key)
    assert customer.stage(key) == "refused"
    assert "no code and no charge" in customer.page(key)


# What is kept of a customer


def test_the_customer_is_forgotten_once_the_outcome_is_certain(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(503)]
    key = customer.buy()
    assert marks.EMAIL.encode() in customer.row(key)["body"]
    customer.ask_again(key)
    assert customer.row(key)["body"] is None


def test_the_customer_of_a_refused_order_is_forgotten_too(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(422, "gateway-rejected")]
    key = customer.key()
    customer.send(key)
    assert customer.row(key)["body"] is None


def test_a_webhook_that_is_quicker_than_the_answer_is_enough(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(504, "outcome-unknown", 40)]
    key = customer.buy()
    payment = make_payment(customer.order_id(key), amount=2 * PRODUCT.price)
    assert customer.deliver(make_delivery(payment)) == 204
    assert customer.stage(key) == "open"
    customer.ask_again(key)
    assert len(service.asked) == 1
