"""The queue of events."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from payments.aws.webhook_queue import SqsEvents, read_event
from payments.domain.errors import Unavailable
from payments.domain.transition_table import Status
from payments.webhooks.events import Event, current_event
from testing.builders import make_payment


def make_event(order_id: str = "A-1") -> Event:
    event = current_event(make_payment(order_id=order_id, status=Status.PAID, version=3))
    assert event
    return event


@pytest.fixture
def queue(aws: None) -> SqsEvents:  # noqa: ARG001 - the account must be there
    client = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))
    return SqsEvents(client, client.create_queue(QueueName="events")["QueueUrl"])


def test_what_was_sent_is_read_as_it_was_however_many_there_are(queue: SqsEvents) -> None:
    events = [make_event(f"A-{n}") for n in range(23)]
    queue.send(events)
    found = []
    while messages := queue.client.receive_message(
        QueueUrl=queue.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages"):
        found += [read_event(message["Body"]) for message in messages]
        assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"demo"}
    assert sorted(found, key=lambda event: event.id) == sorted(events, key=lambda event: event.id)


def test_a_queue_that_does_not_answer_is_unavailable(queue: SqsEvents) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    queue.client.meta.events.register("before-send.sqs.*", fail)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        queue.send([make_event()])
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        queue.postpone("receipt", 5)


def test_a_batch_of_which_a_part_was_refused_is_unavailable(queue: SqsEvents) -> None:
    refused = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    with Stubber(queue.client) as stubber:
        stubber.add_response("send_message_batch", {"Successful": [], "Failed": [refused]})
        with pytest.raises(Unavailable, match="only a part"):
            queue.send([make_event()])


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"order_id": "A-1"}'])
def test_a_message_that_is_none_of_ours_is_not_read(body: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_event(body)
