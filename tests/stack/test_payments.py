"""Payments on the local stack: as built, deployed and authorised, over HTTP, to PAID."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from payments.callbacks.url_token import callback_url
from testing.builders import make_callback_body, make_callback_fields, make_request_body
from testing.registry import registry_of
from tests.stack.shop import JSON, Shop


def at_once[T](times: int, work: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_finpays_sample_is_sent_paid_and_seen_as_paid(shop: Shop) -> None:
    sample = make_request_body()
    created = shop.send(sample)
    assert created.status_code == 201
    assert created.headers["Content-Type"] == "application/json"
    payment = created.json()
    assert payment["status"] == "PENDING"
    assert payment["expiresAt"].endswith("+07:00")
    paid = shop.fate(f"codes/{payment['paymentCode']}/pay", channel="ALFAMART")
    assert [callback["httpStatus"] for callback in paid["callbacks"]] == [200]
    seen = shop.see(payment["orderId"]).json()
    assert (seen["status"], seen["version"], seen["channel"]) == ("PAID", 3, "ALFAMART")
    assert shop.send(sample).headers["Idempotent-Replayed"] == "true"


def test_the_same_callback_again_is_answered_and_changes_nothing(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    paid = shop.fate(f"orders/{order_id}/pay", copies=3)
    assert [callback["httpStatus"] for callback in paid["callbacks"]] == [200, 200, 200]
    row = shop.row(order_id)
    assert row
    assert (row.status, row.version) == ("PAID", 3)


def test_fifty_same_callbacks_at_once_are_one_transition(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    body = make_callback_body(make_callback_fields(order_id))
    answers = at_once(50, lambda _: shop.callback(order_id, body).status_code)
    assert answers == [200] * 50
    row = shop.row(order_id)
    assert row
    assert (row.status, row.version, len(row.history)) == ("PAID", 3, 3)


def test_a_callback_to_a_guessed_url_is_not_found(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    url = callback_url(shop.stack.api_url, order_id, "a guess")
    body = make_callback_body(make_callback_fields(order_id))
    assert requests.post(url, data=body, headers=JSON, timeout=40).status_code == 404
    assert shop.status(order_id) == "PENDING"


def test_a_wrong_amount_goes_to_review(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    paid = shop.fate(f"orders/{order_id}/pay", amount=900)
    assert [callback["httpStatus"] for callback in paid["callbacks"]] == [200]
    seen = shop.see(order_id).json()
    assert (seen["status"], seen["amount"], seen["paidAmount"]) == ("REVIEW", 1000, 900)
    kept = shop.stack.aws.dynamodb().scan(TableName=shop.stack.outputs["QuarantineTableName"])
    assert {"S": order_id} in [item["orderId"] for item in kept["Items"]]


def test_the_same_order_twice_is_one_code(shop: Shop, order_id: str) -> None:
    first, again = shop.create(id=order_id), shop.create(id=order_id)
    assert (again.status_code, again.json()) == (201, first.json())
    assert shop.orders_at_finpay(order_id) == 1


def test_another_body_for_the_same_order_is_a_conflict(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    other = shop.create(id=order_id, amount="2000")
    assert other.status_code == 409
    assert other.headers["Content-Type"] == "application/problem+json"


def test_the_same_order_at_once_is_one_code(shop: Shop, order_id: str) -> None:
    answers = at_once(6, lambda _: shop.create(id=order_id))
    assert {answer.status_code for answer in answers} <= {201, 409}
    codes = {a.json()["paymentCode"] for a in answers if a.status_code == 201}
    assert len(codes) == 1
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.headers["Retry-After"] for answer in waiting)
    assert shop.orders_at_finpay(order_id) == 1


def test_a_callback_before_initiates_own_answer_stays_paid(shop: Shop, order_id: str) -> None:
    shop.fate("faults", endpoint="initiate", fault="callback-first", times=1)
    created = shop.create(id=order_id)
    assert (created.status_code, created.json()["status"]) == (201, "PAID")
    assert created.json()["paymentCode"]
    assert shop.status(order_id) == "PAID"


def test_an_answer_lost_on_the_way_is_an_unknown_outcome(shop: Shop, order_id: str) -> None:
    shop.fate("faults", endpoint="initiate", fault="drop", times=1)
    lost = shop.create(id=order_id)
    assert (lost.status_code, lost.headers["Retry-After"]) == (504, "40")
    assert shop.create(id=order_id).status_code == 409
    assert shop.orders_at_finpay(order_id) == 1


def test_a_payment_that_expired_and_is_paid_after_all_is_paid_late(
    shop: Shop, order_id: str
) -> None:
    shop.create(id=order_id)
    shop.fate(f"orders/{order_id}/status", status="EXPIRED")
    assert shop.status(order_id) == "EXPIRED"
    shop.fate(f"orders/{order_id}/pay", late=True)
    seen = shop.see(order_id).json()
    assert (seen["status"], seen["paidLate"]) == ("PAID", True)


def test_another_storefront_neither_sees_nor_takes_the_order(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    key = registry_of(shop.stack).create(f"warung-{order_id}", ["*"]).api_key
    other = Shop(shop.stack, key, requests.Session())
    assert other.see(order_id).status_code == 404
    assert other.see(order_id).json() == other.see("unknown").json()
    assert other.create(id=order_id).status_code == 409


def test_nobody_gets_in_without_a_key(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    no_key = requests.get(f"{shop.stack.api_url}/payments/{order_id}", timeout=40)
    wrong_key = Shop(shop.stack, shop.api_key[:-4] + "xxxx", requests.Session()).see(order_id)
    assert (no_key.status_code, wrong_key.status_code) == (401, 401)
    assert wrong_key.json()["type"].endswith(":unauthenticated")


def test_wrong_fields_are_named(shop: Shop) -> None:
    body = make_request_body(id="x" * 31)
    answer = shop.send(body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/order/id"]


def test_a_payment_that_did_not_change_is_not_sent_again(shop: Shop, order_id: str) -> None:
    etag = shop.create(id=order_id).headers["ETag"]
    headers = {"Authorization": f"Bearer {shop.api_key}", "If-None-Match": etag}
    url = f"{shop.stack.api_url}/payments/{order_id}"
    assert requests.get(url, headers=headers, timeout=40).status_code == 304
