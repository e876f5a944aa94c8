"""Reports and decisions as entries of a ledger, and the write that follows."""

from dataclasses import replace
from typing import Any

import pytest

from payments.domain.money_rules import (
    change_of_ledger,
    entries_of_decision,
    first_ledger,
    is_about_money,
    report_of,
)
from payments.domain.payment import Entry, Payment, Source
from payments.domain.payment_change import NewLedger, NextSync
from payments.domain.transition_table import Status, Trigger
from payments.ledger.entry import Decision, Judgement, Kind, Report, Reporter, Terms
from testing.builders import NOW, SAMPLE_ORDER_ID, make_gateway_status, make_payment, make_report
from testing.ledgers import ACCEPT, PENDING, REJECT, RETURN, paid, refunded, take, take_all


def test_a_report_of_money_has_all_that_finpay_says_of_it() -> None:
    reported = make_gateway_status(order_reference="O-1", paid_amount=900, amount=1000)
    assert report_of(reported, Trigger.MISMATCH, NOW) == Report(
        kind=Kind.PAID,
        reporter=Reporter.CALLBACK,
        recorded_at=NOW,
        gateway_order_id=SAMPLE_ORDER_ID,
        amount=900,
        currency="IDR",
        order_amount=1000,
        paid_at=NOW + 60_000,
        reference="8f0e1d2c",
        order_reference="O-1",
        channel="INDOMARET",
    )


def test_a_report_of_a_cancellation_has_no_money_whatever_finpay_repeats_with_it() -> None:
    reported = make_gateway_status(source=Source.STATUS_CHECK, order_reference="O-1")
    assert report_of(reported, Trigger.CANCEL_CONFIRMED, NOW) == Report(
        kind=Kind.CANCELLED,
        reporter=Reporter.STATUS_CHECK,
        recorded_at=NOW,
        gateway_order_id=SAMPLE_ORDER_ID,
        amount=None,
        currency=None,
        order_amount=None,
    )


def test_the_first_ledger_of_a_payment_has_the_terms_that_finpay_confirmed() -> None:
    report = make_report(amount=1234)
    assert first_ledger(report) == NewLedger((report,), Terms(1234, "IDR"))


@pytest.mark.parametrize("missing", [{"amount": None}, {"currency": None}])
def test_a_report_without_an_amount_or_a_currency_is_no_first_ledger(
    missing: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="matches no payment"):
        first_ledger(make_report(**missing))


@pytest.mark.parametrize(
    ("payment", "is_money"),
    [
        (take_all(paid("M1")), True),
        (take_all(refunded("M1")), False),
        (take_all(paid("M1", 1, 900)), False),
        (replace(take_all(paid("M1")), status=Status.REVIEW), False),
        (PENDING, False),
        (replace(PENDING, status=Status.PAID), False),
        (take_all(paid("M1", gateway_order_id="A-2")), False),
        (replace(take_all(paid("M1", 1, 900), REJECT), status=Status.PAID), False),
    ],
)
def test_a_cancellation_is_about_money_if_money_of_its_order_counts(
    payment: Payment, *, is_money: bool
) -> None:
    reported = make_gateway_status(gateway_order_id="A-1", source=Source.STATUS_CHECK)
    assert is_about_money(Trigger.CANCEL_CONFIRMED, reported, payment) is is_money


def test_each_payment_received_that_is_in_question_is_returned() -> None:
    payment = take_all(paid("M1", 1, 900), paid("M2", 2, 800, gateway_order_id="A-2"))
    *refunds, judgement = entries_of_decision(payment, RETURN, NOW, "somebody", "because")
    operator = {"reporter": Reporter.OPERATOR, "recorded_at": NOW, "order_amount": None}
    assert refunds == [
        make_report(Kind.REFUNDED, gateway_order_id="A-1", amount=900, about=0, **operator),
        make_report(Kind.REFUNDED, gateway_order_id="A-2", amount=800, about=1, **operator),
    ]
    assert isinstance(judgement, Judgement)
    assert judgement.covers == {0, 1}


def test_money_in_another_currency_is_returned_in_its_own() -> None:
    payment = take_all(paid("M5", currency="USD"))
    refund, _ = entries_of_decision(payment, RETURN, NOW, "somebody", "because")
    assert isinstance(refund, Report)
    assert refund.currency == "USD"


def test_an_accepted_refund_has_money_of_the_order_that_it_was_reported_for() -> None:
    payment = take_all(refunded("M1"))
    money, judgement = entries_of_decision(payment, Decision.ACCEPTED, NOW, "somebody", "because")
    assert money == make_report(
        Kind.PAID,
        reporter=Reporter.OPERATOR,
        recorded_at=NOW,
        gateway_order_id="A-1",
    )
    assert isinstance(judgement, Judgement)
    assert judgement.covers == {0, 1}


def entry(status: Status, by: Source = Source.CALLBACK) -> Entry:
    return Entry(status, NOW, by, "write-2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.PAID, Status.PAID),
        (Status.REVIEW, Status.REVIEW),
        (Status.PAID, Status.PARTIALLY_REFUNDED),
        (Status.PARTIALLY_REFUNDED, Status.PAID),
    ],
)
def test_money_that_moves_no_status_keeps_the_schedule(before: Status, after: Status) -> None:
    ledger = NewLedger((make_report(),), Terms(1000, "IDR"))
    change = change_of_ledger(make_payment(status=before), ledger, entry(after))
    assert change.next_sync is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.PENDING, Status.PAID),
        (Status.PAID, Status.REVIEW),
        (Status.REVIEW, Status.PAID),
        (Status.PARTIALLY_REFUNDED, Status.REFUNDED),
    ],
)
def test_money_that_moves_the_status_ends_the_schedule(before: Status, after: Status) -> None:
    ledger = NewLedger((make_report(),), Terms(1000, "IDR"))
    change = change_of_ledger(make_payment(status=before), ledger, entry(after))
    assert change.next_sync == NextSync(None)


@pytest.mark.parametrize(
    ("by", "at"),
    [(Source.CALLBACK, NOW), (Source.STATUS_CHECK, None), (Source.OPERATOR, None)],
)
def test_late_money_of_a_callback_is_looked_into_at_once(by: Source, at: int | None) -> None:
    ledger = NewLedger((make_report(late=True),), Terms(1000, "IDR"))
    expired = make_payment(status=Status.EXPIRED)
    change = change_of_ledger(expired, ledger, entry(Status.PAID, by))
    assert change.next_sync == NextSync(at)


@pytest.mark.parametrize("closed", [True, False])
def test_money_that_ends_a_review_is_late_if_the_payment_was_closed_before_it(
    *, closed: bool
) -> None:
    payment = take_all(paid("M1", 1, 900))
    if closed:
        payment = replace(payment, history=(*payment.history, entry(Status.EXPIRED)))
    received = take(payment, paid("M2", 2)).received
    assert received
    assert received.late is closed


def test_a_whole_refund_without_an_amount_is_of_the_amount_that_came() -> None:
    standing = take_all(paid("M1", 1, 900), ACCEPT, refunded(None, None)).standing
    assert (standing.refunded, standing.refunds.unexplained) == (900, 0)
