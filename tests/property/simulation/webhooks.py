"""What tells storefronts: the stream, the queue of events, the receivers, and a storm of their own.

It draws from its own chances, so that a world's payments are the same with and without it.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from greenlet import getcurrent

from ops.storefronts import Registry
from payments.aws.payment_items import to_payment
from testing.dynamodb.streams import SimulatedStreams
from testing.template import functions, resources
from tests.property.simulation.backends import Backends
from tests.property.simulation.chance import WEBHOOK_STORM, Chance
from tests.property.simulation.cloud import FaultyDynamoDB
from tests.property.simulation.event_queue import EventQueue, EventSqs, Message
from tests.property.simulation.hub import HOUR
from tests.property.simulation.kms import Kms, Vault
from tests.property.simulation.post import SimulatedPost
from tests.property.simulation.process import Process
from tests.property.simulation.service import Service
from tests.property.simulation.stream import Record, StreamMapping
from tests.property.simulation.webhook_promises import Turn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

_WITHOUT_SECRET = 10
"""The seed whose shop has no secret, and of every 16 further seeds one: `make test` has it too."""


class Webhooks:
    """One world's, with the storefronts that get them."""

    def __init__(self, seed: int, service: Service, forbid: Callable[[str], None]) -> None:
        self.chance = Chance(f"webhooks of {seed}", WEBHOOK_STORM)
        self._service, self._watchdog = service, service.watchdog
        hub, tables = service.hub, service.tables
        self._vault = Vault(self._outage(hub.now))
        registry = Registry(
            cast("DynamoDBClient", tables),
            cast("KMSClient", self._vault),
            "StorefrontsTable",
            "DataKey",
            lambda: hub.now,
        )
        self._backends = Backends(hub, self.chance, registry, forbid)
        queue = resources("AWS::SQS::Queue")["WebhooksQueue"]
        self._queue = EventQueue(hub, self.chance, queue, self._notify, self._put_event_aside)
        self._stream = StreamMapping(
            hub,
            self.chance,
            SimulatedStreams(tables),
            functions()["PaymentStream"]["Events"]["Changes"]["Properties"],
            lambda event: service.invoke("PaymentStream", event),
            self._put_changes_aside,
        )
        self.wake = self._stream.wake
        """To be called when a payment was written."""
        self._watchdog.backends = self._backends
        self._watchdog.waiting = lambda: [m.body for m in self._queue.messages.values()]
        for function in ("PaymentStream", "Notify"):
            service.outside[function] = self.chance, self._around
        if seed % 16 == _WITHOUT_SECRET:
            self._backends.open_shop_without_secret("demo")
        else:
            self._backends.open_shop("demo")
        if self.chance.maybe(0.8):
            self._backends.open_shop("another")

    def _outage(self, start: int) -> range:
        """When nothing can be signed in new processes: for hours, in some worlds."""
        if self.chance.maybe(0.7):
            return range(0)
        at = start + self.chance.between(0, 2 * HOUR)
        return range(at, at + self.chance.between(HOUR, 8 * HOUR))

    def _around(self, process: Process) -> dict[str, Callable[[], Any]]:
        return {
            "dynamodb": lambda: FaultyDynamoDB(process, self._service.tables),
            "sqs": lambda: EventSqs(process, self._queue),
            "kms": lambda: Kms(process, self._vault),
            "post": lambda: SimulatedPost(process, self._backends, self._watchdog),
        }

    def _notify(self, message: Message) -> bool:
        turn = Turn(message.id, message.received, self._service.hub.now)
        here: Any = getcurrent()
        here.turn, here.died = turn, False
        record = {
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.received)},
        }
        answer = self._service.invoke("Notify", {"Records": [record]})
        if here.died:
            self._watchdog.died(turn)
        self._watchdog.turn_is_over(turn, answer)
        return answer is not None and not answer["batchItemFailures"]

    def _put_event_aside(self, message: Message) -> None:
        self.chance.faults["an event became a dead letter"] += 1
        event = json.loads(message.body)
        self._watchdog.gives_up(message.id)
        self._watchdog.is_put_aside(event["order_id"], event["version"], event["type"])

    def _put_changes_aside(self, records: list[Record]) -> None:
        for record in records:
            self.chance.faults["a change became a dead letter"] += 1
            payment = to_payment(record["dynamodb"]["NewImage"])
            self._watchdog.is_put_aside(payment.order_id, payment.version)
