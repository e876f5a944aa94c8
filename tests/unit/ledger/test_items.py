"""The ledger in the item of a payment: what is stored, and that it comes back."""

from typing import Any

import pytest

from bench.units import item_size
from payments.aws.ledger_items import ledger_attributes, to_ledger
from payments.aws.payment_items import to_item, to_payment
from payments.domain.payment import Entry, IssuedCode, Source
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Judgement, Kind, LedgerEntry, Report, Reporter, Terms
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment, make_report

TERMS = Terms(1000, "IDR")
CODE = IssuedCode(
    "https://devo.finpay.id/widgetpg/pending/5613", NOW + 86_400_000, "8802700000076850"
)
JUDGEMENT = Judgement(Decision.REJECTED, frozenset({3, 0, 1}), NOW, "somebody", "a reason", 4)
ENTRIES: list[LedgerEntry] = [
    *(make_report(kind, reporter=reporter) for kind in Kind for reporter in Reporter),
    make_report(amount=900),
    make_report(amount=0, order_amount=0),
    make_report(amount=-5),
    make_report(amount=10**13, order_amount=10**13),
    make_report(amount=None),
    make_report(order_amount=None),
    make_report(order_amount=1001),
    make_report(currency="USD"),
    make_report(currency=None),
    make_report(currency=""),
    make_report(amount=None, order_amount=None, currency=None),
    make_report(gateway_order_id="A-2"),
    make_report(paid_at=NOW),
    make_report(paid_at=0),
    make_report(reference="R" * 32, order_reference="O-1", channel="INDOMARET", paid_at=NOW),
    make_report(reference="?", order_reference="", channel="?"),
    make_report(Kind.REFUNDED, reporter=Reporter.OPERATOR, about=0),
    make_report(late=True),
    *(JUDGEMENT._replace(decision=decision) for decision in Decision),
    JUDGEMENT._replace(covers=frozenset()),
    JUDGEMENT._replace(is_about_possible=True),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_comes_back_as_it_was_stored(entry: LedgerEntry) -> None:
    attributes = ledger_attributes([entry], SAMPLE_ORDER_ID, TERMS)
    assert to_ledger(attributes, SAMPLE_ORDER_ID, TERMS) == (entry,)


def test_all_entries_come_back_in_their_order_through_an_item() -> None:
    payment = make_payment(status=Status.PAID, ledger=tuple(ENTRIES))
    assert to_payment(to_item(payment)) == payment


def test_a_payment_without_money_has_no_attribute_for_it() -> None:
    assert "money" not in to_item(make_payment())
    assert to_payment(to_item(make_payment())).ledger == ()


def test_what_is_the_payments_own_is_left_out() -> None:
    usual = make_report(reference="M1", paid_at=NOW, channel="INDOMARET")
    assert attributes_of(usual) == {
        "kind": "paid",
        "by": "callback",
        "at": NOW,
        "paidAt": NOW,
        "reference": "M1",
        "channel": "INDOMARET",
    }


@pytest.mark.parametrize(
    ("more", "stored"),
    [
        ({"amount": 900}, {"amount": 900}),
        ({"currency": "USD"}, {"currency": "USD"}),
        ({"gateway_order_id": "A-2"}, {"orderId": "A-2"}),
        ({"order_amount": 900}, {"orderAmount": 900}),
        ({"late": True}, {"late": True}),
        ({"order_reference": "O-1"}, {"orderReference": "O-1"}),
    ],
    ids=str,
)
def test_what_differs_from_the_payment_is_stored(
    more: dict[str, Any], stored: dict[str, Any]
) -> None:
    usual = attributes_of(make_report())
    assert attributes_of(make_report(**more)) == usual | stored


def attributes_of(entry: LedgerEntry) -> dict[str, Any]:
    (attributes,) = ledger_attributes([entry], SAMPLE_ORDER_ID, TERMS)
    return attributes


def test_a_decision_is_stored_with_who_made_it_when_and_why() -> None:
    assert attributes_of(JUDGEMENT) == {
        "decision": "rejected",
        "covers": [0, 1, 3],
        "at": NOW,
        "by": "somebody",
        "reason": "a reason",
        "version": 4,
    }


@pytest.mark.parametrize(
    "report",
    [
        make_report(paid_at=NOW, reference="R" * 32, channel="INDOMARET", late=True),
        make_report(
            reporter=Reporter.STATUS_CHECK,
            paid_at=NOW,
            reference="R" * 32,
            order_reference="O" * 32,
            channel="finpaycode",
        ),
    ],
    ids=["of a callback", "of a status check"],
)
def test_a_paid_payment_stays_within_one_kilobyte(report: Report) -> None:
    payment = make_payment(
        order_id="X" * 30,
        gateway_order_id="X" * 30,
        storefront_id="s" * 32,
        status=Status.PAID,
        amount=10**13,
        code=CODE,
        ledger=(report._replace(amount=10**13, order_amount=10**13, gateway_order_id="X" * 30),),
        history=tuple(
            Entry(status, NOW, Source.CALLBACK, "0" * 16, "0" * 16)
            for status in (Status.INITIATING, Status.PENDING, Status.PAID)
        ),
    )
    assert item_size(to_item(payment)) <= 1024
