import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def plan(fate: Fate, fault: str, endpoint: str = "initiate", **how: Any) -> None:
    fate.post("/faults", endpoint=endpoint, fault=fault, **how)


@pytest.mark.parametrize("fault", ["drop", "drop-before"])
def test_a_dropped_connection_gives_no_answer(shop: Shop, fate: Fate, fault: str) -> None:
    plan(fate, fault)
    with pytest.raises(requests.ConnectionError):
        shop.initiate()
    assert fate.get("/faults")["faults"] == []


def test_a_drop_comes_after_the_work(shop: Shop, fate: Fate) -> None:
    plan(fate, "drop")
    with pytest.raises(requests.ConnectionError):
        shop.initiate()
    assert shop.status() == "REQUEST_INITIATED"


def test_a_drop_before_comes_before_the_work(shop: Shop, fate: Fate) -> None:
    plan(fate, "drop-before")
    with pytest.raises(requests.ConnectionError):
        shop.initiate()
    assert shop.check().status_code == 404


def test_a_cancel_whose_answer_is_dropped_has_cancelled(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    plan(fate, "drop", "cancel")
    with pytest.raises(requests.ConnectionError):
        shop.cancel()
    assert shop.status() == "CANCELLED"


def test_a_timeout_holds_the_answer_after_the_work(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    plan(fate, "timeout", "check", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        shop.check(timeout=0.2)
    assert shop.check(timeout=10).status_code == 200


def test_a_timeout_of_initiate_has_issued_a_code(shop: Shop, fate: Fate) -> None:
    plan(fate, "timeout", seconds=0.2)
    started = time.monotonic()
    shop.initiate()
    assert time.monotonic() - started >= 0.2
    assert shop.status() == "REQUEST_INITIATED"


def test_a_slow_call_is_answered_after_all(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    plan(fate, "slow", "check", seconds=0.2)
    started = time.monotonic()
    assert shop.check().status_code == 200
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("status", [500, 504])
def test_a_5xx_leaves_the_outcome_unknown(shop: Shop, fate: Fate, status: int) -> None:
    plan(fate, f"error-{status}")
    answer = shop.initiate()
    assert (answer.status_code, answer.json()["responseCode"]) == (status, f"{status}0000")
    assert 0 <= answer.json()["processingTime"] < 5
    assert shop.status() == "REQUEST_INITIATED"


def test_a_5xx_without_work_issues_nothing(shop: Shop, fate: Fate) -> None:
    plan(fate, "error-500", work=False)
    assert shop.initiate().status_code == 500
    assert shop.check().status_code == 404


def test_garbage_is_html_with_200(shop: Shop, fate: Fate) -> None:
    plan(fate, "garbage")
    answer = shop.initiate()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_redirect_leads_away(shop: Shop, fate: Fate) -> None:
    plan(fate, "redirect", "check")
    answer = shop.check()
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/moved"


def test_a_callback_can_overtake_the_answer_of_initiate(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    statuses_seen: list[str] = []
    receiver.before_answer = lambda: statuses_seen.append(shop.status())
    plan(fate, "callback-first")
    answer = shop.initiate()
    assert statuses_seen == ["PAID"]
    assert answer.json()["responseCode"] == "2000000"
    assert answer.json()["paymentCode"]


def test_no_callback_overtakes_a_refusal(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    plan(fate, "callback-first")
    assert shop.initiate(customer={"lastName": ""}).status_code == 400
    assert receiver.received == []


def test_a_fault_is_met_as_often_as_planned_and_only_at_its_endpoint(
    shop: Shop, fate: Fate
) -> None:
    shop.initiate()
    plan(fate, "error-504", "check", times=2)
    assert shop.cancel().status_code == 200
    assert [shop.check().status_code for _ in range(3)] == [504, 504, 200]


def test_faults_are_met_in_the_order_they_were_planned(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    plan(fate, "error-500", "check")
    plan(fate, "redirect", "check")
    assert [shop.check().status_code for _ in range(3)] == [500, 302, 200]


def test_a_refused_caller_meets_no_fault(shop: Shop, fate: Fate) -> None:
    plan(fate, "error-500")
    auth, shop.auth = shop.auth, None
    assert shop.initiate().status_code == 401
    shop.auth = auth
    assert shop.initiate().status_code == 500


def test_planned_faults_can_be_cleared(shop: Shop, fate: Fate) -> None:
    plan(fate, "error-500", times=5)
    assert fate.call("DELETE", "/faults").json() == {"faults": []}
    assert shop.initiate().status_code == 200


def test_clearing_the_faults_lets_a_held_call_go(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    plan(fate, "timeout", "check", seconds=30)
    with ThreadPoolExecutor() as pool:
        call = pool.submit(shop.check)
        while fate.get("/faults")["faults"]:
            time.sleep(0.01)
        assert not call.done()
        fate.call("DELETE", "/faults")
        assert call.result(timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"endpoint": "refund", "fault": "drop"}, "endpoint"),
        ({"endpoint": "check"}, "fault"),
        ({"endpoint": "check", "fault": "fire"}, "fault"),
        ({"endpoint": "check", "fault": "callback-first"}, "endpoint"),
        ({"endpoint": "check", "fault": "drop", "times": 0}, "times"),
        ({"endpoint": "check", "fault": "slow", "seconds": -1}, "seconds"),
        ({"endpoint": "check", "fault": "slow", "seconds": True}, "seconds"),
        ({"endpoint": "check", "fault": "drop", "work": "no"}, "work"),
        ({"endpoint": "check", "fault": "drop", "orderId": ORDER_ID}, "orderId"),
    ],
)
def test_a_wrong_fault_is_refused_by_name(fate: Fate, body: dict[str, Any], field: str) -> None:
    answer = fate.call("POST", "/faults", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert fate.get("/faults")["faults"] == []
