"""Finpay's decisions without a server: one thread, and a clock that stands where it is put."""

import base64
import json
import threading

import pytest

from payments.callbacks.signature import verify
from simulator.answers import DUPLICATE, NOT_FOUND, NOT_PERMITTED, callback_body
from simulator.book import Book
from simulator.desk import Desk
from simulator.settings import MERCHANT_ID, MERCHANT_KEY, Settings
from tests.functional.simulator.shop import ORDER_ID, make_body


class StillGateway:
    """The least that a desk needs."""

    def __init__(self) -> None:
        self.now = 1_680_576_995.0
        self.book = Book(threading.RLock(), lambda: self.now)
        self.settings = Settings()
        self.check_shows_code = True

    def allows(self, source: str | None) -> bool:
        return source != "vastbni"


@pytest.fixture
def gateway() -> StillGateway:
    return StillGateway()


@pytest.fixture
def desk(gateway: StillGateway) -> Desk:
    return Desk(gateway)


def sample(**overrides: object) -> bytes:
    return json.dumps(make_body(**overrides)).encode()


def test_the_same_calls_get_the_same_answers(desk: Desk) -> None:
    assert desk.initiate(sample()) == Desk(StillGateway()).initiate(sample())


def test_refusals_are_answers(desk: Desk) -> None:
    desk.initiate(sample())
    assert desk.initiate(sample()) == DUPLICATE
    assert desk.void(ORDER_ID) == NOT_PERMITTED
    assert desk.check("unknown") == desk.cancel("unknown") == NOT_FOUND


def test_what_the_gateway_does_not_allow_is_refused(desk: Desk) -> None:
    assert desk.initiate(sample(sourceOfFunds={"type": "vastbni"})).http_status == 403


def test_an_order_expires_by_the_clock_that_the_book_was_given(
    desk: Desk, gateway: StillGateway
) -> None:
    desk.initiate(sample())
    gateway.now += 86_400
    assert desk.check(ORDER_ID).members["data"]["result"]["payment"]["status"] == "EXPIRED"


def test_a_callback_can_be_made_without_sending_it(desk: Desk, gateway: StillGateway) -> None:
    desk.initiate(sample())
    paid = gateway.book.pay(ORDER_ID)
    body = callback_body(paid, MERCHANT_ID, MERCHANT_KEY, "PAID", paid.payment)
    assert verify(body, [MERCHANT_KEY])
    assert body == callback_body(paid, MERCHANT_ID, MERCHANT_KEY, "PAID", paid.payment)


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("Basic " + base64.b64encode(b"FINPAY770:SoSecret123").decode(), True),
        ("Basic " + base64.b64encode(b"FINPAY770:other").decode(), False),
        ("Bearer SoSecret123", False),
        ("", False),
    ],
)
def test_only_the_merchant_is_the_merchant(desk: Desk, header: str, *, known: bool) -> None:
    assert desk.is_merchant(header) is known
