"""How each documented answer comes about: requests to the real handlers, and what befalls them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from ops.openapi import samples
from payments.api.request_body import BODY_LIMIT
from payments.callbacks.url_token import callback_token
from testing.builders import MERCHANT_KEY, make_callback_body, make_callback_event
from testing.registry import make_registry
from testing.scripted.finpay import scripted_finpay
from testing.service import NOBODY, Service
from tests.functional.openapi.front import LARGEST_BODY

type Way = Callable[["World"], requests.Response]

SAYS_AWS_ALONE = {"429", "500", "503"}
"""API Gateway's own words where it or a function is out of capacity: nothing here makes it so."""

_ORDER = f"/payments/{samples.ORDER_ID}"
_JSON = {"Content-Type": "application/json"}


@dataclass
class World:
    """A storefront that asks over HTTP, and Finpay's side."""

    service: Service
    url: str
    monkeypatch: pytest.MonkeyPatch
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.headers["Authorization"] = (
            f"Bearer {make_registry(self.service.dynamodb).create('contoh', ['*']).api_key}"
        )

    def ask(self, method: str, path: str, body: Any = b"", **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(
            method, self.url + path, data=data, headers=_JSON | named, timeout=30
        )

    def create(self, body: Any = samples.REQUEST, **headers: str) -> requests.Response:
        return self.ask("POST", "/payments", body, **headers)

    def see(self, **headers: str) -> requests.Response:
        return self.ask("GET", _ORDER, **headers)

    def cancel(self, **headers: str) -> requests.Response:
        return self.ask("POST", f"{_ORDER}/cancel", **headers)

    def callback(self, body: bytes, token: str = "") -> requests.Response:
        token = token or callback_token(samples.ORDER_ID, MERCHANT_KEY)
        return self.ask("POST", f"/callbacks/finpay/{samples.ORDER_ID}/{token}", body)

    def apply_paid(self) -> None:
        assert self.service.callback(make_callback_event()).status == 200

    def made(self) -> "World":
        """After the payment was made."""
        self.service.pass_time(0)
        assert self.create().status_code == 201
        return self

    def paid(self) -> "World":
        self.made().apply_paid()
        return self

    def broken(self, name: str) -> "World":
        """A function fails in a way that nobody foresaw."""

        def fail(*_: Any) -> Any:
            raise ArithmeticError

        self.monkeypatch.setattr(name, fail)
        return self

    def without_tables(self) -> "World":
        self.service.drop_table("PaymentsTable")
        return self

    def without_finpay(self) -> "World":
        self.service.restart()
        self.service.finpay_url = NOBODY
        return self


def _wrong_key(ask: Callable[..., requests.Response]) -> requests.Response:
    return ask(Authorization="Bearer sk_contoh_" + "x" * 43)


def _without_key(world: World) -> World:
    del world.session.headers["Authorization"]
    return world


def _refused(world: World, status: int, code: str, message: str) -> requests.Response:
    refusal = {"responseCode": code, "responseMessage": message}
    with scripted_finpay(status, refusal, knows_orders=False) as world.service.finpay_url:
        return world.create()


def _other_order(world: World) -> requests.Response:
    order = samples.REQUEST["order"] | {"amount": "2000"}
    return world.made().create(samples.REQUEST | {"order": order})


def _meanwhile(world: World, ask: Callable[[], requests.Response]) -> requests.Response:
    """Ask while the first request waits for Finpay."""
    answers: list[requests.Response] = []
    world.service.witness.before["initiate"] = lambda: answers.append(ask())
    world.create()
    return answers[0]


def _unanswered(world: World) -> World:
    """The first request's answer was lost."""
    world.service.fault("initiate", "drop")
    world.create()
    return world


def _wrong_fields(world: World) -> requests.Response:
    request = {name: value for name, value in samples.REQUEST.items() if name != "customer"}
    return world.create(request | {"order": samples.REQUEST["order"] | {"items": []}})


def _faulty(world: World, endpoint: str) -> World:
    world.service.fault(endpoint, "drop")
    return world


def _at_finpay(world: World, status: str) -> World:
    world.service.finpay.simulation.order_store.set_status(samples.ORDER_ID, status)
    return world


def _cancel_refused(world: World) -> requests.Response:
    world.made()
    refusal = {"responseCode": "4030001", "responseMessage": "Feature Not Allowed"}
    world.service.restart()
    with scripted_finpay(403, refusal) as world.service.finpay_url:
        return world.cancel()


def _told(world: World, callback: dict[str, Any]) -> World:
    assert world.callback(make_callback_body(callback).encode()).status_code == 200
    return world


def _forged(world: World) -> requests.Response:
    return world.made().callback(make_callback_body(key="a guess").encode())


_PAID = make_callback_body().encode()
_TOO_LONG = b" " * (BODY_LIMIT + 1)
_FAR_TOO_LONG = b" " * (LARGEST_BODY + 1)

WAYS: dict[tuple[str, str], Way] = {
    ("createPayment", "201"): World.create,
    ("createPayment", "malformed-body"): lambda w: w.create(b"{"),
    ("createPayment", "unauthenticated"): lambda w: _wrong_key(w.create),
    ("createPayment", "order-exists"): _other_order,
    ("createPayment", "payment-in-progress"): lambda w: _meanwhile(w, w.create),
    ("createPayment", "previous-unanswered"): lambda w: _unanswered(w).create(),
    ("createPayment", "body-too-large"): lambda w: w.create(_TOO_LONG),
    ("createPayment", "unsupported-media-type"): lambda w: w.create(Content_Type="text/plain"),
    ("createPayment", "invalid-request"): _wrong_fields,
    ("createPayment", "gateway-rejected"): lambda w: _refused(
        w, 400, "4000001", "Invalid Field Format."
    ),
    ("createPayment", "gateway-refused"): lambda w: _refused(
        w, 403, "4030001", "Feature Not Allowed"
    ),
    ("createPayment", "gateway-unreachable"): lambda w: w.without_finpay().create(),
    ("createPayment", "unavailable"): lambda w: w.without_tables().create(),
    ("createPayment", "outcome-unknown"): lambda w: _faulty(w, "initiate").create(),
    ("createPayment", "internal"): lambda w: w.broken("storefront_api.app.parse_order").create(),
    ("createPayment", "401"): lambda w: _without_key(w).create(),
    ("createPayment", "413"): lambda w: w.create(_FAR_TOO_LONG),
    ("getPayment", "paid"): lambda w: w.paid().see(),
    ("getPayment", "overpaid"): lambda w: _told(w.paid(), samples.SECOND_PAYMENT).see(),
    ("getPayment", "partially-refunded"): lambda w: _told(w.paid(), samples.PARTIAL_REFUND).see(),
    ("getPayment", "304"): lambda w: w.made().see(If_None_Match='"2"'),
    ("getPayment", "unauthenticated"): lambda w: _wrong_key(w.see),
    ("getPayment", "not-found"): World.see,
    ("getPayment", "unavailable"): lambda w: w.without_tables().see(),
    ("getPayment", "internal"): lambda w: w.made().broken("storefront_api.app.shown").see(),
    ("getPayment", "401"): lambda w: _without_key(w).see(),
    ("getPayment", "404"): lambda w: w.ask("GET", "/payments/"),
    ("getPayment", "413"): lambda w: w.ask("GET", _ORDER, _FAR_TOO_LONG),
    ("cancelPayment", "200"): lambda w: w.made().cancel(),
    ("cancelPayment", "unauthenticated"): lambda w: _wrong_key(w.cancel),
    ("cancelPayment", "not-found"): World.cancel,
    ("cancelPayment", "already-paid"): lambda w: w.paid().cancel(),
    ("cancelPayment", "not-cancellable"): lambda w: _at_finpay(w.made(), "AUTHORIZED").cancel(),
    ("cancelPayment", "payment-in-progress"): lambda w: _meanwhile(w, w.cancel),
    ("cancelPayment", "previous-unanswered"): lambda w: _unanswered(w).cancel(),
    ("cancelPayment", "gateway-refused"): _cancel_refused,
    ("cancelPayment", "gateway-unreachable"): lambda w: w.made().without_finpay().cancel(),
    ("cancelPayment", "unavailable"): lambda w: w.without_tables().cancel(),
    ("cancelPayment", "outcome-unknown"): lambda w: _faulty(w.made(), "cancel").cancel(),
    ("cancelPayment", "internal"): lambda w: w.made().broken("storefront_api.app.shown").cancel(),
    ("cancelPayment", "401"): lambda w: _without_key(w).cancel(),
    ("cancelPayment", "404"): lambda w: w.ask("POST", "/payments//cancel"),
    ("cancelPayment", "413"): lambda w: w.ask("POST", f"{_ORDER}/cancel", _FAR_TOO_LONG),
    ("receiveFinpayCallback", "200"): lambda w: w.made().callback(_PAID),
    ("receiveFinpayCallback", "malformed-body"): lambda w: w.made().callback(b"{"),
    ("receiveFinpayCallback", "signature-invalid"): _forged,
    ("receiveFinpayCallback", "not-found"): lambda w: w.made().callback(_PAID, token="0" * 32),
    ("receiveFinpayCallback", "body-too-large"): lambda w: w.made().callback(_TOO_LONG),
    ("receiveFinpayCallback", "unavailable"): lambda w: w.without_tables().callback(_PAID),
    ("receiveFinpayCallback", "internal"): lambda w: w.broken(
        "finpay_callback.app.receive"
    ).callback(_PAID),
    ("receiveFinpayCallback", "404"): lambda w: w.ask("POST", "/callbacks/finpay//x", _PAID),
    ("receiveFinpayCallback", "413"): lambda w: w.callback(_FAR_TOO_LONG),
}
"""By operation, and the problem's slug or, for successes and API Gateway's words, the status."""
