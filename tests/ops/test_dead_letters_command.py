"""`python -m ops dead-letters`: what was put aside is shown, and tried again."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.dead_letters import OUTPUTS, Letter, Queue
from ops.errors import NothingThere
from ops.stream_letters import StreamLetters
from payments.transitions import Status
from tests.builders import make_payment
from tests.handlers.webhooks import ATTEMPTS
from tests.ops.desk import Desk
from tests.template import resources


def batch(desk: Desk, first: str = "", last: str = "") -> str:
    """What Lambda puts aside of changes in the stream: where they are, and not what they are."""
    streams = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName="PaymentsTable")["Streams"]
    arn = stream["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    records = desk.shop.changes()
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records] or ["0"]
    info = {
        "shardId": shard["ShardId"],
        "startSequenceNumber": first or numbers[0],
        "endSequenceNumber": last or numbers[-1],
        "approximateArrivalOfFirstRecord": "2026-11-26T02:00:00Z",
        "batchSize": 100,
        "streamArn": arn,
    }
    return json.dumps({"requestContext": {}, "DDBStreamBatchInfo": info})


def kill_webhooks(desk: Desk) -> None:
    """Let all attempts fail to tell a shop that its payment is paid."""
    desk.shop.order("A-1")
    desk.callback("A-1")
    desk.shop.receiver.answers = [(500, {})] * (2 * ATTEMPTS)
    desk.shop.announce()
    for _ in range(ATTEMPTS + 1):
        desk.shop.notify()


def shown(desk: Desk, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.json("dead-letters", "show", *options)["letters"]
    return found


def test_every_queue_of_dead_letters_in_the_template_is_known() -> None:
    letters = {name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    assert {output.removesuffix("Url") for output in OUTPUTS.values()} == letters
    assert set(OUTPUTS) == set(Queue)


def test_what_is_put_aside_is_shown_and_stays(desk: Desk) -> None:
    kill_webhooks(desk)
    desk.dead_letter("LooksDeadLettersUrl", '{"orderId": "A-1", "dueAt": 1680576995412}')
    desk.dead_letter("StreamDeadLettersUrl", batch(desk))
    for _ in range(2):
        found = shown(desk)
        assert [one["queue"] for one in found] == ["looks", "webhooks", "webhooks", "stream"]
    assert found[0]["about"] == {"order": "A-1", "due": "2023-04-04 09:56:35 WIB"}
    assert found[1]["about"]["storefront"] == "toko"
    assert found[3]["about"] == {"changes": 100, "arrived": "2026-11-26T02:00:00Z"}
    assert [one["queue"] for one in shown(desk, "--queue", "looks")] == ["looks"]
    assert desk.lines("dead-letters", "show")[-1] == "4 put aside"


def test_a_letter_says_what_it_is_about_and_not_what_is_in_it(desk: Desk) -> None:
    kill_webhooks(desk)
    text = desk.run("dead-letters", "show", "--json").stdout
    assert "evt_A-1_3" in text
    assert "webhooks" in text
    assert desk.shop.receiver.url not in text
    assert "paymentCode" not in text


def test_webhooks_are_told_again_with_all_their_attempts(desk: Desk) -> None:
    kill_webhooks(desk)
    found = desk.json("dead-letters", "redrive", "--queue", "webhooks")
    assert [len(found["again"]), found["left"]] == [2, []]
    assert desk.shop.notify() == 0
    assert set(desk.shop.told()[-2:]) == {Status.PENDING, Status.PAID}
    assert shown(desk) == []


def test_a_look_that_was_put_aside_is_taken_at_once(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.fate("A-1")
    desk.dead_letter("LooksDeadLettersUrl", '{"orderId": "A-1", "dueAt": 1}')
    assert desk.lines("dead-letters", "redrive")[-1] == "1 tried again, 0 left"
    desk.service.take_looks()
    assert desk.service.payment("A-1").status is Status.PAID
    assert shown(desk) == []


def test_changes_that_the_stream_still_has_are_announced_after_all(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.callback("A-1")
    desk.dead_letter("StreamDeadLettersUrl", batch(desk))
    assert desk.lines("dead-letters", "redrive")[-1] == "1 tried again, 0 left"
    desk.shop.notify()
    assert set(desk.shop.told()) == {Status.PENDING, Status.PAID}


def test_no_more_is_announced_than_the_letter_is_about(desk: Desk) -> None:
    desk.shop.order("A-1")
    (first,) = [record["dynamodb"]["SequenceNumber"] for record in desk.shop.changes()]
    desk.callback("A-1")
    desk.dead_letter("StreamDeadLettersUrl", batch(desk, first, first))
    desk.run("dead-letters", "redrive")
    desk.shop.notify()
    assert desk.shop.told() == [Status.PENDING]


def letter() -> Letter:
    """About changes that the stream may have no more."""
    info = {
        "shardId": "shardId-00000001680576995412-00000000",
        "startSequenceNumber": "1" * 21,
        "endSequenceNumber": "1" * 21,
        "batchSize": 1,
        "streamArn": "arn:aws:dynamodb:ap-southeast-3:000000000000:table/t/stream/1",
    }
    return Letter(Queue.STREAM, 0, {}, json.dumps({"DDBStreamBatchInfo": info}), "receipt")


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_changes_that_the_stream_has_no_more_are_told_by_hand(desk: Desk, code: str) -> None:
    streams = boto3.client("dynamodbstreams")
    with Stubber(streams) as stubber:
        stubber.add_client_error("get_shard_iterator", code)
        letters = StreamLetters(streams, desk.shop.operator().queue)
        with pytest.raises(NothingThere, match="keeps changes for a day only") as gone:
            letters.tell(letter())
    assert "webhook redeliver" in gone.value.next_step


def test_that_the_stream_does_not_answer_is_not_taken_for_a_loss(desk: Desk) -> None:
    streams = boto3.client("dynamodbstreams")
    with Stubber(streams) as stubber:
        stubber.add_client_error("get_shard_iterator", "LimitExceededException")
        with pytest.raises(ClientError):
            StreamLetters(streams, desk.shop.operator().queue).tell(letter())


def test_what_is_no_message_of_ours_stays_and_the_way_out_is_said(desk: Desk) -> None:
    desk.dead_letter("LooksDeadLettersUrl", "no look at all")
    found = desk.json("dead-letters", "redrive", code=3)
    assert found["again"] == []
    assert found["left"][0]["why"].startswith("it is no message of this service's; delete it")
    assert desk.lines("dead-letters", "redrive", code=3)[-1] == "0 tried again, 1 left"
    assert desk.lines("dead-letters", "show")[0].endswith("  looks  unreadable 14")


def test_a_change_that_nobody_can_read_stays_put_aside(desk: Desk) -> None:
    desk.service.put(make_payment(order_id="A-1"))
    for status in ("NEVER", "HEARD"):
        desk.service.dynamodb.update_item(
            TableName="PaymentsTable",
            Key={"orderId": {"S": "A-1"}},
            UpdateExpression="SET #status = :other",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":other": {"S": status}},
        )
    desk.dead_letter("StreamDeadLettersUrl", batch(desk))
    (left,) = desk.json("dead-letters", "redrive", code=3)["left"]
    assert left["why"].startswith("a change in the stream cannot be read; ")
    assert len(shown(desk)) == 1
