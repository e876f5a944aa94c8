"""The real handlers, in the environment that template.yaml gives them, with Finpay simulated.

Each function has a container of its own, whose clients reach the AWS that the test runs on.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from importlib import import_module
from itertools import repeat
from typing import Any

import boto3
import flask
import pytest
import requests
from botocore.awsrequest import AWSPreparedRequest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from payments import bootstrap
from payments.aws import clients
from payments.aws.aws_clock import AwsClock
from payments.aws.payments_table import DynamoPayments
from payments.dependencies import Dependencies
from payments.domain.ids import new_id
from payments.domain.payment import Payment
from payments.ledger.entry import Decision
from payments.services.review_decision import Review
from payments.shared_dependencies import Adapters
from simulator import numbering, server
from simulator.orders import Order
from simulator.server import Server
from simulator.settings import Settings
from testing.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    SAMPLE_ORDER_ID,
    load_event,
    make_syncs_event,
)
from testing.circuit import forget_failures
from testing.personal_data.watch import CHECK, Handler
from testing.template import environment, functions, template

NOBODY = "http://127.0.0.1:9"
"""Nothing listens on the discard port of a test machine."""

MINUTE = 60_000
_PREFIX = "/pg/payment/card/"

type Clients = Callable[[str], Any]


@cache
def handler_of(function: str) -> Handler:
    """The handler that template.yaml names for a function, under the personal-data check."""
    module, _, name = functions()[function]["Handler"].rpartition(".")
    return CHECK.watched(function, import_module(module), name)


@dataclass(frozen=True)
class Answer:
    """What a handler answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> str:
        """The slug of the problem; fails for an answer that is none."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return str(self.body["type"].rpartition(":")[2])


@dataclass
class Hands:
    """The clock of the functions; None lets it run."""

    at: int | None = None

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 if self.at is None else self.at


def for_ever() -> Iterator[int]:
    """Time enough for anything. Threads may ask too, which a generator would not allow."""
    return repeat(120_000)


@dataclass
class Context:
    """Lambda's context of an invocation; `left` is how much time is left, for each question."""

    function_name: str
    left: Iterator[int] = field(default_factory=for_ever)
    function_version: str = "1"
    memory_limit_in_mb: str = "512"
    """Lambda gives it as text."""
    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    log_stream_name: str = "2023/04/04/[1]0123456789abcdef0123456789abcdef"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:ap-southeast-3:123456789012:function:{self.function_name}:live"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return next(self.left)


@dataclass
class Witness:
    """Stands at Finpay's door: what was asked there, and what happens at just that moment.

    `before` and `after` are done once, before or after the work of the next call of an endpoint.
    """

    calls: list[str] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    after: dict[str, Callable[[], object]] = field(default_factory=dict)

    instead: Callable[[], tuple[Any, int] | None] = field(default=lambda: None)
    """Asked at every call for an answer in Finpay's place; None lets Finpay answer."""

    def watch(self, app: flask.Flask) -> None:
        def arrive() -> tuple[Any, int] | None:
            if endpoint := self._endpoint():
                self.calls.append(endpoint)
                # A caller whom Finpay hung up on may be back before his first call is over.
                flask.g.after = self.after.pop(endpoint, None)
                self.before.pop(endpoint, lambda: None)()
            return self.instead()

        def leave(response: flask.Response) -> flask.Response:
            if after := flask.g.get("after"):
                after()
            return response

        app.before_request(arrive)
        app.after_request(leave)

    def forget(self) -> None:
        """Back to the beginning, for another test."""
        self.calls.clear()
        self.before.clear()
        self.after.clear()
        self.instead = lambda: None

    @staticmethod
    def _endpoint() -> str:
        path = flask.request.path
        return path.removeprefix(_PREFIX).partition("/")[0] if path.startswith(_PREFIX) else ""


