import json
import threading
from datetime import datetime
from itertools import pairwise

import pytest

from payments.domain.errors import SignatureError
from simulator import server
from simulator.server import Server
from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def test_a_callback_has_the_shape_of_a_payment_codes(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    code = shop.initiate(customer={"id": "c-1"}, meta={"data": {"a": 1}}).json()["paymentCode"]
    fate.pay()
    received = receiver.received[0]
    assert received.path == "/callbacks?from=finpay"
    assert received.content_type == "application/json"
    fields = received.fields
    payment = fields["result"]["payment"]
    assert list(fields) == [
        "merchant",
        "customer",
        "order",
        "transaction",
        "sourceOfFunds",
        "meta",
        "result",
        "signature",
    ]
    assert fields["merchant"] == {"id": "FINPAY770"}
    assert fields["customer"] == {"id": "c-1"}
    assert fields["order"] == {
        "id": ORDER_ID,
        "reference": payment["reference"],
        "amount": 1000,
        "currency": "IDR",
    }
    assert fields["sourceOfFunds"] == {"type": "finpaycode", "paymentCode": code}
    assert fields["meta"] == {"data": {"a": 1}}
    assert (payment["status"], payment["amount"]) == ("PAID", 1000)
    assert {"statusDesc", "userDesc", "datetime", "reference", "channel"} < set(payment)


@pytest.mark.parametrize(
    "data", ["a/b", "Jalan Çelebi 🌸\u2028", {}, {"0": "x", "1": "y"}, 10.0, [1, {"a": []}], None]
)
def test_a_callback_is_signed_as_php_signs(
    shop: Shop, fate: Fate, receiver: Receiver, data: object
) -> None:
    assert shop.initiate(meta={"data": data}).status_code == 200
    fate.pay()
    received = receiver.received[0]
    assert received.signed_form() == "raw"
    assert received.body.isascii()
    without_spaces = json.dumps(json.loads(received.body), separators=(",", ":"))
    assert received.body.decode() == without_spaces.replace("/", "\\/")


def test_a_callback_is_signed_with_the_merchants_own_key(receiver: Receiver) -> None:
    with server.start(merchant_id="SHOP1", merchant_key="another") as finpay:
        shop = Shop(finpay, receiver.url)
        shop.auth = ("SHOP1", "another")
        shop.initiate()
        Fate(finpay).pay()
    assert receiver.received[0].signed_form("another") == "raw"
    with pytest.raises(SignatureError):
        receiver.received[0].signed_form()


def minutes_between_attempts(fate: Fate) -> list[int]:
    times = [datetime.fromisoformat(attempt["time"]) for attempt in fate.log()]
    return [round((after - before).total_seconds() / 60) for before, after in pairwise(times)]


@pytest.mark.parametrize("status", [500, 503])
def test_a_5xx_is_tried_again_after_1_5_15_30_and_60_minutes(
    shop: Shop, fate: Fate, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status] * 10
    shop.initiate()
    fate.pay()
    assert len(receiver.received) == 1
    fate.advance(59)
    assert len(receiver.received) == 1
    fate.advance(30 * 86_400)
    assert minutes_between_attempts(fate) == [1, 5, 15, 30, 60]
    assert len({received.body for received in receiver.received}) == 1
    assert [attempt["attempt"] for attempt in fate.log()] == [1, 2, 3, 4, 5, 6]
    assert {attempt["httpStatus"] for attempt in fate.log()} == {status}


def test_a_refused_connection_is_tried_again(finpay: Server, fate: Fate) -> None:
    Shop(finpay, "http://127.0.0.1:9/").initiate()
    fate.pay()
    fate.advance(7200)
    assert minutes_between_attempts(fate) == [1, 5, 15, 30, 60]
    assert {attempt["error"] for attempt in fate.log()} == {"ConnectionError"}
    assert {attempt["httpStatus"] for attempt in fate.log()} == {None}


def test_a_receiver_that_does_not_answer_in_time_is_tried_again(receiver: Receiver) -> None:
    released = threading.Event()
    receiver.before_answer = lambda: released.wait(10)
    with server.start(callback_timeout=0.1) as finpay:
        fate = Fate(finpay)
        Shop(finpay, receiver.url).initiate()
        fate.pay()
        assert [attempt["error"] for attempt in fate.log()] == ["ReadTimeout"]
        released.set()
        fate.advance(60)
        assert [attempt["httpStatus"] for attempt in fate.log()] == [None, 200]


def test_retries_end_with_the_first_2xx(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    receiver.answers = [503, 503, 204]
    shop.initiate()
    fate.pay()
    fate.advance(7200)
    assert [attempt["httpStatus"] for attempt in fate.log()] == [503, 503, 204]


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 404, 429])
def test_whatever_is_not_a_5xx_ends_it_and_redirects_are_not_followed(
    shop: Shop, fate: Fate, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    shop.initiate()
    fate.pay()
    fate.advance(7200)
    assert [received.path for received in receiver.received] == ["/callbacks?from=finpay"]
    assert [attempt["httpStatus"] for attempt in fate.log()] == [status]


def test_retries_follow_the_clocks_speed(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    arrived = threading.Semaphore(0)
    receiver.before_answer = arrived.release
    receiver.answers = [503]
    shop.initiate()
    fate.pay()
    assert arrived.acquire(timeout=5)
    fate.post("/clock", speed=600)
    assert arrived.acquire(timeout=5)
    assert receiver.statuses == ["PAID", "PAID"]


def test_the_log_keeps_2_kilobytes_of_an_answer(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    receiver.answer_body = b"x" * 5000
    shop.initiate()
    fate.pay()
    assert fate.log()[0]["body"] == "x" * 2048


def test_the_log_can_be_asked_for_one_order(shop: Shop, fate: Fate) -> None:
    for order_id in ("first", "second"):
        shop.initiate(order={"id": order_id})
        fate.post(f"/orders/{order_id}/pay")
    log = fate.get("/callbacks?orderId=second")["callbacks"]
    assert [(attempt["orderId"], attempt["status"]) for attempt in log] == [("second", "PAID")]


def test_a_callback_never_leaves_this_machine_unasked(finpay: Server, fate: Fate) -> None:
    Shop(finpay, "https://shop.invalid/callback").initiate()
    attempt = fate.pay()["callbacks"][0]
    assert attempt["error"] == "not sent: the host is not this machine"
    fate.advance(7200)
    assert len(fate.log()) == 1


def test_a_host_that_was_named_is_called_back() -> None:
    with server.start(callback_hosts=frozenset({"shop.invalid"})) as finpay:
        Shop(finpay, "http://shop.invalid/callback").initiate()
        assert Fate(finpay).pay()["callbacks"][0]["error"] == "ConnectionError"


def test_callbacks_of_a_blackout_are_lost_for_good(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    fate.post("/callbacks", enabled=False)
    shop.initiate()
    fate.pay()
    fate.post("/callbacks", enabled=True)
    fate.advance(7200)
    assert receiver.received == []
    assert [attempt["lost"] for attempt in fate.log()] == [True]
    assert shop.status() == "PAID"


def test_a_blackout_also_swallows_retries(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    receiver.answers = [503]
    shop.initiate()
    fate.pay()
    fate.post("/callbacks", enabled=False)
    fate.advance(7200)
    assert [attempt["lost"] for attempt in fate.log()] == [False, True]


def test_statuses_are_called_back_in_the_given_order_without_changing_the_order(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    answer = fate.callbacks(statuses=["PENDING", "PAID", "EXPIRED"])
    assert receiver.statuses == ["PENDING", "PAID", "EXPIRED"]
    assert [attempt["status"] for attempt in answer["callbacks"]] == receiver.statuses
    assert answer["complete"] is True
    assert shop.status() == "REQUEST_INITIATED"
    assert receiver.received[1].fields["result"]["payment"]["amount"] == 1000


def test_callbacks_can_be_reversed_and_repeated(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    shop.initiate()
    fate.callbacks(statuses=["PENDING", "PAID"], copies=2, order="reversed")
    assert receiver.statuses == ["PAID", "PAID", "PENDING", "PENDING"]


def test_the_same_seed_shuffles_callbacks_the_same_way(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    names = [f"S{n}" for n in range(8)]
    for seed in (1, 1, 2):
        fate.callbacks(statuses=names, order="shuffled", seed=seed)
    first, same, other = (receiver.statuses[at : at + 8] for at in (0, 8, 16))
    assert first == same != names
    assert sorted(first) == sorted(other) == names
    assert first != other


def test_callbacks_can_be_delayed(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    shop.initiate()
    answer = fate.callbacks(statuses=["PAID"], delaySeconds=3600)
    assert (answer["complete"], answer["callbacks"]) == (False, [])
    fate.advance(3600)
    assert receiver.statuses == ["PAID"]


def test_a_delay_that_is_soon_over_is_waited_for(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    fate.post("/clock", speed=600)
    answer = fate.callbacks(statuses=["PAID"], delaySeconds=60)
    assert answer["complete"] is True
    assert receiver.statuses == ["PAID"]


def test_callbacks_sent_together_are_in_flight_together(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    all_here = threading.Barrier(3)
    receiver.before_answer = lambda: all_here.wait(timeout=5)
    shop.initiate()
    answer = fate.callbacks(statuses=["PAID"], copies=3, together=True)
    assert [attempt["httpStatus"] for attempt in answer["callbacks"]] == [200, 200, 200]


def test_callbacks_need_not_be_waited_for(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    released = threading.Event()
    receiver.before_answer = lambda: released.wait(5)
    shop.initiate()
    answer = fate.callbacks(statuses=["PAID"], wait=False)
    released.set()
    assert answer["complete"] is False
    fate.advance(0)
    assert len(fate.log()) == 1


def test_one_receiver_that_hangs_holds_up_no_other(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    shop.initiate()
    shop.initiate(order={"id": "other"})
    arrived, released = threading.Event(), threading.Event()

    def hang_once() -> None:
        if not arrived.is_set():
            arrived.set()
            released.wait(5)

    receiver.before_answer = hang_once
    fate.callbacks(statuses=["SLOW"], wait=False)
    assert arrived.wait(5)
    assert fate.post("/orders/other/pay")["complete"] is True
    released.set()
    fate.advance(0)
    assert [attempt["status"] for attempt in fate.log()] == ["PAID", "SLOW"]
