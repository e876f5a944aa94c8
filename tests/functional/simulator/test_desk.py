"""Finpay's decisions without a server: one thread, and a clock that stands where it is put."""

import base64
import json
import threading

import pytest

from payments.callbacks.signature import verify
from simulator.answers import (
    DUPLICATE,
    NOT_FOUND,
    NOT_PERMITTED,
    References,
    RefundAmounts,
    callback_body,
)
from simulator.finpay_service import FinpayService
from simulator.order_store import OrderStore
from simulator.settings import MERCHANT_ID, MERCHANT_KEY, Settings
from tests.functional.simulator.shop import ORDER_ID, make_body


class StillGateway:
    """The least that a service needs."""

    def __init__(self) -> None:
        self.now = 1_680_576_995.0
        self.order_store = OrderStore(threading.RLock(), lambda: self.now)
        self.settings = Settings()
        self.check_shows_code = True
        self.references, self.refund_amounts = References.PAYMENT, RefundAmounts.PAID

    def allows(self, source: str | None) -> bool:
        return source != "vastbni"


@pytest.fixture
def gateway() -> StillGateway:
    return StillGateway()


@pytest.fixture
def finpay_service(gateway: StillGateway) -> FinpayService:
    return FinpayService(gateway)


def sample(**overrides: object) -> bytes:
    return json.dumps(make_body(**overrides)).encode()


def test_the_same_calls_get_the_same_answers(finpay_service: FinpayService) -> None:
    assert finpay_service.initiate(sample()) == FinpayService(StillGateway()).initiate(sample())


def test_refusals_are_answers(finpay_service: FinpayService) -> None:
    finpay_service.initiate(sample())
    assert finpay_service.initiate(sample()) == DUPLICATE
    assert finpay_service.void(ORDER_ID) == NOT_PERMITTED
    assert finpay_service.check("unknown") == finpay_service.cancel("unknown") == NOT_FOUND


def test_what_the_gateway_does_not_allow_is_refused(finpay_service: FinpayService) -> None:
    assert finpay_service.initiate(sample(sourceOfFunds={"type": "vastbni"})).http_status == 403


def test_an_order_expires_by_the_clock_that_the_book_was_given(
    finpay_service: FinpayService, gateway: StillGateway
) -> None:
    finpay_service.initiate(sample())
    gateway.now += 86_400
    assert (
        finpay_service.check(ORDER_ID).members["data"]["result"]["payment"]["status"] == "EXPIRED"
    )


def test_a_callback_can_be_made_without_sending_it(
    finpay_service: FinpayService, gateway: StillGateway
) -> None:
    finpay_service.initiate(sample())
    paid = gateway.order_store.pay(ORDER_ID)
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
def test_only_the_merchant_is_the_merchant(
    finpay_service: FinpayService, header: str, *, known: bool
) -> None:
    assert finpay_service.is_merchant(header) is known
