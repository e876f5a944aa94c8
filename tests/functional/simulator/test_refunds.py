"""What reports of money name, and what the amount of a refund means: each form can be chosen."""

from typing import Any

import pytest

from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def refund(fate: Fate, amount: int | None = None) -> Any:
    body = {} if amount is None else {"amount": amount}
    return fate.post(f"/orders/{ORDER_ID}/refund", **body)["order"]


def payments(receiver: Receiver) -> list[dict[str, Any]]:
    return [received.fields["result"]["payment"] for received in receiver.received]


@pytest.mark.parametrize(
    ("meaning", "amounts"),
    [("paid", [1000, 1000, 1000]), ("each", [1000, 300, 700]), ("total", [1000, 300, 1000])],
)
def test_a_refund_tells_what_was_paid_or_this_refund_or_all_so_far(
    shop: Shop, fate: Fate, receiver: Receiver, meaning: str, amounts: list[int]
) -> None:
    fate.post("/settings", refundAmounts=meaning)
    shop.initiate()
    fate.pay()
    assert refund(fate, 300)["status"] == "PARTIALLY_REFUNDED"
    told = shop.check().json()["data"]["result"]["payment"]
    last = refund(fate)
    assert (last["status"], last["refundedAmount"]) == ("REFUNDED", 1000)
    assert [payment["amount"] for payment in payments(receiver)] == amounts
    assert told["amount"] == amounts[1]
    assert receiver.statuses == ["PAID", "PARTIALLY_REFUNDED", "REFUNDED"]


def test_no_more_goes_back_than_was_paid(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    path = f"/orders/{ORDER_ID}/refund"
    assert fate.call("POST", path).status_code == 409
    fate.pay()
    assert fate.call("POST", path, {"amount": 1001}).status_code == 409
    refund(fate)
    answer = fate.call("POST", path)
    assert (answer.status_code, answer.json()["error"]) == (409, "not-possible")


def test_money_that_comes_after_a_refund_can_go_back_too(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay()
    refund(fate)
    assert fate.pay(again=True)["order"]["refundedAmount"] is None
    assert refund(fate, 400)["refundedAmount"] == 400


@pytest.mark.parametrize(
    ("naming", "has_order", "has_payment"),
    [
        ("payment", True, True),
        ("order", True, False),
        ("own", True, True),
        ("none", False, False),
    ],
)
def test_a_report_names_its_money_where_it_is_told_to(
    shop: Shop, fate: Fate, receiver: Receiver, naming: str, *, has_order: bool, has_payment: bool
) -> None:
    fate.post("/settings", references=naming)
    shop.initiate()
    fate.pay()
    for facts in (receiver.received[0].fields, shop.check().json()["data"]):
        assert bool(facts["order"]["reference"]) is has_order
        assert ("reference" in facts["result"]["payment"]) is has_payment


def test_a_status_check_can_have_references_of_its_own(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay()
    named = payments(receiver)[0]["reference"]
    assert shop.check().json()["data"]["result"]["payment"]["reference"] == named
    fate.post("/settings", references="own")
    assert shop.check().json()["data"]["result"]["payment"]["reference"] != named
    fate.post("/reset")
    shop.initiate()
    named = fate.pay()["order"]["reference"]
    assert shop.check().json()["data"]["result"]["payment"]["reference"] == named
