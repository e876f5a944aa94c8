"""The models of what brings events to functions do as AWS documents."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from testing.dynamodb.client import SimulatedDynamoDB
from testing.dynamodb.streams import SimulatedStreams
from testing.template import functions, resources
from tests.property.simulation.chance import Chance
from tests.property.simulation.event_queue import EventQueue, Message
from tests.property.simulation.hub import DAY, HOUR, Hub
from tests.property.simulation.stream import Record, StreamMapping

QUEUE = resources("AWS::SQS::Queue")["WebhooksQueue"]
SETTINGS = functions()["PaymentStream"]["Events"]["Changes"]["Properties"]


def calm() -> Chance:
    chance = Chance("calm", {})
    chance.stormy = False
    return chance


@dataclass
class Reader:
    """A function of the stream that cannot read one version, and what Lambda makes of it."""

    poison: int
    reports: bool
    hub: Hub = field(default_factory=Hub)
    read: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    calls: int = 0

    def run(self) -> None:
        """Write versions 0 to 20 of one item; only the changes of it are let in."""
        tables = SimulatedDynamoDB(resources("AWS::DynamoDB::Table"))
        for version in range(21):
            item = {"orderId": {"S": "A"}, "version": {"N": str(version)}, "status": {"S": "PAID"}}
            tables.put_item(TableName="PaymentsTable", Item=item)
        streams = SimulatedStreams(tables)
        StreamMapping(self.hub, calm(), streams, SETTINGS, self._invoke, self._put_aside).wake()
        self.hub.run(self.hub.now + DAY)

    def _invoke(self, event: Any) -> Any:
        self.calls += 1
        versions = [_version(record) for record in event["Records"]]
        if self.poison not in versions:
            self.read += versions
            return {"batchItemFailures": []}
        if not self.reports:
            return None
        at = versions.index(self.poison)
        self.read += versions[:at]
        number = event["Records"][at]["dynamodb"]["SequenceNumber"]
        return {"batchItemFailures": [{"itemIdentifier": number}]}

    def _put_aside(self, records: list[Record]) -> None:
        self.aside += map(_version, records)


def _version(record: Record) -> int:
    return int(record["dynamodb"]["NewImage"]["version"]["N"])


@pytest.mark.parametrize("reports", [True, False])
def test_a_record_that_cannot_be_read_is_put_aside_alone_and_the_others_are_read_in_order(
    reports: bool,  # noqa: FBT001
) -> None:
    reader = Reader(poison=7, reports=reports)
    reader.run()
    assert reader.aside == [7]
    assert reader.read == [version for version in range(1, 21) if version != 7]
    assert reader.calls > SETTINGS["MaximumRetryAttempts"]


@dataclass
class Consumer:
    """Takes nothing; says how long each message is to wait, or leaves it to the queue."""

    pause: int | None
    hub: Hub = field(default_factory=Hub)
    at: list[int] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def run(self) -> None:
        self.queue = EventQueue(
            self.hub, calm(), QUEUE, self._consume, lambda message: self.aside.append(message.body)
        )
        self.queue.put("event", 0)
        self.hub.run(self.hub.now + 7 * DAY)

    def _consume(self, message: Message) -> bool:
        self.at.append(self.hub.now)
        self.hub.wait(1_000)
        if self.pause is not None:
            self.queue.postpone(message.receipt, self.pause)
        return False


@pytest.mark.parametrize(("pause", "seconds"), [(None, 180), (7, 8), (39_600, 39_601)])
def test_what_fails_comes_again_after_its_pause_until_it_is_put_aside(
    pause: int | None, seconds: int
) -> None:
    consumer = Consumer(pause)
    consumer.run()
    assert len(consumer.at) == QUEUE["RedrivePolicy"]["maxReceiveCount"]
    pauses = {later - earlier for earlier, later in zip(consumer.at, consumer.at[1:], strict=False)}
    assert pauses == {seconds * 1000}
    assert consumer.aside == ["event"]
    assert consumer.queue.messages == {}


def test_nothing_waits_longer_than_twelve_hours_from_when_it_was_received() -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        Consumer(12 * HOUR // 1000).run()


def test_a_receipt_of_an_earlier_delivery_is_worth_nothing() -> None:
    consumer = Consumer(None)
    consumer.run()
    with pytest.raises(ClientError, match="MessageNotInflight"):
        consumer.queue.postpone("message-1#1", 5)
