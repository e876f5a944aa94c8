"""Which changes of a payment its storefront is told, and in which words."""

import json
from dataclasses import replace
from typing import Any

import pytest

from payments.domain.payment import Entry, Payment, Source
from payments.domain.payment_view import payment_view
from payments.domain.transition_table import TABLE, Rule, Status
from payments.ledger.entry import Kind, LedgerEntry
from payments.webhooks.events import EVENT_TYPES, Event, current_event, events_of
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment, make_report

MOVES = [
    (source, rule)
    for rule in TABLE
    for source in sorted(rule.sources)
    if rule.target not in {None, source}
]
M1, M2 = make_report(reference="M1"), make_report(reference="M2")


def change(
    before: tuple[LedgerEntry, ...],
    *entries: LedgerEntry,
    was: Status = Status.PAID,
    becomes: Status = Status.PAID,
) -> list[Event]:
    """The events if entries are added to a ledger."""
    payment = make_payment(status=was, version=3, ledger=before)
    after = replace(payment, status=becomes, version=4, ledger=(*before, *entries))
    return events_of(payment, after)


def told(event: Event) -> tuple[str, Any, Any, Any]:
    """Type and sums: what counts, what is in excess, and what has gone back."""
    data = json.loads(event.body)["data"]
    return event.type, data["paidAmount"], data["overpaidAmount"], data["refundedAmount"]


@pytest.mark.parametrize(("source", "rule"), MOVES)
def test_each_transition_is_one_event_named_after_where_it_leads(
    source: Status, rule: Rule
) -> None:
    assert rule.target
    before = make_payment(status=source, version=3)
    ledger = (make_report(late=rule.late),) if rule.target is Status.PAID else ()
    after = replace(before, status=rule.target, version=4, ledger=ledger)
    (event,) = events_of(before, after)
    assert event.id == f"evt_{SAMPLE_ORDER_ID}_4"
    assert event.type == (
        "payment.paid_late" if rule.late else "payment." + rule.target.lower().split("_")[-1]
    )


@pytest.mark.parametrize("status", Status)
def test_a_change_that_keeps_the_status_is_no_event(status: Status) -> None:
    before = make_payment(status=status, version=3)
    entry = Entry(status, NOW, Source.CALLBACK, "write-4", observed="PENDING")
    assert events_of(before, replace(before, version=4, history=(*before.history, entry))) == []


def test_money_in_excess_is_an_event_of_its_own() -> None:
    (event,) = change((M1,), M2)
    assert told(event) == ("payment.overpaid", 1000, 1000, None)
    assert event.id == f"evt_{SAMPLE_ORDER_ID}_4_overpaid"


def test_that_the_excess_went_back_is_an_event_and_no_refund() -> None:
    (event,) = change((M1, M2), make_report(Kind.REFUNDED, reference="M2"))
    assert told(event) == ("payment.overpaid", 1000, None, None)


def test_money_that_may_be_other_money_is_no_event() -> None:
    assert (
        change((make_report(reference="M1", paid_at=NOW),), make_report(paid_at=NOW + 9_000)) == []
    )


def test_each_refund_of_what_counts_is_an_event_with_the_sum() -> None:
    first = make_report(Kind.PARTIALLY_REFUNDED, reference="M1", amount=300)
    more = make_report(Kind.PARTIALLY_REFUNDED, reference="M1", amount=700)
    (event,) = change((M1,), first, becomes=Status.PARTIALLY_REFUNDED)
    assert told(event) == ("payment.refunded", 1000, None, 300)
    partly = Status.PARTIALLY_REFUNDED
    (event,) = change((M1, first), more, was=partly, becomes=partly)
    assert told(event) == ("payment.refunded", 1000, None, 700)
    assert event.id == f"evt_{SAMPLE_ORDER_ID}_4"


def test_a_change_of_status_and_of_the_excess_are_two_events_with_two_ids() -> None:
    wrong = make_report(reference="M3", amount=900)
    events = change((wrong,), M1, was=Status.REVIEW)
    assert [told(event) for event in events] == [
        ("payment.paid", 1000, 900, None),
        ("payment.overpaid", 1000, 900, None),
    ]
    assert len({event.id for event in events}) == 2


def test_every_status_that_can_be_reached_has_an_event() -> None:
    assert {rule.target for _, rule in MOVES} == set(EVENT_TYPES)


def test_a_payment_whose_code_is_not_known_yet_is_no_event() -> None:
    assert current_event(make_payment()) is None


def test_the_body_is_the_payment_as_its_storefront_sees_it() -> None:
    payment = make_payment(status=Status.PENDING, version=2, updated_at=NOW + 1)
    event = current_event(payment)
    assert event
    assert json.loads(event.body) == {
        "type": "payment.pending",
        "timestamp": "2023-04-04T02:56:35.413Z",
        "data": payment_view(payment),
    }
    assert event.url == payment.webhook_url


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (make_payment(), make_payment(status=Status.PENDING, version=2)),
        (
            make_payment(status=Status.PAID, ledger=(M1,)),
            make_payment(status=Status.PAID, version=2, ledger=(M1, M2)),
        ),
    ],
    ids=["status", "excess"],
)
def test_the_same_change_makes_the_same_bytes(before: Payment, after: Payment) -> None:
    assert events_of(before, after) == events_of(before, after) != []
