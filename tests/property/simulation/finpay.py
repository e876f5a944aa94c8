"""Finpay, simulated: its orders, its answers, and what it truly told us.

The decisions are the simulator's own (`simulator.finpay_service`). What was told is kept, since
only what Finpay told can be the reason for anything that the service believes.
"""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any, Self

import requests

from payments.ledger.entry import Reporter
from simulator.answers import (
    DUPLICATE,
    SUCCESS,
    References,
    RefundAmounts,
    body_of,
    callback_body,
    invalid_field,
)
from simulator.clock import finpay_time
from simulator.finpay_service import FinpayService
from simulator.order_store import OrderStore
from simulator.orders import OPEN, REFUNDS, Order, Payment, UnknownOrderError
from simulator.settings import Settings
from testing.builders import MERCHANT_ID, MERCHANT_KEY
from tests.property.simulation.chance import Chance
from tests.property.simulation.hub import Hub

_NAMED = (References.PAYMENT,) * 3
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
    reporter: Reporter = Reporter.STATUS_CHECK
    reference: str | None = None


@dataclass
class Habits:
    """What nobody knows of Finpay, so every world has it differently."""

    shows_code: bool
    """Whether a status check repeats the payment code."""
    tells_expiry: bool
    """Whether an order whose time is over is called EXPIRED or goes on as before."""
    names_duplicates: bool = True
    """Whether a second order of an id is refused by a code of its own or as a wrong field."""
    references: References = References.PAYMENT
    """What reports of money name."""
    is_consistent: bool = True
    """Whether all callbacks name the same."""
    check_times: str = "same"
    """Whether a status check has the `same` time as a callback, an `other` one, or `none`."""
    refund_amounts: RefundAmounts = RefundAmounts.PAID
    refunds_name: str = "money"
    """Whether a refund names the `money` that went back, the refund (`own`), or `nothing`."""

    @classmethod
    def drawn(cls, chance: Chance) -> Self:
        """The habits of a world. Most worlds name the payment everywhere."""
        habits = cls(
            shows_code=chance.maybe(0.5),
            tells_expiry=chance.maybe(0.5),
            names_duplicates=chance.maybe(0.5),
            references=chance.one_of((*_NAMED, *References)),
            is_consistent=chance.maybe(0.8),
            check_times=chance.one_of(("same", "same", "other", "none")),
            # The amount that was paid, in the report of a part, would tell no amount of the part.
            refund_amounts=chance.one_of((RefundAmounts.EACH, RefundAmounts.TOTAL)),
            refunds_name=chance.one_of(("money", "money", "own", "nothing")),
        )
        if habits.refund_amounts is RefundAmounts.TOTAL and habits.refunds_name == "own":
            # Sums under a reference of their own could not be told from further refunds.
            return replace(habits, refunds_name="money")
        return habits


@dataclass
class SimulatedFinpay:
    """One merchant's orders at Finpay."""

    hub: Hub
    habits: Habits
    settings: Settings = field(default_factory=lambda: Settings(MERCHANT_ID, MERCHANT_KEY))
    told: dict[str, list[Told]] = field(default_factory=dict)
    came: defaultdict[str, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    """All money that customers paid, by the order at Finpay."""
    went_back: Counter[str] = field(default_factory=Counter)
    """Rupiah that went back, by the reference of the payment."""
    on_change: Callable[[str], None] = lambda _: None
    on_cancel: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self.order_store = OrderStore(RLock(), lambda: self.hub.now / 1000)
        self.finpay_service = FinpayService(self)
        self.check_shows_code = self.habits.shows_code
        self.references, self.refund_amounts = self.habits.references, self.habits.refund_amounts
        self._refunds = 0

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
        if endpoint == "check" and "data" in body:
            self._set_time(body["data"]["result"]["payment"], order_id)
        if not self.habits.tells_expiry and endpoint == "check" and "data" in body:
            payment = body["data"]["result"]["payment"]
            if payment["status"] == "EXPIRED":
                payment["status"] = "REQUEST_INITIATED"
        return answer.http_status, json.dumps(body).encode()

    def _set_time(self, payment: dict[str, Any], order_id: str) -> None:
        """Give the money in a status check the time that Finpay's checks give it."""
        paid = self.order_store.get(order_id).payment
        if paid and self.habits.check_times == "none":
            del payment["datetime"]
        if paid and self.habits.check_times == "other":
            payment["datetime"] = finpay_time(paid.paid_at + 61)

    def hear(self, gateway_order_id: str, answer: bytes, reporter: Reporter) -> None:
        """A process hears what a status check or a signed callback says."""
        said = json.loads(answer)
        said = said.get("data", said)
        if "order" not in said:
            self._tell(Told(gateway_order_id, "UNKNOWN ORDER", 0, "", 0, self.hub.now))
            return
        self._tell(fact_of(said, self.hub.now, reporter))

    def _tell(self, told: Told) -> None:
        self.told.setdefault(told.gateway_order_id, []).append(told)

    def callback(
        self,
        order: Order,
        status: str,
        payment: Payment | None = None,
        references: References | None = None,
    ) -> bytes:
        """A signed callback."""
        paid = payment or order.payment
        named = references or self.references
        key = self.settings.merchant_key
        return callback_body(order, MERCHANT_ID, key, status, paid, named)

    def take_key(self, key: str) -> None:
        """From now on Finpay knows the merchant by this key, and signs with it."""
        self.settings = replace(self.settings, merchant_key=key)

    def pay(self, order_id: str, **how: Any) -> Order:
        """A customer pays; raises NotPayableError."""
        order = self.order_store.pay(order_id, **how)
        assert order.payment
        self.came[order_id].append(order.payment)
        return order

    def left(self, payment: Payment) -> int:
        """Rupiah of a payment that did not go back."""
        return payment.amount - self.went_back[payment.reference]

    def refund(self, order_id: str, payment: Payment, back: int, *, is_shown: bool) -> bytes:
        """Give money back, and return the callback about it.

        A status check shows it only of the last payment, and only if `is_shown`.
        """
        self.went_back[payment.reference] += back
        order = self.order_store.get(order_id)
        amounts = self.refund_amounts
        if amounts is RefundAmounts.PAID and payment.amount != order.new.amount:
            # Nobody could tell another amount than the ordered one from the amount of a part.
            amounts, is_shown = RefundAmounts.EACH, False
        if is_shown and order.payment == payment and order.status in {"PAID", *REFUNDS}:
            order = self.order_store.refund(order_id, back)
        status = "PARTIALLY_REFUNDED" if self.left(payment) else "REFUNDED"
        told_amounts = {
            RefundAmounts.PAID: payment.amount,
            RefundAmounts.EACH: back,
            RefundAmounts.TOTAL: self.went_back[payment.reference],
        }
        told = replace(payment, amount=told_amounts[amounts])
        references = self.references
        if self.habits.refunds_name == "own":
            self._refunds += 1
            told = replace(told, reference=f"BACK-{self._refunds}")
        if self.habits.refunds_name == "nothing":
            references = References.NONE
        return self.callback(order, status, told, references)

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


def fact_of(said: Any, at: int, reporter: Reporter) -> Told:
    """What a status check or a callback says of an order."""
    order, payment = said["order"], said["result"]["payment"]
    return Told(
        order["id"],
        payment["status"],
        order["amount"],
        order["currency"],
        payment["amount"],
        at,
        reporter,
        payment.get("reference") or None,
    )


def _header(request: requests.Request) -> str:
    auth: Any = request.auth
    return "Basic " + base64.b64encode(auth.username + b":" + auth.password).decode()
