"""A storefront is told what happens to its payments: from the row's change to its backend."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from ops.rotation import Overlap
from payments.domain.transition_table import Status
from payments.observability.log_lines import JobFailed
from payments.settings import SettingsError
from payments.storefronts.storefront_item import to_item, to_registration
from payments.webhooks.delivery_attempt import DeliveryOutcome
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.registry import make_registry
from testing.service import Service
from testing.shop import ATTEMPTS, Shop, open_shop


@pytest.fixture
def shop(service: Service) -> Iterator[Shop]:
    with open_shop(service) as shop:
        yield shop


@pytest.fixture
def paid(shop: Shop) -> Shop:
    """The sample order is paid, and nobody was told yet."""
    shop.order()
    assert shop.service.callback(make_callback_event()).status == 200
    return shop


def test_the_reference_library_verifies_what_the_backend_gets(paid: Shop) -> None:
    paid.tell()
    assert paid.told() == [Status.PENDING, Status.PAID]
    for webhook in paid.receiver.got:
        Webhook(paid.webhook_secret).verify(webhook.body, webhook.headers)
        assert webhook.headers["content-type"] == "application/json"
    assert [one.headers["webhook-id"] for one in paid.receiver.got] == [
        f"evt_{SAMPLE_ORDER_ID}_2",
        f"evt_{SAMPLE_ORDER_ID}_3",
    ]


def test_the_payment_in_the_webhook_is_the_one_that_the_api_shows(paid: Shop) -> None:
    paid.tell()
    event = load_event("status")
    event["requestContext"]["authorizer"] = {"lambda": {"storefrontId": paid.storefront_id}}
    shown = paid.service.api(event).body
    assert json.loads(paid.receiver.got[-1].body)["data"] == shown


def test_a_change_that_the_stream_brings_twice_has_the_same_id_and_bytes(paid: Shop) -> None:
    changes = paid.changes()
    paid.publish_events(changes)
    paid.publish_events(changes)
    paid.notify()
    webhooks = {(one.headers["webhook-id"], one.body) for one in paid.receiver.got}
    assert len(paid.receiver.got) == 4
    assert len(webhooks) == 2


def test_what_changes_no_status_is_not_told(paid: Shop) -> None:
    paid.tell()
    body = make_callback_body(make_callback_fields(status="FAILED"))
    assert paid.service.callback(make_callback_event(body)).status == 200
    (remark,) = paid.changes()
    assert paid.publish_events([remark]) == []
    assert paid.waiting() == []


def test_a_failed_attempt_is_made_again_with_the_same_bytes_and_a_new_time(shop: Shop) -> None:
    shop.order()
    shop.receiver.answers = [(500, {}), (302, {"location": "http://127.0.0.1:9/"}), (503, {})]
    shop.service.clock.at = shop.service.clock()
    shop.publish_events()
    for _ in range(3):
        assert shop.notify() == 1
        shop.service.clock.at += 1_000
    assert shop.notify() == 0
    first, *others = shop.receiver.got
    assert [one.body for one in others] == [first.body] * 3
    assert len({one.headers["webhook-id"] for one in shop.receiver.got}) == 1
    assert len({one.headers["webhook-timestamp"] for one in shop.receiver.got}) == 4
    (told,) = shop.deliveries()
    assert [attempt.status for attempt in told.attempts] == [500, 302, 503, 204]
    assert [attempt.outcome for attempt in told.attempts] == [DeliveryOutcome.FAILED] * 3 + [
        DeliveryOutcome.DELIVERED
    ]


def test_how_long_the_next_attempt_waits_is_set_at_the_queue(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.service.settings["WEBHOOK_PAUSES"] = "600"
    shop.order()
    shop.receiver.answers = [(500, {})]
    shop.publish_events()
    assert shop.notify() == 1
    assert shop.waiting() == []
    (line,) = [line for line in logged(capsys) if line.get("job") == "webhook"]
    assert 540 <= line["again_in_s"] <= 660
    assert (line["outcome"], line["receiver"]) == ("failed", 500)


def test_the_pause_that_a_receiver_asks_for_is_kept(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.order()
    shop.receiver.answers = [(429, {"retry-after": "3600"})]
    shop.publish_events()
    assert shop.notify() == 1
    (line,) = [line for line in logged(capsys) if line.get("job") == "webhook"]
    assert line["again_in_s"] == 3600


def test_after_the_last_attempt_the_event_is_a_dead_letter(shop: Shop) -> None:
    shop.order()
    shop.receiver.answers = [(500, {})] * ATTEMPTS
    shop.publish_events()
    for _ in range(ATTEMPTS):
        assert shop.notify() == 1
    assert shop.notify() == 0
    assert len(shop.dead_letters()) == 1
    assert len(shop.receiver.got) == ATTEMPTS
    assert len({one.body for one in shop.receiver.got}) == 1


def test_a_receiver_that_is_gone_gets_no_more_of_any_payment_until_it_is_enabled(
    paid: Shop,
) -> None:
    paid.receiver.answers = [(410, {})]
    paid.publish_events()
    assert paid.notify() == 0
    assert len(paid.receiver.got) == 1
    outcomes = [told.attempts[0].outcome for told in paid.deliveries()]
    assert sorted(outcomes) == [DeliveryOutcome.DISABLED, DeliveryOutcome.GONE]
    registry = make_registry(paid.service.dynamodb)
    registry.enable_webhooks(paid.storefront_id)
    paid.operator().redeliver(SAMPLE_ORDER_ID)
    assert paid.notify() == 0
    assert paid.told()[-1] is Status.PAID


@pytest.mark.parametrize(
    ("header", "outcome"),
    [
        ({"retry-after": "Mon, 01 Jan 99999999999 00:00:00 GMT"}, DeliveryOutcome.DELIVERED),
        ({"content-type": "multipart/x; boundary*=undefined''x"}, DeliveryOutcome.FAILED),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_attempt_like_any_other(
    paid: Shop, header: dict[str, str], outcome: DeliveryOutcome
) -> None:
    paid.receiver.answers = [(200, header)]
    paid.publish_events()
    assert paid.notify() == (outcome is DeliveryOutcome.FAILED)
    attempts = [attempt.outcome for told in paid.deliveries() for attempt in told.attempts]
    assert sorted(attempts) == sorted([outcome, DeliveryOutcome.DELIVERED])


def test_another_endpoint_of_the_same_storefront_is_still_told(paid: Shop) -> None:
    paid.receiver.answers = [(410, {})]
    paid.publish_events()
    paid.notify()
    paid.order("A-2", paid.receiver.url + "/other")
    paid.tell()
    assert paid.receiver.got[-1].path == "/webhooks/other"


def test_each_live_secret_signs(paid: Shop) -> None:
    registry = make_registry(paid.service.dynamodb)
    new = registry.rotate_webhook_secret(paid.storefront_id, Overlap(86_400_000))
    paid.tell()
    webhook = paid.receiver.got[0]
    for secret in (paid.webhook_secret, new):
        Webhook(secret).verify(webhook.body, webhook.headers)


def test_a_storefront_that_is_not_registered_is_told_nothing(paid: Shop) -> None:
    paid.service.dynamodb.delete_item(
        TableName="StorefrontsTable", Key={"storefrontId": {"S": paid.storefront_id}}
    )
    paid.tell()
    assert paid.receiver.got == []
    assert {told.attempts[0].why for told in paid.deliveries()} == {"no-secret"}


@pytest.mark.parametrize("ends", [(), (1,)])
def test_a_storefront_without_a_secret_that_is_valid_is_sent_nothing(
    paid: Shop, ends: tuple[int, ...]
) -> None:
    registry, key = paid.service.dynamodb, {"storefrontId": {"S": paid.storefront_id}}
    found = to_registration(registry.get_item(TableName="StorefrontsTable", Key=key)["Item"])
    (secret,) = found.webhook_secrets
    secrets = tuple(replace(secret, expires_at=end) for end in ends)
    item = to_item(replace(found, webhook_secrets=secrets))
    registry.put_item(TableName="StorefrontsTable", Item=item)
    paid.tell()
    assert paid.receiver.got == [], "nobody could tell a webhook without a signature from a forgery"
    (pending, last) = paid.deliveries()
    for told in (pending, last):
        (attempt,) = told.attempts
        assert (attempt.outcome, attempt.why) == (DeliveryOutcome.DISABLED, "no-secret")


@pytest.mark.parametrize("table", ["StorefrontsTable", "DeliveriesTable"])
def test_while_a_table_does_not_answer_the_event_stays_in_the_queue(paid: Shop, table: str) -> None:
    paid.publish_events()
    paid.service.drop_table(table)
    paid.service.restart()
    with pytest.raises(JobFailed, match="Unavailable"):
        paid.notify()
    assert len(paid.receiver.got) == (1 if table == "DeliveriesTable" else 0)


def test_a_failure_of_our_own_is_followed_by_the_same_pause_as_a_receivers(paid: Shop) -> None:
    paid.publish_events()
    paid.service.drop_table("StorefrontsTable")
    paid.service.restart()
    with pytest.raises(JobFailed, match="Unavailable"):
        paid.notify()
    # The pause is none here; by itself the queue would hide what it brought for three minutes.
    assert len(paid.waiting()) == 1


def test_while_the_queue_takes_nothing_the_stream_stays_where_it_is(paid: Shop) -> None:
    changes = paid.changes()
    paid.service.sqs.delete_queue(QueueUrl=paid.queue_url)
    with pytest.raises(JobFailed, match="Unavailable"):
        paid.publish_events(changes)


def test_a_part_that_the_queue_did_not_take_makes_the_stream_come_again(paid: Shop) -> None:
    changes = paid.changes()
    # More than a message may have.
    changes[1]["dynamodb"]["NewImage"]["appUrl"] = {"S": "x" * 1_100_000}
    with pytest.raises(JobFailed, match="Unavailable"):
        paid.publish_events(changes)


def test_a_change_that_nobody_can_read_holds_back_nothing_that_came_before(paid: Shop) -> None:
    pending, change = paid.changes()
    del change["dynamodb"]["NewImage"]["amount"]
    assert paid.publish_events([pending, change]) == [change["dynamodb"]["SequenceNumber"]]
    paid.notify()
    assert paid.told() == [Status.PENDING]


def test_a_deployment_for_money_delivers_to_no_loopback_address(paid: Shop) -> None:
    paid.publish_events()
    paid.service.settings["STAGE"] = "prod"
    with pytest.raises(SettingsError):
        paid.notify()
    paid.service.settings["WEBHOOK_TARGETS"] = "public"
    assert paid.notify() == 0 or paid.waiting()
    assert paid.receiver.got == []
    assert {told.attempts[0].why for told in paid.deliveries()} <= {"target-refused"}


def test_the_local_stack_sends_nothing_to_other_machines_and_tries_once(shop: Shop) -> None:
    shop.order(url="https://shop.example/webhooks")
    shop.publish_events()
    assert shop.notify() == 0
    assert shop.waiting() == []
    (told,) = shop.deliveries()
    assert [(one.outcome, one.why) for one in told.attempts] == [("disabled", "other-machine")]


def test_the_sample_events_are_answered(shop: Shop) -> None:
    assert shop.publish_events(load_event("payment_stream")["Records"]) == []
    (message,) = shop.waiting()
    assert json.loads(message["Body"])["id"] == f"evt_{SAMPLE_ORDER_ID}_2"


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = capsys.readouterr().out.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_ten_changes_are_one_invocation_and_one_call_of_sqs(shop: Shop) -> None:
    (record,) = load_event("payment_stream")["Records"]
    with shop.service.asked("sqs", "SendMessageBatch") as asked:
        assert shop.publish_events([record] * 10) == []
    (call,) = asked
    assert len(call["Entries"]) == 10
