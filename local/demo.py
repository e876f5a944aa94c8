"""Shows one payment from the storefront's request to PAID, with every HTTP exchange."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import requests

from local.exchange import Exchanges, print_exchange
from local.ports import Ports
from local.stack import LocalStack
from local.state import RunningStack

# The request of Finpay's page on payment codes, as it stands there.
SAMPLE = Path(__file__).with_name("sample-request.json")
PATIENCE_SECONDS = 30.0
COMPLETE = """
PAID: the demo is complete

Next, `make run` and open the shop that it names: one click, and an order is paid before your eyes.
The till beside it pays codes as you like, and does to them whatever goes wrong."""

type Check = Callable[[requests.Response], bool]


def demo(folder: Path) -> bool:
    """Return whether the payment ended as PAID; everything is stopped by then."""
    with LocalStack(folder, Ports.any_free()) as running:
        paid = _one_payment(running)
    print(COMPLETE if paid else "\nThe payment did not end as PAID")
    if not paid:
        print(f"The logs are in {folder}")
    return paid


def _one_payment(running: RunningStack) -> bool:
    storefront = Exchanges(running.api_url, running.api_key)
    simulator = Exchanges(running.simulator_url)
    sample = json.loads(SAMPLE.read_text())
    order_id = sample["order"]["id"]

    _title("The storefront asks for a payment code, with the request of Finpay's page")
    if not print_exchange(storefront.post("/payments", sample)).ok:
        return False
    _title("The customer pays the code at Indomaret (the simulator plays both)")
    pay = f"/_simulator/orders/{order_id}/pay"
    print_exchange(simulator.post(pay, {"channel": "INDOMARET"}))
    _title("Finpay calls back, and gets its answer")
    _wait(simulator, f"/_simulator/callbacks?orderId={order_id}", _has_callbacks)
    _title("The storefront asks how the payment stands")
    return _wait(storefront, f"/payments/{order_id}", _is_paid)


def _wait(at: Exchanges, path: str, is_there: Check) -> bool:
    """Ask until the answer is there or patience ends, and print the last exchange."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there(answer := at.get(path)) and time.monotonic() < deadline:
        time.sleep(0.3)
    return is_there(print_exchange(answer))


def _has_callbacks(answer: requests.Response) -> bool:
    return answer.ok and bool(answer.json()["callbacks"])


def _is_paid(answer: requests.Response) -> bool:
    return answer.ok and bool(answer.json()["status"] == "PAID")


def _title(text: str) -> None:
    print(f"\n── {text}\n")
