"""`kill -9` of a part in the middle of work: what was acknowledged is there after a restart."""

import base64
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

from local import finpay, ministack
from local import shop as demo_shop
from local.run import revive
from payments import clock
from payments.receivers import DynamoReceivers
from tests.builders import make_request_body
from tests.demo_shop.customer import FORM
from tests.stack.killable import KillableStack, wait_until


@dataclass
class Shop:
    """A storefront that writes down what was acknowledged to it: order ids and their codes."""

    killable: KillableStack
    codes: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)

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
    shop.killable.kill_and_restart(finpay.NAME)
    shop.pay("sim-0", channel="ALFAMART")
    assert (shop.see("sim-0")["status"], shop.see("sim-0")["channel"]) == ("PAID", "ALFAMART")
    assert shop.create("sim-new") == 201
    shop.check_all()


def test_a_callback_that_was_due_when_the_simulator_was_killed_still_comes(shop: Shop) -> None:
    assert shop.create("due-1") == 201
    shop.pay("due-1", callback="delay", delaySeconds=3600)
    shop.killable.kill_and_restart(finpay.NAME)
    assert shop.see("due-1")["status"] == "PENDING"
    shop.simulator("POST", "clock", {"advanceSeconds": 3600})
    assert shop.see("due-1")["status"] == "PAID"
    shop.paid.add("due-1")


def test_payments_are_as_they_were_before_ministack_was_killed(shop: Shop) -> None:
    assert [shop.create(f"aws-{number}") for number in range(4)] == [201] * 4
    shop.pay("aws-0")
    shop.pay("aws-1")
    before = {order_id: shop.see(order_id) for order_id in shop.codes}
    shop.killable.kill(ministack.NAME)
    assert shop.create("aws-down") == 502
    shop.pay("aws-2")
    assert shop.paid & {"aws-0", "aws-1", "aws-2"} == {"aws-0", "aws-1"}
    revive(shop.killable.local_stack)
    assert {order_id: shop.see(order_id) for order_id in before} == before
    assert shop.create("aws-down") == 201
    # The callback that found nobody is tried again after a minute.
    shop.simulator("POST", "clock", {"advanceSeconds": 60})
    assert shop.see("aws-2")["status"] == "PAID"
    shop.paid.add("aws-2")
    shop.check_all()


def test_webhook_secrets_can_be_opened_after_ministack_was_killed(killable: KillableStack) -> None:
    killable.kill_and_restart(ministack.NAME)
    running = killable.running
    aws, table = running.aws, running.outputs["StorefrontsTableName"]
    receiver = DynamoReceivers(aws.dynamodb(), aws.kms(), table, clock.now).of(
        running.storefront_id
    )
    assert receiver
    (secret,) = receiver.secrets
    assert f"whsec_{base64.b64encode(secret).decode()}" == running.webhook_secret


@pytest.mark.parametrize(("run", "name"), [("a", ministack.NAME), ("b", finpay.NAME)])
def test_a_kill_among_requests_in_flight_loses_nothing_that_was_acknowledged(
    shop: Shop, run: str, name: str
) -> None:
    stop, failed = threading.Event(), threading.Event()
    # Cold starts take seconds each, so there are no more at once than it takes to interleave.
    with ThreadPoolExecutor(2) as pool:
        buyers = [
            pool.submit(buy, shop, f"flight-{run}{buyer}", stop, failed) for buyer in range(2)
        ]
        try:
            wait_until(more_codes(shop, 20))
            failed.clear()
            shop.killable.kill(name)
            wait_until(failed.is_set)
            shop.killable.local_stack.restart(name)
            wait_until(more_codes(shop, 10))
        finally:
            stop.set()
        tried = {order_id for buyer in buyers for order_id in buyer.result()}
    unanswered = tried - shop.codes.keys()
    assert unanswered
    for order_id in unanswered:
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


def buy(shop: Shop, prefix: str, stop: threading.Event, failed: threading.Event) -> list[str]:
    """Create payments and pay every other one until told to stop; failures are the point."""
    tried: list[str] = []
    while not stop.is_set():
        tried.append(f"{prefix}-{len(tried)}")
        with suppress(requests.RequestException):
            if shop.create(tried[-1]) == 201:
                if len(tried) % 2:
                    shop.pay(tried[-1])
                continue
        if tried[-1] not in shop.codes:
            failed.set()
            time.sleep(0.1)
    return tried


def more_codes(shop: Shop, count: int) -> Callable[[], bool]:
    wanted = len(shop.codes) + count
    return lambda: len(shop.codes) >= wanted
