"""Money through the real handlers: callbacks, status checks and decisions, in any sequence."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ops.status_syncs import StatusSyncs
from payments.aws.payments_table import DynamoPayments
from payments.aws.status_sync_queue import SqsSyncQueue
from payments.domain.clock import DAY
from payments.domain.payment import LEDGER_LIMIT, Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Kind, Report, Reporter
from simulator import numbering
from simulator.clock import finpay_time
from simulator.orders import Payment as PaymentAtFinpay
from testing.builders import (
    SAMPLE_ORDER_ID,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_status_event,
)
from testing.ledgers import (
    ACCEPT,
    CANCELLED,
    REJECT,
    RETURN,
    Step,
    paid,
    partly,
    refunded,
    take_all,
)
from testing.service import Service
from testing.shop import Shop, open_shop

_SECOND = 1000
_STATUS_AT_FINPAY = {
    Kind.PAID: "PAID",
    Kind.REFUNDED: "REFUNDED",
    Kind.PARTIALLY_REFUNDED: "PARTIALLY_REFUNDED",
    Kind.CANCELLED: "CANCELLED",
}


def take(service: Service, step: Step) -> None:
    """Let a report reach the service the way its reporter sends it, or an operator decide."""
    if isinstance(step, Decision):
        service.decide(step)
    elif step.reporter is Reporter.CALLBACK:
        call_back(service, step)
    else:
        check(service, step)


def call_back(service: Service, report: Report, **more: Any) -> None:
    body = make_callback_body(callback_of(service, report) | more)
    assert service.callback(make_callback_event(body)).status == 200


def callback_of(service: Service, report: Report) -> dict[str, Any]:
    """The fields of a callback. The orders A-1 and A-2 are the payment's first and current one."""
    current = service.payment().gateway_order_id
    fields = make_callback_fields(
        SAMPLE_ORDER_ID if report.gateway_order_id == "A-1" else current,
        _STATUS_AT_FINPAY[report.kind],
        datetime=None if report.paid_at is None else finpay_time(report.paid_at / _SECOND),
        reference=report.reference,
    )
    fields["result"]["payment"]["amount"] = "unknown" if report.amount is None else report.amount
    fields["order"]["currency"] = report.currency
    return fields


def check(service: Service, report: Report) -> None:
    """A status check finds what Finpay says of the order then."""
    orders = service.finpay.simulation.order_store
    order = orders.get(service.payment().effective_gateway_order_id)
    payment = order.payment
    if report.amount is not None:
        assert report.paid_at is not None
        assert report.reference is not None
        at = report.paid_at / _SECOND
        payment = PaymentAtFinpay(report.amount, at, report.reference, "INDOMARET")
    known = replace(order, status=_STATUS_AT_FINPAY[report.kind], payment=payment)
    orders.restore([known], numbering.FIRST)
    sync(service)


def sync(service: Service) -> None:
    payments = DynamoPayments(service.dynamodb, "PaymentsTable")
    queue = SqsSyncQueue(service.sqs, service.sync_queue)
    StatusSyncs(payments, queue, service.clock).queue_now(SAMPLE_ORDER_ID)
    assert service.run_syncs() == 0


def sums(payment: Payment) -> dict[str, Any]:
    """What a ledger comes to."""
    standing = payment.standing
    return {
        "status": payment.status,
        "paid": payment.received and payment.received.paid_amount,
        "late": payment.received and payment.received.late,
        "overpaid": standing.overpaid,
        "refunded": standing.refunded,
        "certain": sum(one.is_certain for one in standing.received),
        "questions": standing.questions,
    }


def shown(service: Service) -> tuple[Any, ...]:
    """Status and sums as the storefront sees them."""
    body = service.api(make_status_event(storefront=service.payment().storefront_id)).body
    names = ("status", "paidAmount", "overpaidAmount", "refundedAmount")
    return tuple(body[name] for name in names)


def reviews(out: str) -> list[str]:
    """Why an operator has to look at the payment, as the metrics in the output say."""
    lines = [json.loads(line) for line in out.splitlines() if '"ManualReviewRequired"' in line]
    return [line["why"] for line in lines]


