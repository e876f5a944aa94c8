"""The queue of status syncs."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from mypy_boto3_sqs import SQSClient

from payments.aws.status_sync_queue import SqsSyncQueue, read_sync
from payments.domain.errors import Unavailable


@pytest.fixture
def client(aws: None) -> SQSClient:  # noqa: ARG001 - the account must be there
    return boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture
def queue(client: SQSClient) -> SqsSyncQueue:
    return SqsSyncQueue(client, client.create_queue(QueueName="status-syncs")["QueueUrl"])


def test_what_is_sent_is_waiting_and_can_be_read(queue: SqsSyncQueue) -> None:
    syncs = [(f"A-{n}", n) for n in range(10)]
    queue.send(syncs)
    assert queue.waiting() == 10
    answer = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
    assert sorted(read_sync(message["Body"]) for message in answer["Messages"]) == syncs
    assert queue.waiting() == 10, "syncs under way are counted too"


def test_a_queue_that_is_not_there_is_unavailable(client: SQSClient) -> None:
    missing = SqsSyncQueue(client, "https://sqs.ap-southeast-3.amazonaws.com/123456789012/missing")
    with pytest.raises(Unavailable):
        missing.waiting()
    with pytest.raises(Unavailable):
        missing.send([("A-1", 1)])


def test_a_connection_that_fails_is_unavailable(queue: SqsSyncQueue) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    queue.client.meta.events.register("before-send.sqs.*", fail)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        queue.waiting()
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        queue.send([("A-1", 1)])


def test_a_batch_of_which_a_part_was_refused_is_unavailable(queue: SqsSyncQueue) -> None:
    refused = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    with Stubber(queue.client) as stubber:
        stubber.add_response("send_message_batch", {"Successful": [], "Failed": [refused]})
        with pytest.raises(Unavailable, match="only a part"):
            queue.send([("A-1", 1)])


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"orderId": "A-1"}'])
def test_a_message_that_is_none_of_ours_is_not_read(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_sync(body)
