"""`kill -9` of functions, the simulator and the shop: what was acknowledged is still there."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from local import shop as demo_shop
from local.run import revive
from testing.builders import make_request_body
from tests.functional.demo_shop.customer import FORM
from tests.stack.killable import LINUX, KillableStack, wait_until


@dataclass
class Shop:
    """A storefront that writes down what was acknowledged to it: order ids and their codes."""

    killable: KillableStack
    codes: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def create(self, order_id: str) -> int:
        answer = requests.post(
            f"{self.killable.running.api_url}/payments",
            json=make_request_body(id=order_id),
            headers=self._headers(),
            timeout=40,
        )
        if answer.status_code == 201:
            code = answer.json()["paymentCode"]
            assert self.codes.setdefault(order_id, code) == code
        return answer.status_code

    def pay(self, order_id: str, **how: Any) -> None:
        """Pay, and count as paid what the service acknowledged to Finpay."""
        paid = self.simulator("POST", f"orders/{order_id}/pay", how)
        if [callback["httpStatus"] for callback in paid["callbacks"]] == [200]:
            self.paid.add(order_id)

    def see(self, order_id: str) -> Any:
        url = f"{self.killable.running.api_url}/payments/{order_id}"
        return requests.get(url, headers=self._headers(), timeout=40).json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.killable.running.api_key}"}

    def simulator(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.killable.running.simulator_url}/_simulator/{path}"
        answer = requests.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def check_all(self) -> None:
        """Assert that nothing that was acknowledged is gone, and that no order has two codes."""
        orders = self.simulator("GET", "orders")["orders"]
        issued = {order["orderId"]: order["paymentCode"] for order in orders}
        assert len(orders) == len(issued) == len(set(issued.values()))
        assert self.codes.items() <= issued.items()
        paid_at_finpay = {order["orderId"] for order in orders if order["status"] == "PAID"}
        for order_id, code in list(self.codes.items()):
            seen = self.see(order_id)
            assert seen["paymentCode"] == code, order_id
            assert seen["status"] == "PAID" or order_id not in self.paid, order_id
            assert seen["status"] == "PENDING" or order_id in paid_at_finpay, order_id
            assert self.create(order_id) == 201, "the same request again is answered the same"


@pytest.fixture(scope="module")
def shop(killable: KillableStack) -> Shop:
    return Shop(killable)


def test_a_payment_made_before_the_simulator_was_killed_is_paid_after_it(shop: Shop) -> None:
    assert [shop.create(f"sim-{number}") for number in range(3)] == [201] * 3
    shop.killable.kill_and_restart_simulator()
    shop.pay("sim-0", channel="ALFAMART")
    assert (shop.see("sim-0")["status"], shop.see("sim-0")["channel"]) == ("PAID", "ALFAMART")
    assert shop.create("sim-new") == 201
    shop.check_all()


def test_a_callback_that_was_due_when_the_simulator_was_killed_still_comes(shop: Shop) -> None:
    assert shop.create("due-1") == 201
    shop.pay("due-1", callback="delay", delaySeconds=3600)
    shop.killable.kill_and_restart_simulator()
    assert shop.see("due-1")["status"] == "PENDING"
    shop.simulator("POST", "clock", {"advanceSeconds": 3600})
    assert shop.see("due-1")["status"] == "PAID"
    shop.paid.add("due-1")


@pytest.mark.parametrize(
    ("run", "kill"),
    [
        pytest.param("a", KillableStack.kill_functions, marks=LINUX, id="functions"),
        pytest.param("b", KillableStack.kill_and_restart_simulator, id="simulator"),
    ],
)
def test_a_kill_among_requests_in_flight_loses_nothing_that_was_acknowledged(
    shop: Shop, run: str, kill: Callable[[KillableStack], None]
) -> None:
    stop = threading.Event()
    # Cold starts take seconds each, so there are no more at once than it takes to interleave.
    with ThreadPoolExecutor(2) as pool:
        buyers = [pool.submit(buy, shop, f"flight-{run}{buyer}", stop) for buyer in range(2)]
        try:
            wait_until(more_codes(shop, 20))
            # A cold start may have failed already.
            earlier = set(shop.failed)
            # What is killed may have been idle at that moment.
            while shop.failed <= earlier:
                kill(shop.killable)
                wait_until(more_codes(shop, 10))
        finally:
            stop.set()
        tried = {order_id for buyer in buyers for order_id in buyer.result()}
    while shop.failed:
        order_id = shop.failed.pop()
        shop.create(order_id)
    # What was paid while nobody could take the callback is called back by now.
    shop.simulator("POST", "clock", {"advanceSeconds": 60})
    log = shop.simulator("GET", "callbacks")["callbacks"]
    shop.paid |= {callback["orderId"] for callback in log if callback["httpStatus"] == 200}
    assert shop.paid & tried
    shop.check_all()


def test_the_demo_shop_has_its_orders_after_it_was_killed(killable: KillableStack) -> None:
    url = f"{killable.running.shop_url}/en"
    page = requests.get(f"{url}/", timeout=30).text
    (key,) = re.findall(r'name="key" value="(\w+)"', page)
    # Whether it has its code yet is not the point.
    requests.post(f"{url}/orders", data={"key": key, **FORM}, timeout=60).raise_for_status()
    before = re.findall(r"toko-\w+", requests.get(f"{url}/orders/{key}", timeout=30).text)
    killable.kill(demo_shop.NAME)
    revive(killable.local_stack)
    after = re.findall(r"toko-\w+", requests.get(f"{url}/orders/{key}", timeout=30).text)
    assert before
    assert after == before


def buy(shop: Shop, prefix: str, stop: threading.Event) -> list[str]:
    """Create payments and pay every other one until told to stop; failures are the point."""
    tried: list[str] = []
    while not stop.is_set():
        tried.append(f"{prefix}-{len(tried)}")
        with suppress(requests.RequestException):
            if shop.create(tried[-1]) == 201 and len(tried) % 2:
                shop.pay(tried[-1])
        if tried[-1] not in shop.codes:
            shop.failed.add(tried[-1])
            time.sleep(0.1)
    return tried


def more_codes(shop: Shop, count: int) -> Callable[[], bool]:
    wanted = len(shop.codes) + count
    return lambda: len(shop.codes) >= wanted
