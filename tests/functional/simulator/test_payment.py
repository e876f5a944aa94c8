from datetime import UTC, datetime, timedelta

import pytest

from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def test_a_payment_calls_the_shop_back(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    shop.initiate()
    answer = fate.pay()
    assert receiver.statuses == ["PAID"]
    assert answer["order"]["status"] == "PAID"
    assert answer["complete"] is True
    assert [attempt["httpStatus"] for attempt in answer["callbacks"]] == [200]


def test_a_code_is_paid_like_its_order(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    code = shop.initiate().json()["paymentCode"]
    fate.post(f"/codes/{code}/pay", channel="PEGADAIAN")
    assert shop.status() == "PAID"
    assert receiver.received[0].fields["result"]["payment"]["channel"] == "PEGADAIAN"


def test_a_wrong_amount_is_what_was_paid_and_not_what_was_ordered(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay(amount=999)
    fields, data = receiver.received[0].fields, shop.check().json()["data"]
    for facts in (fields, data):
        assert facts["order"]["amount"] == 1000
        assert facts["result"]["payment"]["amount"] == 999


def test_a_paid_order_is_paid_again_only_on_purpose(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay()
    again = fate.call("POST", f"/orders/{ORDER_ID}/pay", {})
    assert (again.status_code, again.json()["error"]) == (409, "not-possible")
    assert len(receiver.received) == 1
    fate.pay(again=True)
    first, second = (received.fields["order"]["reference"] for received in receiver.received)
    assert first != second


def test_an_expired_code_is_paid_only_when_fate_says_late(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate(order={"timeout": 1})
    fate.advance(59)
    assert shop.status() == "REQUEST_INITIATED"
    fate.advance(1)
    assert shop.status() == "EXPIRED"
    assert fate.call("POST", f"/orders/{ORDER_ID}/pay").status_code == 409
    assert receiver.received == []
    fate.pay(late=True)
    assert shop.status() == "PAID"
    assert receiver.statuses == ["PAID"]


def test_a_cancelled_code_can_be_paid_late(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    shop.cancel()
    fate.pay(late=True)
    assert shop.status() == "PAID"


def test_a_lost_callback_is_recorded_and_never_sent(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay(callback="lose")
    fate.advance(7200)
    assert receiver.received == []
    assert shop.status() == "PAID"
    assert [(attempt["lost"], attempt["error"]) for attempt in fate.log()] == [(True, "lost")]


def test_a_payment_without_a_callback_is_not_even_recorded(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    assert fate.pay(callback="none")["callbacks"] == []
    assert (receiver.received, fate.log()) == ([], [])


def test_a_delayed_callback_comes_when_its_time_has(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    answer = fate.pay(callback="delay", delaySeconds=600)
    assert answer["complete"] is False
    fate.advance(599)
    assert receiver.received == []
    fate.advance(1)
    assert receiver.statuses == ["PAID"]


def test_a_payment_can_be_called_back_several_times(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay(copies=3)
    assert len(receiver.received) == 3
    assert len({received.body for received in receiver.received}) == 1


def test_fate_can_end_an_orders_time(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    shop.initiate()
    order = fate.post(f"/orders/{ORDER_ID}/expire")["order"]
    assert order["status"] == shop.status() == "EXPIRED"
    assert datetime.fromisoformat(order["expiresAt"]) <= datetime.now(UTC) + timedelta(seconds=1)
    assert receiver.received == []


def test_an_expiry_can_be_called_back(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    shop.initiate()
    fate.post(f"/orders/{ORDER_ID}/expire", callback="send")
    assert receiver.statuses == ["EXPIRED"]


def test_a_paid_order_does_not_expire(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay()
    assert fate.call("POST", f"/orders/{ORDER_ID}/expire").status_code == 409
    fate.advance(2 * 86_400)
    assert shop.status() == "PAID"


@pytest.mark.parametrize("status", ["PENDING", "FAILED", "REFUNDED", "SOMETHING_NEW"])
def test_any_status_can_be_set_and_called_back(
    shop: Shop, fate: Fate, receiver: Receiver, status: str
) -> None:
    shop.initiate()
    fate.post(f"/orders/{ORDER_ID}/status", status=status)
    assert receiver.statuses == [status]
    assert shop.status() == status


def test_a_status_that_means_money_comes_with_the_full_amount(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.post(f"/orders/{ORDER_ID}/status", status="CAPTURED", callback="none")
    payment = shop.check().json()["data"]["result"]["payment"]
    assert (payment["status"], payment["amount"]) == ("CAPTURED", 1000)


def test_a_refund_keeps_the_reference_of_the_payment(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.pay()
    fate.post(f"/orders/{ORDER_ID}/status", status="REFUNDED")
    paid, refunded = (received.fields for received in receiver.received)
    assert paid["order"]["reference"] == refunded["order"]["reference"]