ONE_ORDER: list[tuple[Step, ...]] = [
    (paid("M1", 1), paid("S9", 1)),
    (paid("M1", 1), paid("S9", 2)),
    (paid("M1", 1), paid(None, 2)),
    (paid(), paid("CB-1"), paid("CB-2")),
    (paid("M1"), paid("M1", amount=900)),
    (paid("M1", amount=900), paid("M1")),
    (paid("M3", amount=900), paid("M2")),
    (paid("M2"), paid("M3", amount=900)),
    (paid("M1"), paid("M2"), refunded("M1")),
    (paid("M1"), paid("M2"), refunded("M2")),
    (paid("M1"), refunded("M1"), paid("M2")),
    (paid("M1"), paid("M2"), refunded()),
    (paid("M1"), paid("M3", amount=900), refunded()),
    (paid("M1"), partly("M1", 300), partly(None, 300)),
    (paid("M1"), partly("M1", 300), partly("M1", 700)),
    (paid("M1"), partly("M1", None)),
    (paid("M1", 1), refunded("S9", paid_at=paid(None, 1).paid_at)),
    (paid("M5", currency="USD"),),
    (partly("M1", 300),),
    (partly("M1", None),),
    (refunded("M1"), ACCEPT, paid("M1")),
    (refunded("M1"), REJECT, paid("M1")),
    (paid("M3", amount=900), RETURN, paid("M2"), refunded(None, 900)),
    (paid("M1", 1), CANCELLED, ACCEPT, CANCELLED),
    (paid("M1", 1), CANCELLED, REJECT),
    (paid("M1", 1), CANCELLED, RETURN),
    (paid("M1", 1), paid("S1", 2), REJECT),
    (paid("M1", 1), paid("S1", 2), ACCEPT),
    (paid("M3", amount=900), REJECT, paid("M2"), paid("M3", amount=900)),
]
TWO_ORDERS: list[tuple[Step, ...]] = [
    (paid("M1", gateway_order_id="A-2"), paid("M1")),
    (paid("M1"), paid("M1", gateway_order_id="A-2")),
    (paid("M1"), refunded(gateway_order_id="A-2")),
    (paid("M1"), partly(None, None, gateway_order_id="A-2")),
    (refunded("M1"), ACCEPT, paid("M1")),
    (paid("M1"), paid("M1", gateway_order_id="A-2"), refunded("M1", gateway_order_id="A-2")),
]


def named(steps: tuple[Step, ...]) -> str:
    """A sequence in a few words."""
    return ", ".join(
        f"{step.kind} {step.reference or '-'} {step.amount}" if isinstance(step, Report) else step
        for step in steps
    )


@pytest.mark.parametrize("steps", ONE_ORDER, ids=named)
def test_a_sequence_comes_to_what_the_ledger_says_and_replays_change_nothing(
    pending: Service, steps: tuple[Step, ...]
) -> None:
    assert_played(pending, steps)


@pytest.mark.parametrize("steps", TWO_ORDERS, ids=named)
def test_so_does_a_sequence_about_two_orders_at_finpay(
    renamed: Service, steps: tuple[Step, ...]
) -> None:
    assert_played(renamed, steps)


def assert_played(service: Service, steps: tuple[Step, ...]) -> None:
    for step in steps:
        take(service, step)
    after = service.payment()
    assert sums(after) == sums(take_all(*steps))
    service.pass_time(DAY)
    for step in steps:
        if isinstance(step, Report) and step.reporter is Reporter.CALLBACK:
            call_back(service, step, meta={"data": "again"})
    assert service.payment() == after
    if any(isinstance(step, Report) and step.reporter is Reporter.STATUS_CHECK for step in steps):
        sync(service)
        assert service.payment().ledger == after.ledger
        assert service.payment().history == after.history


@pytest.fixture
def shop(service: Service) -> Iterator[Shop]:
    with open_shop(service) as shop:
        shop.order()
        shop.tell()
        shop.receiver.got.clear()
        yield shop


def webhooks(shop: Shop) -> list[tuple[str, Any, Any, Any]]:
    """What the storefront was told since the last time: types and sums."""
    shop.tell()
    bodies = [json.loads(webhook.body) for webhook in shop.receiver.got]
    shop.receiver.got.clear()
    names = ("paidAmount", "overpaidAmount", "refundedAmount")
    return [(body["type"], *(body["data"][name] for name in names)) for body in bodies]


def test_a_refund_of_the_excess_leaves_the_payment_paid(shop: Shop) -> None:
    service = shop.service
    call_back(service, paid("M1"))
    call_back(service, paid("M2"))
    assert webhooks(shop) == [
        ("payment.paid", 1000, None, None),
        ("payment.overpaid", 1000, 1000, None),
    ]
    call_back(service, refunded("M2"))
    assert service.payment().status is Status.PAID
    assert service.payment().standing.questions == []
    assert webhooks(shop) == [("payment.overpaid", 1000, None, None)]


def test_a_replayed_refund_does_not_undo_that_it_was_accepted_as_money(pending: Service) -> None:
    call_back(pending, refunded("M1"))
    assert pending.payment().status is Status.REVIEW
    accepted = pending.decide(ACCEPT)
    assert accepted.status is Status.PAID
    call_back(pending, refunded("M1"))
    assert pending.payment() == accepted


