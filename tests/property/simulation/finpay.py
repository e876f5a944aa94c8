"""Finpay, simulated: its orders, its answers, and what it truly told us.

The decisions are the simulator's own (`simulator.finpay_service`). What was told is kept, since
only what Finpay told can be the reason for anything that the service believes.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import requests

from simulator.answers import DUPLICATE, SUCCESS, body_of, callback_body, invalid_field
from simulator.finpay_service import FinpayService
from simulator.order_store import OrderStore
from simulator.orders import OPEN, Order, Payment, UnknownOrderError
from simulator.settings import Settings
from testing.builders import MERCHANT_ID, MERCHANT_KEY
from tests.property.simulation.hub import Hub

PREFIX = "/pg/payment/card/"


@dataclass(frozen=True)
class Told:
    """Something that Finpay truly said of an order at a moment, to a process that heard it."""

    gateway_order_id: str
    status: str
    amount: int
    currency: str
    paid: int
    at: int


@dataclass
class Habits:
    """What nobody knows of Finpay, so every world has it differently."""

    shows_code: bool
    """Whether a status check repeats the payment code."""
    tells_expiry: bool
    """Whether an order whose time is over is called EXPIRED or goes on as before."""
    names_duplicates: bool = True
    """Whether a second order of an id is refused by a code of its own or as a wrong field."""


@dataclass
class SimulatedFinpay:
    """One merchant's orders at Finpay."""

    hub: Hub
    habits: Habits
    settings: Settings = field(default_factory=lambda: Settings(MERCHANT_ID, MERCHANT_KEY))
    told: dict[str, list[Told]] = field(default_factory=dict)
    on_change: Callable[[str], None] = lambda _: None
    on_cancel: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self.order_store = OrderStore(RLock(), lambda: self.hub.now / 1000)
        self.finpay_service = FinpayService(self)
        self.check_shows_code = self.habits.shows_code

    def allows(self, source: str | None) -> bool:  # noqa: ARG002 - the service's gateway
        return True

    def serve(self, request: requests.Request) -> tuple[int, bytes]:
        """The answer to a request that arrived. Nobody heard it yet: see `hear`."""
        endpoint, _, order_id = request.url.partition(PREFIX)[2].partition("/")
        if not self.finpay_service.is_merchant(_header(request)):
            return 401, b'{"responseCode":"4010000","responseMessage":"Unauthorized"}'
        answer = (
            self.finpay_service.initiate(str(request.data).encode())
            if endpoint == "initiate"
            else getattr(self.finpay_service, endpoint)(order_id)
        )
        if answer == DUPLICATE and not self.habits.names_duplicates:
            answer = invalid_field("order.id")
        if endpoint != "check":
            self.on_change(order_id or json.loads(str(request.data))["order"]["id"])
        if endpoint == "cancel" and answer.code == SUCCESS.code:
            self.on_cancel(order_id)
        body = body_of(answer, 0.0)
        if not self.habits.tells_expiry and endpoint == "check" and "data" in body:
            payment = body["data"]["result"]["payment"]
            if payment["status"] == "EXPIRED":
                payment["status"] = "REQUEST_INITIATED"
        return answer.http_status, json.dumps(body).encode()

    def hear(self, gateway_order_id: str, answer: bytes) -> None:
        """A process hears what a status check or a signed callback says."""
        said = json.loads(answer)
        said = said.get("data", said)
        if "order" not in said:
            self._tell(Told(gateway_order_id, "UNKNOWN ORDER", 0, "", 0, self.hub.now))
            return
        payment = said["result"]["payment"]
        order = said["order"]
        self._tell(
            Told(
                order["id"],
                payment["status"],
                order["amount"],
                order["currency"],
                payment["amount"],
                self.hub.now,
            )
        )

    def _tell(self, told: Told) -> None:
        self.told.setdefault(told.gateway_order_id, []).append(told)

    def callback(self, order: Order, status: str, payment: Payment | None = None) -> bytes:
        """A signed callback."""
        paid = payment or order.payment
        return callback_body(order, MERCHANT_ID, MERCHANT_KEY, status, paid)

    def is_live(self, gateway_order_id: str) -> bool:
        """Whether somebody could pay this order now."""
        order = self.find(gateway_order_id)
        return order is not None and order.status in OPEN

    def orders_of(self, order_id: str) -> list[Order]:
        """All orders whose callbacks go to this payment, the latest last."""
        return [o for o in self.order_store.all() if o.new.callback_url.split("/")[-2] == order_id]

    def find(self, gateway_order_id: str) -> Order | None:
        try:
            return self.order_store.get(gateway_order_id)
        except UnknownOrderError:
            return None


def _header(request: requests.Request) -> str:
    auth: Any = request.auth
    return "Basic " + base64.b64encode(auth.username + b":" + auth.password).decode()
