"""AWS as a function sees it: clients whose calls take time, fail, and are retried by the SDK.

A call may be lost before or after its work was done. The SDK then sends it again, and a
conditional write meets itself.
"""

import json
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from payments.aws import payment_write_expressions
from payments.aws.payment_items import to_payment
from payments.domain.payment import Entry, Source
from payments.domain.payment_change import Change
from testing.builders import MERCHANT_ID
from testing.dynamodb.client import SimulatedDynamoDB
from tests.property.simulation.hub import Hub
from tests.property.simulation.merchant_keys import MerchantKeys
from tests.property.simulation.process import Process

ATTEMPTS = 3
_TIMEOUT_MS = 1_500
_VISIBILITY_MS = 720_000
_POLLERS = 4
_GATHER_MS = 1_500
"""How long a poller waits for more messages, so that a batch is often more than one."""
PAYMENTS = "PaymentsTable"


def client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "simulated"}}, operation)


class FaultyDynamoDB:
    """The client of one process."""

    def __init__(self, process: Process, tables: SimulatedDynamoDB) -> None:
        self._process = process
        self._tables = tables

    def __getattr__(self, name: str) -> Callable[..., Any]:
        work: Callable[..., Any] = getattr(self._tables, name)
        return lambda **request: self._call(name, work, request)

    def _call(self, name: str, work: Callable[..., Any], request: dict[str, Any]) -> Any:
        process, chance = self._process, self._process.chance
        is_out = chance.strikes("dynamodb: out for this call")
        error: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                process.spend(50 * 2**attempt)
            fault = chance.first(
                "dynamodb: throttled", "dynamodb: request lost", "dynamodb: answer lost"
            )
            if is_out or fault == "dynamodb: request lost":
                process.spend(_TIMEOUT_MS)
                continue
            process.spend(chance.between(1, 8))
            if fault == "dynamodb: throttled":
                process.hear_from_aws()
                error = client_error("ThrottlingException", name)
                continue
            self._let_a_rival_be_quicker(name, request)
            answer = work(**request)
            if fault != "dynamodb: answer lost":
                process.spend(chance.between(0, 4))
                process.hear_from_aws()
                return answer
            process.spend(_TIMEOUT_MS)
        raise error or ReadTimeoutError(endpoint_url="simulated")

    def _let_a_rival_be_quicker(self, name: str, request: dict[str, Any]) -> None:
        """Somebody notes something on a payment between this process's read and its write."""
        if name != "update_item" or request["TableName"] != PAYMENTS:
            return
        chance = self._process.chance
        if not chance.strikes("dynamodb: a rival is quicker"):
            return
        item = self._tables.get_item(TableName=PAYMENTS, Key=request["Key"]).get("Item")
        if item is None:
            return
        found = to_payment(item)
        entry = Entry(
            found.status, self._process.clock(), Source.CALLBACK, chance.write_id(), observed="?"
        )
        change = Change(found.order_id, frozenset({found.status}), entry, version=found.version)
        self._tables.update_item(**payment_write_expressions.change(PAYMENTS, change))


class Secrets:
    """The secrets client of one process."""

    def __init__(self, process: Process, keys: MerchantKeys) -> None:
        self._process = process
        self._keys = keys

    def get_secret_value(self, SecretId: str, VersionStage: str) -> dict[str, Any]:  # noqa: ARG002, N803 - boto3's
        self._process.spend(self._process.chance.between(2, 20))
        self._process.hear_from_aws()
        if self._process.chance.strikes("secrets: out"):
            raise client_error("InternalServiceError", "GetSecretValue")
        if VersionStage not in self._keys.stages:
            raise client_error("ResourceNotFoundException", "GetSecretValue")
        key, stored_at = self._keys.stages[VersionStage]
        pair = {"merchantId": MERCHANT_ID, "merchantKey": key}
        created = datetime.fromtimestamp(stored_at / 1000, UTC)
        return {"SecretString": json.dumps(pair), "CreatedDate": created}


class Queue:
    """The queue of status syncs and what polls it: at least once, in no order, in batches."""

    def __init__(self, hub: Hub, consume: Callable[[list[dict[str, Any]]], set[str]]) -> None:
        self._hub = hub
        self._consume = consume
        self._ready: deque[dict[str, Any]] = deque()
        self._under_way = 0
        self._pollers = 0
        self.dead = 0

    def waiting(self) -> int:
        return len(self._ready) + self._under_way

    def put(self, body: str, delay: int, received: int = 0) -> None:
        def arrive() -> None:
            self._ready.append({"body": body, "received": received})
            if self._pollers < _POLLERS:
                self._pollers += 1
                self._hub.start(self._poll, _GATHER_MS)

        self._hub.after(delay, arrive)

    def _poll(self) -> None:
        while self._ready:
            batch = [self._ready.popleft() for _ in range(min(10, len(self._ready)))]
            self._under_way += len(batch)
            failed = self._consume(batch)
            self._under_way -= len(batch)
            for number, message in enumerate(batch):
                if str(number) in failed:
                    self._again(message)
        self._pollers -= 1

    def _again(self, message: dict[str, Any]) -> None:
        received = message["received"] + 1
        if received >= ATTEMPTS:
            self.dead += 1
        else:
            self.put(message["body"], _VISIBILITY_MS, received)


class Sqs:
    """The SQS client of one process."""

    def __init__(self, process: Process, queue: Queue) -> None:
        self._process = process
        self._queue = queue

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        self._process.spend(5)
        self._process.hear_from_aws()
        return {"Attributes": {"ApproximateNumberOfMessages": str(self._queue.waiting())}}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: ARG002, N803 - boto3's
        chance = self._process.chance
        self._process.spend(10)
        if chance.strikes("sqs: request lost"):
            raise client_error("RequestTimeout", "SendMessageBatch")
        self._process.hear_from_aws()
        for entry in Entries:
            delay = chance.between(20, 3_000)
            self._queue.put(entry["MessageBody"], delay)
            if chance.strikes("sqs: delivered twice"):
                again = delay + chance.one_of((0, 3, 10, 60_000))
                self._queue.put(entry["MessageBody"], again)
        return {"Successful": [], "Failed": []}
