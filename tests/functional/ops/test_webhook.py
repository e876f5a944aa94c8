"""`python -m ops webhook`: what was told is looked up and told again."""

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ops.__main__ import app
from ops.deployment import Deployment
from payments.domain.payment import Entry, Source
from payments.domain.transition_table import Status
from payments.webhooks.events import Event
from testing.builders import (
    NOW,
    SAMPLE_ORDER_ID,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_payment,
)
from testing.shop import ATTEMPTS, Shop
from tests.functional.ops.operator import Operator

LETTERS = "WebhooksDeadLettersUrl"
EVENT = {
    "id": "evt_A-1_2",
    "type": "payment.pending",
    "order_id": "A-1",
    "version": 2,
    "storefront_id": "toko",
    "url": "https://toko.example/webhooks",
    "body": "{}",
}


@pytest.fixture
def shop(operator: Operator) -> Shop:
    """A paid order of which nobody was told yet."""
    operator.shop.order()
    operator.callback(SAMPLE_ORDER_ID)
    return operator.shop


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["webhook", *arguments, "--stack", "finpay-payments-test"])


def test_the_log_has_a_line_for_each_attempt(shop: Shop) -> None:
    shop.receiver.answers = [(500, {})]
    shop.publish_events()
    shop.notify()
    shop.notify()
    lines = run("deliveries", SAMPLE_ORDER_ID).output.splitlines()
    assert lines[0] == f"version 2  payment.pending  evt_{SAMPLE_ORDER_ID}_2"
    assert "  1. " in lines[1]
    assert "failed  status 500" in lines[1]
    assert "delivered  status 204" in lines[2]
    assert lines[3] == f"version 3  payment.paid  evt_{SAMPLE_ORDER_ID}_3"


def test_an_attempt_without_an_answer_says_why(shop: Shop) -> None:
    shop.order("A-2", "http://127.0.0.1:9/")
    shop.tell()
    assert "failed  connection" in run("deliveries", "A-2").output


def test_of_what_was_never_told_there_is_nothing_to_show(shop: Shop) -> None:
    shop.order("A-2")
    result = run("deliveries", "A-2")
    assert (result.exit_code, result.output) == (
        1,
        "Not done: nothing was told of order A-2 in the last 90 days\n",
    )


def test_an_event_is_told_again_in_the_same_words(shop: Shop) -> None:
    shop.tell()
    result = run("redeliver", SAMPLE_ORDER_ID, "--version", "2")
    assert result.output == f"Queued evt_{SAMPLE_ORDER_ID}_2 (payment.pending)\n"
    shop.notify()
    first, _, again = shop.receiver.got
    assert again.body == first.body
    assert again.headers["webhook-id"] == first.headers["webhook-id"]


def test_the_latest_event_is_told_even_if_it_never_was(shop: Shop) -> None:
    shop.changes()
    result = run("redeliver", SAMPLE_ORDER_ID)
    assert result.output == f"Queued evt_{SAMPLE_ORDER_ID}_3 (payment.paid)\n"
    shop.notify()
    assert shop.told() == [Status.PAID]


def note(shop: Shop, status: str) -> None:
    """Let Finpay say something of the paid order that changes nothing."""
    fields = make_callback_fields(status=status)
    body = make_callback_body(fields)
    assert shop.service.callback(make_callback_event(body)).status == 200
    assert shop.service.payment().history[-1].observed == status
    assert shop.service.payment().status is Status.PAID


@pytest.mark.parametrize("noted", [1, 2])
def test_an_event_that_was_lost_is_told_whatever_was_noted_since(shop: Shop, noted: int) -> None:
    (pending, paid) = shop.changes()
    for status in ("PENDING", "EXPIRED")[:noted]:
        note(shop, status)
    shop.publish_events([pending])
    shop.notify()
    result = run("redeliver", SAMPLE_ORDER_ID)
    assert result.output == f"Queued evt_{SAMPLE_ORDER_ID}_3 (payment.paid)\n"
    shop.notify()
    assert shop.told() == [Status.PENDING, Status.PAID]
    # The stream comes round in the end: the same bytes under the same id, so it was told once.
    shop.publish_events([paid])
    shop.notify()
    ours, streams = shop.receiver.got[1:]
    assert ours.headers["webhook-id"] == streams.headers["webhook-id"]
    assert ours.body == streams.body


