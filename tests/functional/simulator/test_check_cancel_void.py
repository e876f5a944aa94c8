import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from simulator import server
from simulator.server import Server
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def test_a_check_before_the_payment_shows_an_order_without_money(shop: Shop) -> None:
    code = shop.initiate(
        customer={"id": "c-1"}, meta={"data": {"cart": "7", "voucher": None}}
    ).json()["paymentCode"]
    answer = shop.check()
    body = answer.json()
    assert (answer.status_code, body["responseCode"]) == (200, "2000000")
    assert {"responseMessage", "processingTime", "traceId"} < set(body)
    assert body["data"] == {
        "merchant": {"id": "FINPAY770"},
        "customer": {"id": "c-1"},
        "order": {"id": ORDER_ID, "reference": "", "amount": 1000, "currency": "IDR"},
        "meta": {"data": {"cart": "7", "voucher": None}},
        "sourceOfFunds": {"type": "finpaycode", "paymentCode": code},
        "result": {
            "payment": {
                "amount": 0,
                "status": "REQUEST_INITIATED",
                "statusDesc": "Request initiated",
            }
        },
    }


def test_a_check_after_the_payment_shows_the_money_and_when_in_wib(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay(channel="ALFAMART")
    data = shop.check().json()["data"]
    payment = data["result"]["payment"]
    assert (payment["status"], payment["amount"]) == ("PAID", 1000)
    assert payment["channel"] == "ALFAMART"
    assert data["order"]["reference"] == payment["reference"] != ""
    paid_at = datetime.strptime(payment["datetime"] + "+0700", "%Y-%m-%d %H:%M:%S%z")
    assert abs(paid_at - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_check_may_hide_the_payment_code(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.post("/settings", checkShowsCode=False)
    assert shop.check().json()["data"]["sourceOfFunds"] == {"type": "finpaycode"}


def test_hiding_the_payment_code_can_be_set_at_the_start() -> None:
    with server.start(check_shows_code=False) as finpay:
        shop = Shop(finpay, "http://127.0.0.1:9/")
        shop.initiate()
        assert shop.check().json()["data"]["sourceOfFunds"] == {"type": "finpaycode"}


@pytest.mark.parametrize("name", ["check", "cancel", "void"])
def test_an_unknown_order_is_not_found(shop: Shop, name: str) -> None:
    answer = getattr(shop, name)("nobodys-order")
    assert answer.status_code == 404
    assert re.fullmatch(r"404\d{4}", answer.json()["responseCode"])
    assert answer.json()["responseMessage"] == "Transaction Not Found"


def test_a_cancelled_code_cannot_be_paid(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    answer = shop.cancel()
    assert answer.status_code == 200
    assert list(answer.json()) == ["responseCode", "responseMessage", "processingTime", "traceId"]
    assert answer.json()["responseCode"] == "2000000"
    assert shop.status() == "CANCELLED"
    assert fate.call("POST", f"/orders/{ORDER_ID}/pay").status_code == 409
    assert shop.status() == "CANCELLED"


def expect_invalid_status(answer: Any) -> None:
    assert answer.status_code == 404
    assert answer.json()["responseCode"] == "4040100"
    assert answer.json()["responseMessage"] == "Invalid Transaction Status"


def test_a_paid_order_cannot_be_cancelled(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay()
    expect_invalid_status(shop.cancel())
    assert shop.status() == "PAID"


def test_an_order_cannot_be_cancelled_twice(shop: Shop) -> None:
    shop.initiate()
    shop.cancel()
    expect_invalid_status(shop.cancel())


def test_an_expired_order_cannot_be_cancelled(shop: Shop, fate: Fate) -> None:
    shop.initiate(order={"timeout": 1})
    fate.advance(60)
    expect_invalid_status(shop.cancel())
    assert shop.status() == "EXPIRED"


def test_an_unpaid_order_cannot_be_voided(shop: Shop) -> None:
    shop.initiate()
    answer = shop.void()
    assert (answer.status_code, answer.json()["responseCode"]) == (403, "4030015")
    assert answer.json()["responseMessage"] == "Transaction Not Permitted"


def test_a_paid_order_can_be_voided_once(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay()
    assert shop.void().json()["responseCode"] == "2000000"
    assert shop.status() == "CANCELLED"
    assert shop.void().json()["responseCode"] == "4030015"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/check/1", 405), ("GET", "/initiate", 405), ("GET", "/refund", 404)],
)
def test_other_paths_and_methods_get_json_too(
    finpay: Server, method: str, path: str, status: int
) -> None:
    answer = requests.request(method, f"{finpay.url}/pg/payment/card{path}", timeout=5)
    assert answer.status_code == status
    assert answer.json()["responseCode"] == f"{status}0000"
