"""`python -m ops dead-letters`: what was put aside is shown, and tried again."""

import json
from typing import Any

import boto3
import pytest
from boto3.session import Session
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.dead_letter_messages import DeadLetterMessage, Queue
from ops.dead_letters import OUTPUTS, DeadLetters
from ops.deployment import Deployment
from ops.errors import NothingThere
from ops.stream_dead_letters import StreamLetters
from payments.aws.webhook_queue import SqsEvents
from payments.domain.errors import Unavailable
from payments.domain.transition_table import Status
from testing.builders import make_payment
from testing.service import MINUTE
from testing.shop import ATTEMPTS
from testing.template import resources
from tests.functional.ops.operator import Operator


def batch(operator: Operator, first: str = "", last: str = "") -> str:
    """What Lambda puts aside of changes in the stream: where they are, and not what they are."""
    streams = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName="PaymentsTable")["Streams"]
    arn = stream["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    records = operator.shop.changes()
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


def kill_webhooks(operator: Operator, order_id: str = "A-1") -> None:
    """Let all attempts fail to tell a shop that its payment is paid."""
    operator.shop.order(order_id)
    operator.callback(order_id)
    operator.shop.receiver.answers = [(500, {})] * (2 * ATTEMPTS)
    operator.shop.publish_events()
    for _ in range(ATTEMPTS + 1):
        operator.shop.notify()


def shown(operator: Operator, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operator.json("dead-letters", "show", *options)["messages"]
    return found


def test_every_queue_of_dead_letters_in_the_template_is_known() -> None:
    messages = {name for name in resources("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    assert {output.removesuffix("Url") for output in OUTPUTS.values()} == messages
    assert set(OUTPUTS) == set(Queue)


def test_what_is_put_aside_is_shown_and_stays(operator: Operator) -> None:
    kill_webhooks(operator)
    operator.dead_letter(
        "StatusSyncDeadLettersUrl", '{"orderId": "A-1", "nextSyncAt": 1680576995412}'
    )
    operator.dead_letter("StreamDeadLettersUrl", batch(operator))
    for _ in range(2):
        found = shown(operator)
        assert [one["queue"] for one in found] == ["status-syncs", "webhooks", "webhooks", "stream"]
    assert found[0]["about"] == {"order": "A-1", "due": "2023-04-04 09:56:35 WIB"}
    assert found[1]["about"]["storefront"] == "toko"
    assert found[3]["about"] == {"changes": 100, "arrived": "2026-11-26T02:00:00Z"}
    assert [one["queue"] for one in shown(operator, "--queue", "status-syncs")] == ["status-syncs"]
    assert operator.lines("dead-letters", "show")[-1] == "4 put aside"


def test_a_dead_letter_says_what_it_is_about_and_not_what_is_in_it(operator: Operator) -> None:
    kill_webhooks(operator)
    text = operator.run("dead-letters", "show", "--json").stdout
    assert "evt_A-1_3" in text
    assert "webhooks" in text
    assert operator.shop.receiver.url not in text
    assert "paymentCode" not in text


def test_webhooks_are_told_again_with_all_their_attempts(operator: Operator) -> None:
    kill_webhooks(operator)
    found = operator.json("dead-letters", "redrive", "--queue", "webhooks")
    assert [len(found["again"]), found["left"]] == [2, []]
    assert operator.shop.notify() == 0
    assert set(operator.shop.told()[-2:]) == {Status.PENDING, Status.PAID}
    assert shown(operator) == []


def test_a_sync_that_was_put_aside_is_taken_at_once(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.dead_letter("StatusSyncDeadLettersUrl", '{"orderId": "A-1", "nextSyncAt": 1}')
    assert operator.lines("dead-letters", "redrive")[-1] == "1 tried again, 0 left"
    operator.service.run_syncs()
    assert operator.service.payment("A-1").status is Status.PAID
    assert shown(operator) == []


def test_changes_that_the_stream_still_has_are_published_after_all(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.callback("A-1")
    operator.dead_letter("StreamDeadLettersUrl", batch(operator))
    assert operator.lines("dead-letters", "redrive")[-1] == "1 tried again, 0 left"
    operator.shop.notify()
    assert set(operator.shop.told()) == {Status.PENDING, Status.PAID}


def test_no_more_is_published_than_the_dead_letter_is_about(operator: Operator) -> None:
    operator.shop.order("A-1")
    (first,) = [record["dynamodb"]["SequenceNumber"] for record in operator.shop.changes()]
    operator.callback("A-1")
    operator.dead_letter("StreamDeadLettersUrl", batch(operator, first, first))
    operator.run("dead-letters", "redrive")
    operator.shop.notify()
    assert operator.shop.told() == [Status.PENDING]


def message() -> DeadLetterMessage:
    """About changes that the stream may have no more."""
    info = {
        "shardId": "shardId-00000001680576995412-00000000",
        "startSequenceNumber": "1" * 21,
        "endSequenceNumber": "1" * 21,
        "approximateArrivalOfFirstRecord": "2026-11-26T02:00:00Z",
        "batchSize": 1,
        "streamArn": "arn:aws:dynamodb:ap-southeast-3:000000000000:table/t/stream/1",
    }
    return DeadLetterMessage("an id", Queue.STREAM, 0, {}, json.dumps({"DDBStreamBatchInfo": info}))


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_changes_that_the_stream_has_no_more_are_told_by_hand(
    operator: Operator, code: str
) -> None:
    streams = boto3.client("dynamodbstreams")
    with Stubber(streams) as stubber:
        stubber.add_client_error("get_shard_iterator", code)
        messages = StreamLetters(streams, operator.shop.operator().queue)
        with pytest.raises(NothingThere, match="keeps changes for a day only") as gone:
            messages.tell(message())
    assert "webhook redeliver" in gone.value.next_step


def test_that_the_stream_does_not_answer_is_not_taken_for_a_loss(operator: Operator) -> None:
    streams = boto3.client("dynamodbstreams")
    with Stubber(streams) as stubber:
        stubber.add_client_error("get_shard_iterator", "LimitExceededException")
        with pytest.raises(ClientError):
            StreamLetters(streams, operator.shop.operator().queue).tell(message())


def test_what_is_no_message_of_ours_stays_and_the_way_out_is_said(operator: Operator) -> None:
    operator.dead_letter("StatusSyncDeadLettersUrl", "no status sync at all")
    found = operator.json("dead-letters", "redrive", code=3)
    assert found["again"] == []
    assert found["left"][0]["why"].startswith("it is no message of this service's; delete it")
    assert operator.lines("dead-letters", "redrive", code=3)[-1] == "0 tried again, 1 left"
    assert operator.lines("dead-letters", "show")[0].endswith("  status-syncs  unreadable 21")


def test_a_change_that_nobody_can_read_stays_put_aside(operator: Operator) -> None:
    operator.service.put(make_payment(order_id="A-1"))
    for status in ("NEVER", "HEARD"):
        operator.service.dynamodb.update_item(
            TableName="PaymentsTable",
            Key={"orderId": {"S": "A-1"}},
            UpdateExpression="SET #status = :other",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":other": {"S": status}},
        )
    operator.dead_letter("StreamDeadLettersUrl", batch(operator))
    (left,) = operator.json("dead-letters", "redrive", code=3)["left"]
    assert left["why"].startswith("a change in the stream cannot be read; ")
    assert len(shown(operator)) == 1


type Records = list[dict[str, Any]]


class Pages:
    """A stream that comes in these pages; one that is open goes on with empty ones."""

    def __init__(self, *pages: Records, is_open: bool = False) -> None:
        self.pages, self.is_open = pages, is_open

    def get_shard_iterator(self, **_: str) -> dict[str, str]:
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        here = int(ShardIterator)
        page = {"Records": self.pages[here] if here < len(self.pages) else []}
        more = self.is_open or here + 1 < len(self.pages)
        return page | {"NextShardIterator": str(here + 1)} if more else page


def stream() -> Records:
    """All that the stream has, syncs included."""
    streams = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName="PaymentsTable")["Streams"]
    arn = stream["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    position = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return list(map(dict, streams.get_records(ShardIterator=position)["Records"]))


def about(records: Records, count: int) -> DeadLetterMessage:
    """A message about these records, of which the event's filter let in so many."""
    info = json.loads(message().body)["DDBStreamBatchInfo"] | {
        "startSequenceNumber": records[0]["dynamodb"]["SequenceNumber"],
        "endSequenceNumber": records[-1]["dynamodb"]["SequenceNumber"],
        "batchSize": count,
    }
    return DeadLetterMessage("an id", Queue.STREAM, 0, {}, json.dumps({"DDBStreamBatchInfo": info}))


def test_an_empty_page_of_the_stream_is_not_its_end(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.callback("A-1")
    records = stream()
    pages = Pages([], records)
    assert StreamLetters(pages, operator.shop.operator().queue).tell(about(records, 2)) == 2
    operator.shop.notify()
    assert set(operator.shop.told()) == {Status.PENDING, Status.PAID}


def test_what_the_filter_lets_out_does_not_count_as_a_change(operator: Operator) -> None:
    operator.shop.order("A-1")
    for _ in range(2):
        operator.service.pass_time(20 * MINUTE)
        assert operator.service.sweep() == 1
    operator.callback("A-1")
    records = stream()[1:]
    assert len(records) == 4
    pages = Pages(records[:3], records[3:])
    assert StreamLetters(pages, operator.shop.operator().queue).tell(about(records, 2)) == 2
    operator.shop.notify()
    assert set(operator.shop.told()) == {Status.PENDING, Status.PAID}


@pytest.mark.parametrize("is_open", [False, True])
def test_a_dead_letter_whose_last_change_was_not_seen_stays(
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    is_open: bool,  # noqa: FBT001
) -> None:
    operator.shop.order("A-1")
    operator.callback("A-1")
    operator.dead_letter("StreamDeadLettersUrl", about(stream(), 2).body)
    pages = Pages(stream()[:-1], is_open=is_open)
    monkeypatch.setattr(Deployment, "untyped", lambda *_: pages)
    (left,) = operator.json("dead-letters", "redrive", code=3)["left"]
    assert left["why"].startswith("the stream ended before the last of the changes; ")
    assert len(shown(operator)) == 1


def test_who_is_to_be_told_by_hand_is_found_however_old_the_payment_is(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.service.pass_time(8 * 1_440 * MINUTE)
    operator.callback("A-1")
    streams = boto3.client("dynamodbstreams")
    with Stubber(streams) as stubber:
        stubber.add_client_error("get_shard_iterator", "TrimmedDataAccessException")
        with pytest.raises(NothingThere) as gone:
            StreamLetters(streams, operator.shop.operator().queue).tell(message())
    named = gone.value.next_step.partition("python -m ops ")[2].partition(" shows ")[0]
    assert [one["orderId"] for one in operator.json(*named.split())] == ["A-1"]


NEEDED = (
    "streamArn",
    "shardId",
    "startSequenceNumber",
    "endSequenceNumber",
    "batchSize",
    "approximateArrivalOfFirstRecord",
)


@pytest.mark.parametrize("name", NEEDED)
def test_a_dead_letter_without_all_that_is_needed_is_no_message_of_ours(
    operator: Operator, name: str
) -> None:
    body = json.loads(message().body)
    del body["DDBStreamBatchInfo"][name]
    operator.dead_letter("StreamDeadLettersUrl", json.dumps(body))
    (left,) = operator.json("dead-letters", "redrive", code=3)["left"]
    assert left["why"].startswith("it is no message of this service's; ")


@pytest.mark.parametrize(
    "body",
    [
        '{"orderId": 5, "nextSyncAt": 1}',
        '{"orderId": "not an id", "nextSyncAt": 1}',
        '{"orderId": "A-1", "nextSyncAt": "soon"}',
        f'{{"orderId": "A-1", "nextSyncAt": {10**30}}}',
    ],
)
def test_a_sync_that_names_no_order_or_no_time_is_no_message_of_ours(
    operator: Operator, body: str
) -> None:
    operator.dead_letter("StatusSyncDeadLettersUrl", body)
    (left,) = operator.json("dead-letters", "redrive", code=3)["left"]
    assert left["why"].startswith("it is no message of this service's; ")


@pytest.fixture
def failing(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """A message that stays, and four webhooks of which SQS takes two and no more."""
    kill_webhooks(operator)
    operator.dead_letter("WebhooksDeadLettersUrl", "no event at all")
    kill_webhooks(operator, "A-2")
    send, sent = SqsEvents.send, list[object]()

    def take_two(queue: SqsEvents, events: Any) -> None:
        if len(sent) == 2:
            raise Unavailable("ServiceUnavailable")
        sent.append(events)
        send(queue, events)

    monkeypatch.setattr(SqsEvents, "send", take_two)
    return operator


def test_what_was_done_before_an_error_is_told_all_the_same(failing: Operator) -> None:
    result = failing.run("dead-letters", "redrive")
    assert result.exit_code == 1
    words = [line.split()[0] for line in result.stdout.splitlines()]
    assert words == ["Again", "Again", "Left", "2"]
    assert result.stderr == "Not done: AWS does not answer: ServiceUnavailable\n"


def test_machines_are_told_too_what_was_done_before_an_error(failing: Operator) -> None:
    found = failing.json("dead-letters", "redrive", code=1)
    assert [len(found["again"]), len(found["left"])] == [2, 1]


def test_dead_letters_that_an_error_kept_from_being_sent_are_seen_by_others_at_once(
    failing: Operator,
) -> None:
    failing.run("dead-letters", "redrive")
    assert len(shown(failing)) == 3


def test_a_dead_letter_that_comes_again_meanwhile_is_taken_once(operator: Operator) -> None:
    for n in range(2):
        operator.dead_letter("StatusSyncDeadLettersUrl", f'{{"orderId": "A-{n}", "nextSyncAt": 1}}')
    url = operator.outputs["StatusSyncDeadLettersUrl"]
    queue = DeadLetters(operator.service.sqs, url, Queue.STATUS_SYNCS)
    found: list[DeadLetterMessage] = []
    for message in queue.take():
        assert len(found) < 2, "it comes again and again"
        # It takes so long that what is hidden shows again.
        others = DeadLetters(operator.service.sqs, url, Queue.STATUS_SYNCS)
        others.receipts.update(queue.receipts)
        others.let_go()
        found.append(message)
    assert [one.about["order"] for one in found] == ["A-0", "A-1"]
    queue.drop(found[0])
    queue.let_go()
    assert [one["about"]["order"] for one in shown(operator)] == ["A-1"]


def test_one_way_to_each_service_is_enough_for_all_dead_letters(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    changes = batch(operator)
    for _ in range(3):
        operator.dead_letter("StatusSyncDeadLettersUrl", '{"orderId": "A-1", "nextSyncAt": 1}')
        operator.dead_letter("StreamDeadLettersUrl", changes)
    made, client = list[str](), Session.client

    def watched(session: Session, service: Any, **more: Any) -> Any:
        made.append(service)
        return client(session, service, **more)

    monkeypatch.setattr(Session, "client", watched)
    operator.json("dead-letters", "redrive")
    assert sorted(made) == sorted(set(made))
