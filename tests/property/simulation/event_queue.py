"""The queue of events: each message waits for its own time, and is put aside in the end."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.property.simulation.chance import Chance
from tests.property.simulation.cloud import client_error
from tests.property.simulation.hub import HOUR, Hub
from tests.property.simulation.process import Process

_LONGEST_MS = 12 * HOUR
_CONSUMERS = 20


@dataclass
class Message:
    """One message. `shown` counts how often its time was set, and only the last one counts."""

    id: str
    body: str
    received: int = 0
    received_at: int = 0
    visible_at: int = 0
    shown: int = 0
    is_gone: bool = False

    @property
    def receipt(self) -> str:
        return f"{self.id}#{self.received}"


class EventQueue:
    """Standard SQS, and Lambda's consumers of it: `consume` says whether a message is done with."""

    def __init__(
        self,
        hub: Hub,
        chance: Chance,
        properties: dict[str, Any],
        consume: Callable[[Message], bool],
        put_aside: Callable[[Message], None],
    ) -> None:
        self._hub, self._chance = hub, chance
        self._consume, self._put_aside = consume, put_aside
        self._visibility_ms = properties["VisibilityTimeout"] * 1000
        self._most_receives = properties["RedrivePolicy"]["maxReceiveCount"]
        self._numbers = itertools.count(1)
        self._ready: deque[Message] = deque()
        self._consumers = 0
        self.messages: dict[str, Message] = {}
        """All that are in the queue, visible or not."""

    def put(self, body: str, delay: int) -> None:
        message = Message(f"message-{next(self._numbers)}", body)
        self.messages[message.id] = message
        self._show(message, self._hub.now + delay)

    def postpone(self, receipt: str, seconds: int) -> None:
        """ChangeMessageVisibility; raises what SQS answers."""
        message = self.messages.get(receipt.partition("#")[0])
        now = self._hub.now
        if message is None or message.receipt != receipt or now >= message.visible_at:
            raise client_error("MessageNotInflight", "ChangeMessageVisibility")
        if now + seconds * 1000 > message.received_at + _LONGEST_MS:
            raise client_error("InvalidParameterValue", "ChangeMessageVisibility")
        self._show(message, now + seconds * 1000)

    def _show(self, message: Message, at: int) -> None:
        message.visible_at = at
        message.shown += 1
        shown = message.shown

        def arrive() -> None:
            if message.is_gone or message.shown != shown:
                return
            self._ready.append(message)
            if self._consumers < _CONSUMERS:
                self._consumers += 1
                self._hub.start(self._work)

        self._hub.at(at, arrive)

    def _work(self) -> None:
        while self._ready:
            message = self._ready.popleft()
            if message.is_gone:
                continue
            if message.received >= self._most_receives:
                self._remove(message)
                self._put_aside(message)
                continue
            message.received += 1
            message.received_at = self._hub.now
            self._show(message, self._hub.now + self._visibility_ms)
            is_done = self._consume(message)
            if is_done and not self._chance.strikes("sqs: a message comes back"):
                self._remove(message)
        self._consumers -= 1

    def _remove(self, message: Message) -> None:
        message.is_gone = True
        self.messages.pop(message.id, None)


class EventSqs:
    """The SQS client of one process that queues or delivers events."""

    def __init__(self, process: Process, queue: EventQueue) -> None:
        self._process = process
        self._queue = queue

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        lost = self._call("SendMessageBatch")
        chance, entries = self._process.chance, request["Entries"]
        taken = len(entries)
        if chance.strikes("sqs: took only a part"):
            taken = chance.between(0, taken - 1)
        for entry in entries[:taken]:
            delay = chance.between(20, 3_000)
            self._queue.put(entry["MessageBody"], delay)
            if chance.strikes("sqs: delivered twice"):
                again = delay + chance.one_of((0, 3, 10, 60_000))
                self._queue.put(entry["MessageBody"], again)
        if lost:
            raise lost
        failed = [{"Id": entry["Id"], "Code": "InternalError"} for entry in entries[taken:]]
        return {"Successful": [], "Failed": failed}

    def change_message_visibility(self, **request: Any) -> None:
        lost = self._call("ChangeMessageVisibility")
        self._queue.postpone(request["ReceiptHandle"], request["VisibilityTimeout"])
        if lost:
            raise lost

    def _call(self, operation: str) -> Exception | None:
        """The way there; gives what to raise if the answer gets lost on the way back."""
        self._process.spend(10)
        fault = self._process.chance.first("sqs: request lost", "sqs: answer lost")
        error = client_error("RequestTimeout", operation)
        if fault == "sqs: request lost":
            raise error
        return error if fault else None