@dataclass
class Service:
    """The deployed functions, and a status sync into their tables."""

    finpay: Server
    dynamodb: DynamoDBClient
    sqs: SQSClient
    monkeypatch: pytest.MonkeyPatch
    secret: str
    finpay_url: str
    sync_queue: str
    clock: Hands
    witness: Witness
    client: Clients
    """The functions' AWS clients, by the service's name."""
    settings: dict[str, str] = field(default_factory=dict)
    """More of what the template's variables are, by their names."""
    ahead: dict[str, int] = field(default_factory=dict)
    """By how many milliseconds the clock of a function's container is ahead of AWS's."""
    _containers: dict[str, Dependencies] = field(default_factory=dict)

    def api(self, event: dict[str, Any]) -> Answer:
        if context := event.get("requestContext"):
            event = event | {"requestContext": context | {"timeEpoch": self.clock()}}
        return self._answer("StorefrontApi", event)

    def callback(self, event: dict[str, Any]) -> Answer:
        return self._answer("FinpayCallback", event)

    def authorize(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.invoke("StorefrontAuth", event)
        return answer

    def reconcile(self, event: dict[str, Any], left: Iterator[int] | None = None) -> Any:
        return self.invoke("Reconcile", event, left)

    def enqueue_syncs(self, left: Iterator[int] | None = None) -> int:
        """The schedule's turn: how many status syncs it queued."""
        queued: int = self.reconcile(load_event("reconcile_schedule"), left)["queued"]
        return queued

    def run_syncs(self) -> int:
        """The queue's turn, until it is empty or nothing succeeds: how many status syncs failed."""
        failed = 0
        while messages := self.sqs.receive_message(
            QueueUrl=self.sync_queue, MaxNumberOfMessages=10
        ).get("Messages"):
            batch = [(message["MessageId"], message["Body"]) for message in messages]
            answer = self.reconcile(make_syncs_event(*batch))
            again = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
            failed += len(again)
            for message in messages:
                if message["MessageId"] not in again:
                    self.sqs.delete_message(
                        QueueUrl=self.sync_queue, ReceiptHandle=message["ReceiptHandle"]
                    )
        return failed

    def sweep(self) -> int:
        """Schedule and queue, one after the other: how many status syncs were taken."""
        queued = self.enqueue_syncs()
        assert self.run_syncs() == 0
        return queued

    def payment(self, order_id: str = SAMPLE_ORDER_ID) -> Payment:
        found = DynamoPayments(self.dynamodb, "PaymentsTable").get(order_id)
        assert found
        return found

    def decide(
        self,
        decision: Decision,
        order_id: str = SAMPLE_ORDER_ID,
        *,
        version: int | None = None,
    ) -> Payment:
        """An operator decides about the money in question, of the stored or of another version."""
        review = Review(DynamoPayments(self.dynamodb, "PaymentsTable"), self.clock, new_id)
        seen = self.payment(order_id).version if version is None else version
        return review(order_id, decision, version=seen, by="operator", reason="seen at Finpay")

    def put(self, payment: Payment) -> None:
        assert DynamoPayments(self.dynamodb, "PaymentsTable").reserve(payment) is None

    def rows(self, table: str = "PaymentsTable") -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=table)["Items"]

    def drop_table(self, name: str) -> None:
        self.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        self.dynamodb.delete_table(TableName=name)

    def orders(self) -> dict[str, Order]:
        """The orders that Finpay knows."""
        return {order.order_id: order for order in self.finpay.simulation.order_store.all()}

    def fault(self, endpoint: str, kind: str, **more: Any) -> None:
        """Inject a fault into the next call of an endpoint."""
        request = {"endpoint": endpoint, "fault": kind, "times": 1, **more}
        answer = requests.post(f"{self.finpay.url}/_simulator/faults", json=request, timeout=5)
        assert answer.ok, answer.text

    def pass_time(self, milliseconds: int) -> None:
        """Both clocks go on: the functions' and Finpay's. Lost callbacks stay lost."""
        self.clock.at = self.clock() + milliseconds
        self.finpay.simulation.clock.advance_to(self.clock.at / 1000)

    @contextmanager
    def asked(self, service: str, operation: str) -> Iterator[list[Any]]:
        """What the functions ask of an AWS service while the context lasts, each request's body."""
        bodies: list[Any] = []

        def note(request: AWSPreparedRequest, **_: Any) -> None:
            bodies.append(json.loads(request.body or b"{}"))  # type: ignore[arg-type]

        events = self.client(service).meta.events
        name = f"before-send.*.{operation}"
        events.register_first(name, note)
        try:
            yield bodies
        finally:
            events.unregister(name, note)

    def invoke(
        self, function: str, event: dict[str, Any], left: Iterator[int] | None = None
    ) -> Any:
        """What the function's handler returns, or raises."""
        self.enter(function)
        return handler_of(function)(event, Context(function, left or for_ever()))

    def _answer(self, function: str, event: dict[str, Any]) -> Answer:
        answer = self.invoke(function, event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def restart(self) -> None:
        """Let the next invocation of each function be in a new container."""
        self._containers.clear()
        forget_failures()

    def enter(self, function: str) -> None:
        """Let a function's container be the one that is at work, made if there is none.

        Sets the variables of the template; what they refer to has its logical id as name.
        """
        resolved = {
            "FINPAY_SECRET": self.secret,
            "FINPAY_BASE_URL": self.finpay_url,
            "KEY_OVERLAP_DAYS": str(template()["Parameters"]["KeyOverlapDays"]["Default"]),
            "CALLBACK_BASE_URL": "",
            "SOURCES_OF_FUNDS": "finpaycode",
            "SYNC_QUEUE": self.sync_queue,
            "SIMULATED_CALLBACKS_QUEUE": "",
            **self.settings,
        }
        for name, value in environment(function).items():
            self.monkeypatch.setenv(name, resolved.get(name, str(value)))
        if function not in self._containers:
            has_own_clock = function in self.ahead
            adapters = self._with_own_clock(function) if has_own_clock else self._adapters()
            self._containers[function] = Dependencies(adapters)
        bootstrap.replace(lambda: self._containers[function])

    def _adapters(self) -> Adapters:
        return bootstrap.real_adapters()._replace(client=self.client)

    def _with_own_clock(self, function: str) -> Adapters:
        """Adapters of a container whose clock may be wrong, and that learns the time from AWS."""
        common_clock = AwsClock(lambda: self.clock() + self.ahead[function])

        def tell_time(parsed: dict[str, Any], **_: Any) -> None:
            # AWS has the time of the test here, and moto that of the machine.
            now = datetime.fromtimestamp(self.clock() / 1000, UTC)
            headers = parsed["ResponseMetadata"]["HTTPHeaders"]
            headers["date"] = format_datetime(now, usegmt=True)

        def client(service: str) -> Any:
            made = clients.aws_client(service)
            made.meta.events.register_first("after-call", tell_time)
            return common_clock.watch(made)

        return self._adapters()._replace(client=client, clock=common_clock)


@dataclass
class Finpay:
    """The simulated Finpay on a loopback port, and who watches its door. One serves many tests."""

    server: Server
    witness: Witness
    _settings: Settings

    @classmethod
    def on(cls, server: Server) -> "Finpay":
        witness = Witness()
        witness.watch(server.app)
        return cls(server, witness, server.simulation.settings)

    def forget(self) -> None:
        """Back to the beginning, for another test."""
        self.server.simulation.settings = self._settings
        self.server.simulation.reset()
        self.server.simulation.order_store.restore((), numbering.FIRST)
        self.witness.forget()


@contextmanager
def serving_finpay() -> Iterator[Finpay]:
    """Finpay with its sample merchant."""
    with server.start(merchant_id=MERCHANT_ID, merchant_key=MERCHANT_KEY) as running:
        yield Finpay.on(running)


def deployed(finpay: Finpay, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service in an account that has its tables, and nothing else yet."""
    secret = boto3.client("secretsmanager").create_secret(
        Name="finpay",
        SecretString=json.dumps({"merchantId": MERCHANT_ID, "merchantKey": MERCHANT_KEY}),
    )
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="StatusSyncQueue")["QueueUrl"]
    clock = Hands()
    monkeypatch.setattr("payments.domain.clock.now", clock)
    return Service(
        finpay.server,
        dynamodb,
        sqs,
        monkeypatch,
        secret["ARN"],
        finpay.server.url,
        queue,
        clock,
        finpay.witness,
        cache(clients.aws_client),
    )
