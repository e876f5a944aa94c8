"""What happens between a payment's row and its storefront: stream, queue, receiver."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from mypy_boto3_sqs.type_defs import MessageTypeDef

from ops.webhooks import Webhooks
from payments.aws.deliveries_table import DynamoDeliveries, Told
from payments.aws.payments_table import DynamoPayments
from payments.aws.webhook_queue import SqsEvents
from payments.domain.transition_table import Status
from testing.builders import SAMPLE_ORDER_ID, load_event, make_initiate_event, make_request_body
from testing.event_filter import lets_in, stream_settings
from testing.receivers import Receiver, listening
from testing.registry import make_registry
from testing.service import Service

ATTEMPTS = 12


@dataclass
class Shop:
    """A storefront whose backend listens on this machine, and the functions that tell it."""

    service: Service
    receiver: Receiver
    storefront_id: str
    webhook_secret: str
    queue_url: str
    dead_letters_url: str
    _stream_position: str = ""

    @property
    def secret(self) -> bytes:
        return base64.b64decode(self.webhook_secret.removeprefix("whsec_"))

    def order(self, order_id: str = SAMPLE_ORDER_ID, url: str = "") -> None:
        """Ask for a code; its webhooks go to this backend, or to another URL."""
        body = make_request_body(id=order_id)
        body["url"]["callbackUrl"] = url or self.receiver.url
        event = make_initiate_event(body, storefront=self.storefront_id, origins="* http://*")
        assert self.service.api(event).status == 201

    def changes(self) -> list[dict[str, Any]]:
        """What the stream has that the function was not given yet, as its filter lets it in."""
        streams = boto3.client("dynamodbstreams")
        if not self._stream_position:
            (stream,) = streams.list_streams(TableName="PaymentsTable")["Streams"]
            arn = stream["StreamArn"]
            (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
            self._stream_position = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        page = streams.get_records(ShardIterator=self._stream_position)
        self._stream_position = page["NextShardIterator"]
        records = [dict(record) for record in page["Records"]]
        return [record for record in records if lets_in(stream_settings(), record)]

    def publish_events(self, changes: list[dict[str, Any]] | None = None) -> list[str]:
        """The stream's turn: sequence numbers of what it could not read."""
        records = self.changes() if changes is None else changes
        answer = self.service.invoke("PaymentStream", {"Records": records})
        return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]

    def notify(self) -> int:
        """The queue's turn, once: how many events are to be tried again."""
        failed = 0
        for message in self.received(self.queue_url):
            if int(message["Attributes"]["ApproximateReceiveCount"]) > ATTEMPTS:
                self.service.sqs.send_message(
                    QueueUrl=self.dead_letters_url, MessageBody=message["Body"]
                )
            elif self.attempt(message):
                failed += 1
                continue
            self.delete(message)
        return failed

    def attempt(self, message: MessageTypeDef) -> bool:
        """Whether the function wants to see this message again."""
        answer = self.service.invoke("Notify", {"Records": [as_record(message)]})
        return bool(answer["batchItemFailures"])

    def tell(self) -> None:
        """Stream and queue, until everything is told or waits for another attempt."""
        assert self.publish_events() == []
        self.notify()

    def waiting(self) -> list[MessageTypeDef]:
        """The events in the queue, which stay there."""
        return self.received(self.queue_url, seconds=0)

    def dead_letters(self) -> list[MessageTypeDef]:
        return self.received(self.dead_letters_url, seconds=0)

    def deliveries(self, order_id: str = SAMPLE_ORDER_ID) -> list[Told]:
        return DynamoDeliveries(self.service.dynamodb, "DeliveriesTable").of(order_id)

    def told(self) -> list[Status]:
        """The statuses that the backend was told, in the order in which it was."""
        return [Status(json.loads(one.body)["data"]["status"]) for one in self.receiver.got]

    def operator(self) -> Webhooks:
        return Webhooks(
            DynamoPayments(self.service.dynamodb, "PaymentsTable"),
            DynamoDeliveries(self.service.dynamodb, "DeliveriesTable"),
            SqsEvents(self.service.sqs, self.queue_url),
        )

    def received(self, url: str, seconds: int = 180) -> list[MessageTypeDef]:
        found: list[MessageTypeDef] = []
        while page := self.service.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=180,
            MessageSystemAttributeNames=["All"],
        ).get("Messages", []):
            found += page
        if not seconds:
            for message in found:
                self.service.sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
        return found

    def delete(self, message: MessageTypeDef) -> None:
        self.service.sqs.delete_message(
            QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
        )


def as_record(message: MessageTypeDef) -> dict[str, Any]:
    """A message as Lambda hands it to its function."""
    (record,) = load_event("notify")["Records"]
    brought: dict[str, Any] = record | {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": record["attributes"] | message["Attributes"],
    }
    return brought


@contextmanager
def open_shop(service: Service, storefront_id: str = "toko") -> Iterator[Shop]:
    """A registered storefront and its backend."""
    with ExitStack() as resources:
        receiver = resources.enter_context(listening())
        made = make_registry(service.dynamodb).create(storefront_id, ["*"])
        urls = [
            service.sqs.create_queue(QueueName=name)["QueueUrl"]
            for name in ("WebhooksQueue", "WebhooksDeadLetters")
        ]
        service.settings |= {
            "WEBHOOKS_QUEUE": urls[0],
            # moto's queue has the machine's clock, and nobody waits for hours.
            "WEBHOOK_PAUSES": ",".join("0" * (ATTEMPTS - 1)),
            "WEBHOOK_TARGETS": "loopback",
            "STAGE": "local",
        }
        yield Shop(service, receiver, storefront_id, made.webhook_secret, *urls)
