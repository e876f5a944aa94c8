"""SQS in memory: standard queues with delay, visibility timeout and receive count.

It goes by the machine's clock. Messages are received in the order in which they were sent, which
AWS does not promise; a message is deleted or hidden by the receipt of its last receive.
"""

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from testing.aws.errors import Refusal, only_known

type Request = dict[str, Any]
type Answer = dict[str, Any]

URL = "https://sqs.ap-southeast-3.amazonaws.com/123456789012/"
_MOST = 10
_MOST_BYTES = 1024 * 1024
_VISIBILITY_SECONDS = 30


@dataclass
class Message:
    """One message; times in epoch seconds."""

    body: str
    sent_at: float
    group: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    receipt: str = ""
    received: int = 0
    first_received_at: float = 0
    visible_at: float = 0

    def attributes(self, wanted: set[str]) -> dict[str, str]:
        found = {
            "SentTimestamp": str(round(self.sent_at * 1000)),
            "ApproximateReceiveCount": str(self.received),
            "ApproximateFirstReceiveTimestamp": str(round(self.first_received_at * 1000)),
            "SenderId": "AIDTESTS",
        }
        if self.group is not None:
            found["MessageGroupId"] = self.group
        return {name: found[name] for name in found if name in wanted or "All" in wanted}


class Sqs:
    """The calls of `sqs` that the service and its operators use."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._queues: dict[str, list[Message]] = {}

    def create_queue(self, request: Request) -> Answer:
        only_known(request, "QueueName", "tags")
        self._queues.setdefault(request["QueueName"], [])
        return {"QueueUrl": URL + request["QueueName"]}

    def delete_queue(self, request: Request) -> Answer:
        only_known(request, "QueueUrl")
        self._of(request)
        del self._queues[request["QueueUrl"].removeprefix(URL)]
        return {}

    def purge_queue(self, request: Request) -> Answer:
        only_known(request, "QueueUrl")
        self._of(request).clear()
        return {}

    def get_queue_attributes(self, request: Request) -> Answer:
        only_known(request, "QueueUrl", "AttributeNames")
        queue, now = self._of(request), self._now()
        delayed = [one for one in queue if not one.received and one.visible_at > now]
        hidden = [one for one in queue if one.received and one.visible_at > now]
        counts = {
            "ApproximateNumberOfMessages": len(queue) - len(delayed) - len(hidden),
            "ApproximateNumberOfMessagesDelayed": len(delayed),
            "ApproximateNumberOfMessagesNotVisible": len(hidden),
        }
        names = request["AttributeNames"]
        wanted = counts if names == ["All"] else names
        return {"Attributes": {name: str(counts[name]) for name in wanted}}

    def send_message(self, request: Request) -> Answer:
        only_known(request, "QueueUrl", "MessageBody", "DelaySeconds", "MessageGroupId")
        return self._send(self._of(request), request)

    def send_message_batch(self, request: Request) -> Answer:
        only_known(request, "QueueUrl", "Entries")
        queue, entries = self._of(request), _distinct(request["Entries"])
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > _MOST_BYTES:
            raise Refusal("AWS.SimpleQueueService.BatchRequestTooLong")
        for entry in entries:
            only_known(entry, "Id", "MessageBody", "DelaySeconds", "MessageGroupId")
        return {"Successful": [{"Id": one["Id"], **self._send(queue, one)} for one in entries]}

    def receive_message(self, request: Request) -> Answer:
        only_known(
            request,
            *("QueueUrl", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"),
            *("MessageSystemAttributeNames", "AttributeNames"),
        )
        queue, now = self._of(request), self._now()
        most = request.get("MaxNumberOfMessages", 1)
        if not 1 <= most <= _MOST:
            raise Refusal("InvalidParameterValue", "MaxNumberOfMessages is from 1 to 10.")
        wanted = {
            *request.get("MessageSystemAttributeNames", ()),
            *request.get("AttributeNames", ()),
        }
        taken = [message for message in queue if message.visible_at <= now][:most]
        hidden_until = now + request.get("VisibilityTimeout", _VISIBILITY_SECONDS)
        for message in taken:
            message.receipt, message.visible_at = str(uuid.uuid4()), hidden_until
            message.received += 1
            message.first_received_at = message.first_received_at or now
        return {"Messages": [_received(message, wanted) for message in taken]} if taken else {}

    def delete_message(self, request: Request) -> Answer:
        only_known(request, "QueueUrl", "ReceiptHandle")
        queue = self._of(request)
        # AWS says 200 for a message that is gone.
        queue[:] = [one for one in queue if one.receipt != request["ReceiptHandle"]]
        return {}

    def change_message_visibility(self, request: Request) -> Answer:
        only_known(request, "QueueUrl", "ReceiptHandle", "VisibilityTimeout")
        for message in self._of(request):
            if message.receipt == request["ReceiptHandle"]:
                message.visible_at = self._now() + request["VisibilityTimeout"]
                return {}
        raise Refusal("ReceiptHandleIsInvalid", "No message has this receipt.")

    def change_message_visibility_batch(self, request: Request) -> Answer:
        return self._each(request, self.change_message_visibility)

    def delete_message_batch(self, request: Request) -> Answer:
        return self._each(request, self.delete_message)

    def _each(self, request: Request, call: Callable[[Request], Answer]) -> Answer:
        only_known(request, "QueueUrl", "Entries")
        answer: dict[str, list[Answer]] = {"Successful": [], "Failed": []}
        for entry in _distinct(request["Entries"]):
            named = {name: value for name, value in entry.items() if name != "Id"}
            try:
                call({"QueueUrl": request["QueueUrl"], **named})
            except Refusal as error:
                refused = {"Id": entry["Id"], "Code": error.code, "SenderFault": True}
                answer["Failed"].append(refused)
            else:
                answer["Successful"].append({"Id": entry["Id"]})
        return answer

    def _of(self, request: Request) -> list[Message]:
        queue = self._queues.get(request["QueueUrl"].removeprefix(URL))
        if queue is None:
            code = "AWS.SimpleQueueService.NonExistentQueue"
            raise Refusal(code, "The specified queue does not exist.", "QueueDoesNotExist")
        return queue

    def _send(self, queue: list[Message], entry: Request) -> Answer:
        now, delay = self._now(), entry.get("DelaySeconds", 0)
        group = entry.get("MessageGroupId")
        message = Message(entry["MessageBody"], now, group, visible_at=now + delay)
        queue.append(message)
        return {"MessageId": message.id, "MD5OfMessageBody": _md5(message.body)}


def _distinct(entries: list[Request]) -> list[Request]:
    """The entries of a batch, which AWS refuses as a whole or takes one by one."""
    if len(entries) > _MOST:
        raise Refusal("AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise Refusal("AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
    return entries


def _received(message: Message, wanted: set[str]) -> Answer:
    answer: Answer = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": _md5(message.body),
    }
    if wanted:
        answer["Attributes"] = message.attributes(wanted)
    return answer


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
