"""Use cases whose payment is changed by somebody else between their steps, on the real store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import GatewayRejected, OutcomeUnknown, Unavailable
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import Entry, IssuedCode, Lease, Payment, Source
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from payments.payment_requests.payment_request import parse_request
from payments.payment_requests.request_policy import RequestPolicy
from payments.services.apply_status import ApplyStatus, Effect
from payments.services.initiate import Initiate, Order, fingerprint_of
from payments.services.request_code import RequestCode
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncStatus
from testing.builders import (
    NOW,
    SAMPLE_ORDER_ID,
    make_gateway_status,
    make_payment,
    make_request_body,
)

CODE = IssuedCode("https://devo.finpay.id/widgetpg/pending/5613", NOW, "8802700000076850")


@dataclass(frozen=True)
class Rivals(DynamoPayments):
    """A store on which somebody else is quicker, once for each rival."""

    rivals: Iterator[Callable[[], object]]

    def apply(self, change: Change) -> Applied | Refused:
        next(self.rivals, lambda: None)()
        return super().apply(change)


@dataclass
class Finpay:
    """Answers one initiate, and knows of no order."""

    answer: IssuedCode | Exception

    def is_reachable(self) -> bool:
        return True

    def is_recovering(self) -> bool:
        return False

    def initiate(self, body: object, storefront_id: str) -> IssuedCode:  # noqa: ARG002 - the port's
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def check(self, gateway_order_id: str) -> GatewayStatus | None:  # noqa: ARG002
        return None

    def cancel(self, gateway_order_id: str) -> bool:  # noqa: ARG002
        return False


def make_order() -> Order:
    document = make_request_body()
    policy = RequestPolicy(sources_of_funds={"finpaycode"}, allowed_origins={"*"})
    request = parse_request(document, policy)
    return Order("demo", request, fingerprint_of(document), "https://api.example/callbacks", NOW)


@pytest.fixture
def ids() -> Callable[[], str]:
    numbers = iter(range(1_000))
    return lambda: f"new-write-{next(numbers)}"


@pytest.fixture
def apply_status(
    payments: DynamoPayments, quarantine: DynamoQuarantine, ids: Callable[[], str]
) -> Callable[..., ApplyStatus]:
    def make(*rivals: Callable[[], object]) -> ApplyStatus:
        store = Rivals(payments.client, payments.table, iter(rivals))
        return ApplyStatus(store, quarantine, lambda: NOW, ids)

    return make


@pytest.fixture
def initiate(
    payments: DynamoPayments, quarantine: DynamoQuarantine, ids: Callable[[], str]
) -> Callable[..., Payment]:
    def run(answer: IssuedCode | Exception, *rivals: Callable[[], object]) -> Payment:
        store = Rivals(payments.client, payments.table, iter(rivals))
        finpay, apply_status = Finpay(answer), ApplyStatus(payments, quarantine, clock, ids)
        resolve = Resolve(
            store, finpay, SyncStatus(finpay, apply_status, clock), apply_status, clock, ids
        )
        ask = RequestCode(store, finpay, clock, ids)
        return Initiate(store, ask, resolve, clock, ids)(make_order()).payment

    def clock() -> int:
        return NOW

    return run


def observation(payments: DynamoPayments, n: int) -> Callable[[], object]:
    """Somebody notes something on the payment, whatever its status."""

    def note() -> None:
        found = payments.get(SAMPLE_ORDER_ID)
        assert found
        entry = Entry(found.status, NOW, Source.CALLBACK, f"rival-{n}", f"e{n}", "NEW")
        change = Change(SAMPLE_ORDER_ID, frozenset({found.status}), entry, version=found.version)
        assert isinstance(payments.apply(change), Applied)

    return note


def test_a_gateway_status_wins_against_a_rival_in_the_end(
    payments: DynamoPayments, apply_status: Callable[..., ApplyStatus]
) -> None:
    payments.reserve(make_payment(status=Status.EXPIRED))
    update = apply_status(lambda: None, observation(payments, 1), observation(payments, 2))(
        SAMPLE_ORDER_ID, make_gateway_status()
    )
    assert (update.effect, update.payment.status) == (Effect.MOVED, Status.PAID)
    assert update.payment.version == 4


def test_a_gateway_status_that_loses_every_race_is_sent_again_by_finpay(
    payments: DynamoPayments, apply_status: Callable[..., ApplyStatus]
) -> None:
    payments.reserve(make_payment(status=Status.EXPIRED))
    rivals = [observation(payments, n) for n in range(20)]
    with pytest.raises(Unavailable):
        apply_status(*rivals)(SAMPLE_ORDER_ID, make_gateway_status())


def test_of_two_gateway_statuses_at_once_one_moves_the_payment(
    payments: DynamoPayments, apply_status: Callable[..., ApplyStatus]
) -> None:
    payments.reserve(make_payment())
    first = apply_status()
    other = make_gateway_status(payload_digest="other")
    second = apply_status(lambda: first(SAMPLE_ORDER_ID, other))(
        SAMPLE_ORDER_ID, make_gateway_status()
    )
    assert second.effect is Effect.NOTHING
    assert second.payment.version == 2


def test_the_code_is_noted_over_what_a_callback_observed_meanwhile(
    payments: DynamoPayments, initiate: Callable[..., Payment]
) -> None:
    payment = initiate(CODE, observation(payments, 1))
    assert (payment.status, payment.version, payment.code) == (Status.PENDING, 3, CODE)


def test_a_code_that_is_noted_already_stays(
    payments: DynamoPayments, initiate: Callable[..., Payment]
) -> None:
    def apply_with_code() -> None:
        entry = Entry(Status.PAID, NOW, Source.STATUS_CHECK, "rival")
        payments.apply(Change(SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry, code=CODE))

    other = replace(CODE, payment_code="another")
    assert initiate(other, apply_with_code).code == CODE


def test_who_lost_the_lease_does_not_write_any_more(
    payments: DynamoPayments, initiate: Callable[..., Payment]
) -> None:
    def take_over() -> None:
        payments.client.update_item(
            TableName=payments.table,
            Key={"orderId": {"S": SAMPLE_ORDER_ID}},
            UpdateExpression="SET leaseId = :other, #version = #version + :one",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues={":other": {"S": "other"}, ":one": {"N": "1"}},
        )

    with pytest.raises(OutcomeUnknown):
        initiate(CODE, take_over)
    found = payments.get(SAMPLE_ORDER_ID)
    assert found
    assert found.lease == Lease("other", NOW + 35_000)


def test_an_initiate_that_loses_every_race_is_an_unknown_outcome(
    payments: DynamoPayments, initiate: Callable[..., Payment]
) -> None:
    with pytest.raises(OutcomeUnknown):
        initiate(CODE, *[observation(payments, n) for n in range(20)])


def test_a_row_that_is_gone_is_an_unknown_outcome(
    payments: DynamoPayments, initiate: Callable[..., Payment]
) -> None:
    with pytest.raises(OutcomeUnknown):
        initiate(CODE, lambda: payments.withdraw(SAMPLE_ORDER_ID, "new-write-0"))


def test_a_refusal_does_not_undo_money_that_came(
    initiate: Callable[..., Payment], apply_status: Callable[..., ApplyStatus]
) -> None:
    payment = initiate(
        GatewayRejected("4000001", "no"),
        lambda: apply_status()(SAMPLE_ORDER_ID, make_gateway_status()),
    )
    assert payment.status is Status.PAID
