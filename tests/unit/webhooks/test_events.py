"""Which changes of a payment its storefront is told, and in which words."""

import json
from dataclasses import replace

import pytest

from payments.domain.payment import Entry, ReceivedMoney, Source
from payments.domain.payment_view import payment_view
from payments.domain.transition_table import TABLE, Rule, Status
from payments.webhooks.events import EVENT_TYPES, current_event, event_of
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment

MOVES = [
    (source, rule)
    for rule in TABLE
    for source in sorted(rule.sources)
    if rule.target not in {None, source}
]


@pytest.mark.parametrize(("source", "rule"), MOVES)
def test_each_transition_is_one_event_named_after_where_it_leads(
    source: Status, rule: Rule
) -> None:
    assert rule.target
    before = make_payment(status=source, version=3)
    received = ReceivedMoney(NOW, 1000, late=rule.late) if rule.target is Status.PAID else None
    after = replace(before, status=rule.target, version=4, received=received)
    event = event_of(before, after)
    assert event
    assert event.id == f"evt_{SAMPLE_ORDER_ID}_4"
    assert event.type == (
        "payment.paid_late" if rule.late else "payment." + rule.target.lower().split("_")[-1]
    )


@pytest.mark.parametrize("status", Status)
def test_a_change_that_keeps_the_status_is_no_event(status: Status) -> None:
    before = make_payment(status=status, version=3)
    entry = Entry(status, NOW, Source.CALLBACK, "write-4", observed="PENDING")
    assert event_of(before, replace(before, version=4, history=(*before.history, entry))) is None


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


def test_the_same_change_makes_the_same_bytes() -> None:
    before, after = make_payment(), make_payment(status=Status.PENDING, version=2)
    assert event_of(before, after) == event_of(before, after)
