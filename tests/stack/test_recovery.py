"""What got lost is found again, on the local stack: schedule, index, queue and functions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.shop import Shop, eventually

PAID, UNPAID = 200, 20

pytestmark = pytest.mark.timeout(900)


def test_a_callback_blackout_ends_with_the_next_sync(shop: Shop) -> None:
    def create(order_id: str) -> int:
        status = shop.create_in_the_end(order_id)
        # The schedule runs too, and must find none of them before all are there.
        shop.postpone(order_id)
        return status

    def pay(order_id: str) -> None:
        shop.fate(f"orders/{order_id}/pay")

    order_ids = [f"blackout-{n}" for n in range(PAID + UNPAID)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(create, order_ids)) == [201] * (PAID + UNPAID)
        shop.fate("callbacks", enabled=False)
        list(pool.map(pay, order_ids[:PAID]))
        shop.fate("callbacks", enabled=True)
        assert set(pool.map(shop.status, order_ids)) == {"PENDING"}
        list(pool.map(shop.make_due, order_ids))
    assert shop.run_schedule() >= PAID + UNPAID
    assert eventually(lambda: not [row for row in shop.rows(order_ids) if row.next_sync_at == 1])
    paid = eventually(lambda: shop.statuses(order_ids[:PAID]) == {"PAID"})
    assert paid, shop.statuses(order_ids[:PAID])
    assert shop.statuses(order_ids[PAID:]) == {"PENDING"}


def test_an_answer_that_got_lost_is_asked_for_by_the_same_request(
    shop: Shop, order_id: str
) -> None:
    shop.fate("faults", endpoint="initiate", fault="drop", times=1)
    assert shop.create(id=order_id).status_code == 504
    shop.make_due(order_id, lease_over=True)
    again = shop.create(id=order_id)
    assert (again.status_code, again.json()["status"]) == (201, "PENDING")
    assert shop.live_codes(order_id) == [again.json()["paymentCode"]]
    assert shop.create(id=order_id).json()["paymentCode"] == again.json()["paymentCode"]


def test_a_lost_answer_whose_code_nobody_knows_is_cancelled_before_another_is_asked_for(
    shop: Shop, order_id: str
) -> None:
    shop.fate("settings", checkShowsCode=False)
    shop.fate("faults", endpoint="initiate", fault="drop", times=1)
    assert shop.create(id=order_id).status_code == 504
    shop.make_due(order_id, lease_over=True)
    again = shop.create(id=order_id)
    shop.fate("settings", checkShowsCode=True)
    assert again.status_code == 201
    assert shop.live_codes(order_id) == [again.json()["paymentCode"]]
    row = shop.row(order_id)
    assert row
    assert row.previous_attempt_ids == (order_id,)
    shop.fate(f"orders/{row.gateway_order_id}/pay")
    assert shop.status(order_id) == "PAID"


def test_without_a_retry_the_next_sync_finds_the_code(shop: Shop, order_id: str) -> None:
    shop.fate("faults", endpoint="initiate", fault="drop", times=1)
    assert shop.create(id=order_id).status_code == 504
    shop.make_due(order_id)
    assert eventually(lambda: shop.status(order_id) == "PENDING")
    assert shop.see(order_id).json()["paymentCode"]


def test_a_cancelled_payment_cannot_be_paid_any_more(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    for _ in range(2):
        cancelled = shop.cancel(order_id)
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    assert shop.live_codes(order_id) == []


def test_a_paid_payment_is_not_cancelled(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    shop.fate(f"orders/{order_id}/pay", callback="lose")
    refused = shop.cancel(order_id)
    assert (refused.status_code, refused.json()["payment"]["status"]) == (409, "PAID")
    assert shop.status(order_id) == "PAID"


def test_an_unverifiable_callback_is_worth_one_status_check(shop: Shop, order_id: str) -> None:
    shop.create(id=order_id)
    forged = shop.forge(order_id)
    assert forged.status_code == 401
    assert shop.status(order_id) == "PENDING"


def test_finpay_being_down_is_said_quickly(shop: Shop, order_id: str) -> None:
    # A success ends the count of failures that other tests may have left in the container.
    assert shop.create_in_the_end(f"{order_id}-well") == 201
    shop.fate("faults", endpoint="initiate", fault="error-500", times=3, work=False)
    for n in range(3):
        assert shop.create(id=f"{order_id}-{n}").status_code == 504
    answer = shop.create(id=f"{order_id}-last")
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert shop.orders_at_finpay(f"{order_id}-last") == 0
    recovered = eventually(lambda: shop.create(id=f"{order_id}-last").status_code == 201)
    assert recovered
