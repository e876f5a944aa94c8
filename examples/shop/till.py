"""Lets the simulator's till pay an order, for trying things out. A real shop has none of it."""

from contextlib import suppress
from urllib.parse import quote, urljoin

import requests

LOOK_AT_THE_CODE_SECONDS = 4


def pay_soon(till_url: str, order_id: str) -> None:
    """Pay the order's code at Indomaret, and have it told in some seconds, if the till is there."""
    url = urljoin(till_url, f"/_simulator/orders/{quote(order_id, safe='')}/pay")
    how = {
        "channel": "INDOMARET",
        "callback": "delay",
        "delaySeconds": LOOK_AT_THE_CODE_SECONDS,
    }
    with suppress(requests.RequestException):
        requests.post(url, json=how, timeout=10)
