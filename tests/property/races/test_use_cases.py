"""The use cases against themselves, many at once: money is entered once, and a code issued once.

FINPAY_RACE_ROUNDS says how often each race is run; `make races` asks for a hundred.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.domain import clock, ids
from payments.domain.errors import OutcomeUnknown, PaymentInProgress, Unavailable
from payments.domain.merchant import Credentials
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.finpay.client import FinpayClient
from payments.finpay.http_transport import HttpTransport
from payments.payment_requests.payment_request import parse_request
from payments.payment_requests.request_policy import RequestPolicy
from payments.services.apply_status import ApplyStatus, Effect
from payments.services.initiate import Initiate, Order, fingerprint_of
from payments.services.request_code import RequestCode
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus
from simulator import server
from simulator.server import Server
from testing.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    make_gateway_status,
    make_payment,
    make_request_body,
)
from testing.crowd import at_once
from tests.property.races.conftest import Proxied
from tests.stack.faults.proxy import Chance, Fault, Plan

ROUNDS = int(os.environ.get("FINPAY_RACE_ROUNDS", "3"))
CALLBACKS = 500
REQUESTS = 50
LOSSES = {Fault.LOSE_REQUEST: 0.05, Fault.LOSE_ANSWER: 0.1, Fault.THROTTLE: 0.02}

pytestmark = [
    pytest.mark.extended,
    pytest.mark.timeout(3_600),
]


@pytest.fixture(params=["simulated", "stack", "proxy"])
def store(request: pytest.FixtureRequest) -> DynamoPayments:
    """The payments table: in memory, on the local stack, and there behind a proxy that loses."""
    if request.param == "proxy":
        behind: Callable[[Plan], Proxied] = request.getfixturevalue("behind_proxy")
        return behind(Chance(7, LOSSES)).payments
    payments: DynamoPayments = request.getfixturevalue(f"{request.param}_payments")
    return payments


@pytest.fixture
def finpay() -> Iterator[Server]:
    with server.start(merchant_id=MERCHANT_ID, merchant_key=MERCHANT_KEY) as running:
        yield running


class Keys:
    """Finpay's sample pair."""

    def current(self) -> Credentials:
        return Credentials(MERCHANT_ID, (MERCHANT_KEY,))

    def renewed(self) -> None:
        return None


def apply_status_in(store: DynamoPayments) -> ApplyStatus:
    quarantine = DynamoQuarantine(store.client, "never used here", clock.now)
    return ApplyStatus(store, quarantine, clock.now, ids.new_id)


def initiate_in(store: DynamoPayments, finpay: Server) -> Initiate:
    """A container's own: each has connections of its own."""
    apply_status, transport = apply_status_in(store), HttpTransport(clock.now)
    gateway = FinpayClient(finpay.url, Keys(), clock.now, nullcontext, transport)
    sync_status = SyncStatus(gateway, apply_status, clock.now)
    resolve = Resolve(store, gateway, sync_status, apply_status, clock.now, ids.new_id)
    ask = RequestCode(store, gateway, clock.now, ids.new_id)
    return Initiate(store, ask, resolve, clock.now, ids.new_id)


def fresh(store: DynamoPayments, order_id: str) -> Payment:
    """A pending payment, in the table for sure."""
    payment = make_payment(order_id=order_id, gateway_order_id=order_id, status=Status.PENDING)
    for _ in range(20):
        try:
            store.reserve(payment)
        except Unavailable:
            continue
        return payment
    raise AssertionError("the table does not answer")


def stored(store: DynamoPayments, order_id: str) -> Payment:
    for _ in range(20):
        try:
            found = store.get(order_id)
        except Unavailable:
            continue
        assert found
        return found
    raise AssertionError("the table does not answer")


def entries(payment: Payment, status: Status) -> int:
    return sum(entry.status is status and not entry.observed for entry in payment.history)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_five_hundred_callbacks_at_once_one_enters_the_money(
    store: DynamoPayments, number: int
) -> None:
    order_id = f"paid-{number}"
    fresh(store, order_id)
    apply_status, reported = (
        apply_status_in(store),
        make_gateway_status(gateway_order_id=order_id),
    )

    def call_back(_: int) -> str:
        try:
            return apply_status(order_id, reported).effect
        except Unavailable:
            return "try again"

    effects = Counter(at_once(CALLBACKS, call_back))
    paid = stored(store, order_id)
    assert (paid.status, paid.version, entries(paid, Status.PAID)) == (Status.PAID, 2, 1)
    assert effects[Effect.MOVED] <= 1
    assert effects[Effect.RECORDED] == 0


@pytest.mark.parametrize("number", range(ROUNDS))
def test_paid_wins_against_expired_whichever_comes_first(
    store: DynamoPayments, number: int
) -> None:
    order_id = f"late-{number}"
    fresh(store, order_id)
    apply_status = apply_status_in(store)
    claims = [
        make_gateway_status(gateway_order_id=order_id),
        make_gateway_status(gateway_order_id=order_id, status="EXPIRED", payload_digest="f" * 16),
    ]

    def call_back(which: int) -> str:
        try:
            return apply_status(order_id, claims[which % 2]).effect
        except Unavailable:
            return "try again"

    at_once(100, call_back)
    paid = stored(store, order_id)
    assert (paid.status, entries(paid, Status.PAID)) == (Status.PAID, 1)
    assert paid.received
    assert paid.received.late == (entries(paid, Status.EXPIRED) == 1)
    assert paid.version == len(paid.history)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_fifty_initiates_at_once_one_gets_a_code(
    store: DynamoPayments, finpay: Server, number: int
) -> None:
    body = make_request_body(id=f"new-{number}")
    policy = RequestPolicy(sources_of_funds={"finpaycode"}, allowed_origins={"*"})
    request = parse_request(body, policy)
    order = Order("demo", request, fingerprint_of(body), "http://127.0.0.1:9/a/b/c/d", clock.now())
    containers = [initiate_in(store, finpay) for _ in range(REQUESTS)]

    def ask(which: int) -> str:
        try:
            payment = containers[which](order).payment
        except PaymentInProgress:
            return "in progress"
        except (OutcomeUnknown, Unavailable):
            return "try again"
        assert payment.code
        return payment.code.payment_code or ""

    codes = set(at_once(REQUESTS, ask)) - {"in progress", "try again"}
    issued = [
        o.payment_code for o in finpay.simulation.order_store.all() if o.order_id == f"new-{number}"
    ]
    assert len(issued) <= 1
    assert codes <= set(issued)