def test_what_was_noted_after_an_event_that_was_told_is_none(shop: Shop) -> None:
    shop.tell()
    note(shop, "PENDING")
    result = run("redeliver", SAMPLE_ORDER_ID)
    assert result.output == f"Queued evt_{SAMPLE_ORDER_ID}_3 (payment.paid)\n"
    shop.notify()
    *_, first, again = shop.receiver.got
    assert again.body == first.body


def paid_wrongly_and_rightly(operator: Operator) -> None:
    """900 of 1,000 rupiah, and then 1,000: the status and the excess change in one version."""
    operator.shop.order()
    operator.callback(SAMPLE_ORDER_ID, amount=900, reference="M3")
    operator.service.pass_time(1)
    operator.callback(SAMPLE_ORDER_ID, reference="M2")


def test_two_events_of_a_version_are_logged_and_told_again_each(operator: Operator) -> None:
    paid_wrongly_and_rightly(operator)
    shop = operator.shop
    shop.tell()
    kinds = [(one["version"], one["type"], len(one["attempts"])) for one in deliveries(operator)]
    assert kinds == [
        (2, "payment.pending", 1),
        (3, "payment.review", 1),
        (4, "payment.paid", 1),
        (4, "payment.overpaid", 1),
    ]
    expected = [
        f"Queued evt_{SAMPLE_ORDER_ID}_4 (payment.paid)",
        f"Queued evt_{SAMPLE_ORDER_ID}_4_overpaid (payment.overpaid)",
    ]
    assert operator.lines("webhook", "redeliver", SAMPLE_ORDER_ID) == expected
    shop.notify()
    *_, paid, overpaid, paid_again, overpaid_again = shop.receiver.got
    assert {paid.body, overpaid.body} == {paid_again.body, overpaid_again.body}


def test_an_event_about_the_excess_that_was_lost_is_told(operator: Operator) -> None:
    operator.shop.order()
    operator.callback(SAMPLE_ORDER_ID, reference="M1")
    operator.service.pass_time(1)
    operator.callback(SAMPLE_ORDER_ID, reference="M2")
    operator.service.pass_time(1)
    note(operator.shop, "PENDING")
    changes = operator.shop.changes()
    expected = [f"Queued evt_{SAMPLE_ORDER_ID}_4_overpaid (payment.overpaid)"]
    assert operator.lines("webhook", "redeliver", SAMPLE_ORDER_ID) == expected
    operator.shop.notify()
    operator.shop.publish_events(changes)
    operator.shop.notify()
    ours, *others = operator.shop.receiver.got
    (streams,) = [one for one in others if json.loads(one.body)["type"] == "payment.overpaid"]
    assert ours.headers["webhook-id"] == streams.headers["webhook-id"]
    assert ours.body == streams.body, "the same bytes under the same id"


def test_a_refund_that_keeps_the_status_is_told_again(operator: Operator) -> None:
    operator.shop.order()
    operator.callback(SAMPLE_ORDER_ID, reference="M1")
    for amount in (300, 700):
        operator.service.pass_time(1)
        operator.callback(
            SAMPLE_ORDER_ID, status="PARTIALLY_REFUNDED", amount=amount, reference="M1"
        )
    operator.shop.changes()
    expected = [f"Queued evt_{SAMPLE_ORDER_ID}_5 (payment.refunded)"]
    assert operator.lines("webhook", "redeliver", SAMPLE_ORDER_ID) == expected
    operator.shop.notify()
    (told,) = operator.shop.receiver.got
    assert json.loads(told.body)["data"]["refundedAmount"] == 700


def deliveries(operator: Operator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operator.json("webhook", "deliveries", SAMPLE_ORDER_ID)
    return found


def test_a_status_that_came_back_is_an_event_of_its_own(shop: Shop) -> None:
    """That it was the same before, and told, does not say that it was told now."""
    review = Status.REVIEW
    history = tuple(
        Entry(status, NOW + at, Source.CALLBACK, f"write-{at}")
        for at, status in enumerate((Status.INITIATING, review, Status.PAID, review))
    )
    history += (Entry(review, NOW + 4, Source.CALLBACK, "write-4", observed="PENDING"),)
    payment = make_payment(order_id="A-2", status=review, version=5, webhook_url=shop.receiver.url)
    payment = replace(payment, history=history, storefront_id=shop.storefront_id)
    shop.service.put(payment)
    shop.operator().queue.send([Event("evt_A-2_2", "payment.review", "A-2", 2, "toko", "", "{}")])
    shop.notify()
    assert run("redeliver", "A-2").output == "Queued evt_A-2_4 (payment.review)\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["A-9"], "there is no payment of order A-9"),
        ([SAMPLE_ORDER_ID, "--version", "7"], "has events of version 2, 3"),
    ],
)
def test_what_cannot_be_told_is_said_in_a_line(shop: Shop, arguments: list[str], why: str) -> None:
    shop.tell()
    result = run("redeliver", *arguments)
    assert result.exit_code == 1
    assert why in result.output