def test_a_replayed_right_amount_does_not_undo_that_its_money_was_rejected(
    pending: Service,
) -> None:
    call_back(pending, paid("M1", amount=900))
    call_back(pending, paid("M1"))
    rejected = pending.decide(REJECT)
    assert rejected.status is Status.CANCELLED
    pending.pass_time(DAY)
    call_back(pending, paid("M1"))
    assert pending.payment() == rejected


def test_of_money_without_a_reference_one_later_report_is_the_same_and_a_second_is_not(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    call_back(pending, paid())
    call_back(pending, paid("CB-1"))
    assert pending.payment().standing.questions == []
    assert reviews(capsys.readouterr().out) == []
    call_back(pending, paid("CB-2"))
    assert shown(pending) == ("PAID", 1000, 1000, None)
    assert reviews(capsys.readouterr().out) == ["paid-again"]


@pytest.mark.parametrize(
    "more",
    [{"order": {"reference": "ORD-1"}}, {}, {"payment": {"channel": "ALFAMART"}}],
    ids=["one order reference", "no reference", "no reference, another channel"],
)
def test_money_at_another_time_is_never_silent(
    pending: Service, capsys: pytest.CaptureFixture[str], more: dict[str, Any]
) -> None:
    call_back(pending, paid(None, 1))
    capsys.readouterr()
    fields = callback_of(pending, paid(None, 2))
    fields["order"] |= more.get("order", {})
    fields["result"]["payment"] |= more.get("payment", {})
    assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert reviews(capsys.readouterr().out) == ["possibly-paid-again"]
    assert shown(pending) == ("PAID", 1000, None, None), "nothing is owed for what is possible"


@pytest.mark.parametrize(
    "reference",
    ["M1", None],
)
def test_each_partial_refund_is_told_with_what_went_back(shop: Shop, reference: str | None) -> None:
    service = shop.service
    call_back(service, paid("M1"))
    webhooks(shop)
    call_back(service, partly(reference, 300))
    assert webhooks(shop) == [("payment.refunded", 1000, None, 300)]
    call_back(service, partly(reference, 700))
    assert webhooks(shop) == [("payment.refunded", 1000, None, 700)]
    call_back(service, partly(reference, 700))
    assert webhooks(shop) == []
    assert shown(service) == ("PARTIALLY_REFUNDED", 1000, None, 700)


def test_partial_refunds_with_references_of_their_own_add_up_to_a_refund(shop: Shop) -> None:
    service = shop.service
    call_back(service, paid("M1"))
    call_back(service, partly("R1", 300))
    call_back(service, partly("R2", 700))
    assert shown(service) == ("REFUNDED", 1000, None, 1000)
    assert [one[0] for one in webhooks(shop)] == [
        *("payment.paid", "payment.refunded", "payment.refunded")
    ]


def test_a_status_check_with_a_reference_of_its_own_is_the_same_money_at_the_same_second(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    call_back(pending, paid("M1", 1))
    check(pending, paid("S9", 1))
    assert len(pending.payment().standing.received) == 1
    assert reviews(capsys.readouterr().out) == []


def test_at_another_second_it_is_possible_money_that_nobody_should_give_back(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    service = shop.service
    call_back(service, paid("M1", 1))
    webhooks(shop)
    capsys.readouterr()
    check(service, paid("S9", 2))
    assert reviews(capsys.readouterr().out) == ["possibly-paid-again"]
    assert service.payment().standing.overpaid == 0
    assert webhooks(shop) == []
    service.decide(REJECT)
    assert service.payment().standing.questions == []
    assert service.payment().status is Status.PAID
    assert webhooks(shop) == []


def test_possible_money_that_an_operator_confirms_is_in_excess(shop: Shop) -> None:
    service = shop.service
    call_back(service, paid("M1", 1))
    check(service, paid("S9", 2))
    webhooks(shop)
    service.decide(ACCEPT)
    assert webhooks(shop) == [("payment.overpaid", 1000, 1000, None)]


def test_money_beyond_what_a_ledger_holds_is_quarantined_and_told(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(LEDGER_LIMIT):
        call_back(pending, paid(f"M{number}"))
    full = pending.payment()
    assert full.standing.overpaid == 1000 * (LEDGER_LIMIT - 1)
    assert pending.rows("QuarantineTable") == []
    capsys.readouterr()
    call_back(pending, paid("one more"))
    assert pending.payment() == full
    (kept,) = pending.rows("QuarantineTable")
    assert (kept["reason"], kept["finpayReference"]) == ({"S": "ledger-full"}, {"S": "one more"})
    assert reviews(capsys.readouterr().out) == ["quarantined", "paid-again"]


def test_money_for_an_earlier_order_at_finpay_is_other_money_under_the_same_reference(
    renamed: Service,
) -> None:
    call_back(renamed, paid("M1", gateway_order_id="A-2"))
    call_back(renamed, paid("M1"))
    assert shown(renamed) == ("PAID", 1000, 1000, None)