def test_a_payment_without_a_code_has_no_event(shop: Shop) -> None:
    shop.service.put(make_payment(order_id="A-2"))
    assert "payment A-2 is INITIATING" in run("redeliver", "A-2").output


def test_dead_letters_are_told_again_with_all_their_attempts(shop: Shop) -> None:
    kill(shop)
    result = run("redrive")
    assert result.output.splitlines()[-1] == "2 queued"
    assert shop.notify() == 0
    assert set(shop.told()[-2:]) == {Status.PENDING, Status.PAID}
    assert len({one.body for one in shop.receiver.got}) == 2
    assert run("redrive").output == "0 queued\n"


def test_dead_letters_of_one_storefront_leave_all_others_where_they_are(shop: Shop) -> None:
    kill(shop)
    assert run("redrive", "--storefront", "other").output == "0 queued\n"
    assert run("redrive", "--storefront", "toko").output.splitlines()[-1] == "2 queued"


def test_a_dead_letter_that_cannot_be_read_stays_and_keeps_no_other_one(
    shop: Shop, operator: Operator
) -> None:
    operator.dead_letter(LETTERS, "no event at all")
    kill(shop)
    *queued, left, last = operator.lines("webhook", "redrive", code=3)
    assert [line.split()[0] for line in queued] == ["Queued", "Queued"]
    assert "unreadable 15  it is no message of this service's; delete it with the AWS" in left
    assert last == "2 queued, 1 left"
    found = operator.json("webhook", "redrive", code=3)
    assert (found["queued"], found["left"][0]["about"]) == ([], {"unreadable": 15})


@pytest.mark.parametrize(
    "body", ["[" * 20_000, "[]", json.dumps({"id": "evt_A-1_2"}), json.dumps(EVENT | {"url": 5})]
)
def test_what_is_no_event_is_left(operator: Operator, body: str) -> None:
    operator.dead_letter(LETTERS, body)
    (left,) = operator.json("webhook", "redrive", code=3)["left"]
    assert left["why"].startswith("it is no message of this service's; ")


def test_a_dead_letter_that_cannot_be_read_may_be_of_the_storefront_that_is_asked_for(
    shop: Shop, operator: Operator
) -> None:
    kill(shop)
    operator.dead_letter(LETTERS, "no event at all")
    found = operator.json("webhook", "redrive", "--storefront", "other", code=3)
    assert (found["queued"], len(found["left"])) == ([], 1)
    assert len(operator.json("dead-letters", "show")["messages"]) == 3


class Twice:
    """An SQS that brings everything twice, as it now and then does with what was deleted."""

    def __init__(self, sqs: Any) -> None:
        self.sqs, self.brought = sqs, dict[str, Any]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sqs, name)

    def receive_message(self, **request: Any) -> dict[str, Any]:
        again, self.brought = self.brought, {}
        if not again:
            again = self.brought = self.sqs.receive_message(**request)
        return again


def test_a_dead_letter_that_sqs_brings_twice_is_told_once(
    shop: Shop, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(shop)
    monkeypatch.setattr(Deployment, "sqs", Twice(operator.service.sqs))
    assert operator.lines("webhook", "redrive")[-1] == "2 queued"
    assert len(shop.waiting()) == 2


def test_a_table_that_does_not_answer_is_said_in_a_line(shop: Shop) -> None:
    shop.service.drop_table("DeliveriesTable")
    result = run("deliveries", SAMPLE_ORDER_ID)
    assert (result.exit_code, result.output) == (
        1,
        "Not done: AWS does not answer: ResourceNotFoundException\n",
    )


def kill(shop: Shop) -> None:
    """Let all attempts fail at which the storefront could be told."""
    shop.receiver.answers = [(500, {})] * (2 * ATTEMPTS)
    shop.publish_events()
    for _ in range(ATTEMPTS + 1):
        shop.notify()
