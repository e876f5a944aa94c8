"""The real handlers, in the environment that template.yaml gives them, with Finpay simulated."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import flask
import pytest
import requests
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from finpay_callback.app import lambda_handler as callback_handler
from payments import bootstrap
from payments.dependencies import Dependencies
from payments.payment import LEASE_MS, Payment
from payments.store import DynamoPayments
from reconcile.app import lambda_handler as reconcile_handler
from simulator import server
from simulator.orders import Order
from simulator.server import Server
from storefront_api.app import lambda_handler as api_handler
from storefront_auth.app import lambda_handler as auth_handler
from tests.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    SAMPLE_ORDER_ID,
    load_event,
    make_looks_event,
)
from tests.circuit import forget_failures
from tests.template import environment, template

NOBODY = "http://127.0.0.1:9"
"""Nothing listens on the discard port of a test machine."""

MINUTE = 60_000
_PREFIX = "/pg/payment/card/"

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


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


@dataclass
class Context:
    """Lambda's context: how much time is left, as often as it is asked."""

    left: Iterator[int]

    def get_remaining_time_in_millis(self) -> int:
        return next(self.left)


def for_ever() -> Iterator[int]:
    """Time enough for anything."""
    while True:
        yield 120_000


@dataclass
class Witness:
    """Stands at Finpay's door: what was asked there, and what happens at just that moment.

    `before` and `after` are done once, before or after the work of the next call of an endpoint.
    """

    calls: list[str] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    after: dict[str, Callable[[], object]] = field(default_factory=dict)

    def watch(self, app: flask.Flask) -> None:
        def arrive() -> None:
            if endpoint := self._endpoint():
                self.calls.append(endpoint)
                # A caller whom Finpay hung up on may be back before his first call is over.
                flask.g.after = self.after.pop(endpoint, None)
                self.before.pop(endpoint, lambda: None)()

        def leave(response: flask.Response) -> flask.Response:
            if after := flask.g.get("after"):
                after()
            return response

        app.before_request(arrive)
        app.after_request(leave)

    @staticmethod
    def _endpoint() -> str:
        path = flask.request.path
        return path.removeprefix(_PREFIX).partition("/")[0] if path.startswith(_PREFIX) else ""


@dataclass
class Service:
    """The deployed functions, and a look into their tables."""

    finpay: Server
    dynamodb: DynamoDBClient
    sqs: SQSClient
    monkeypatch: pytest.MonkeyPatch
    secret: str
    finpay_url: str
    looks_queue: str
    clock: Hands
    witness: Witness
    settings: dict[str, str] = field(default_factory=dict)
    """More of what the template's variables are, by their names."""
    _containers: dict[str, Dependencies] = field(default_factory=dict)

    def api(self, event: dict[str, Any]) -> Answer:
        return self._invoke("StorefrontApi", api_handler, event)

    def callback(self, event: dict[str, Any]) -> Answer:
        return self._invoke("FinpayCallback", callback_handler, event)

    def authorize(self, event: dict[str, Any]) -> dict[str, Any]:
        self.enter("StorefrontAuth")
        return auth_handler(event, object())

    def reconcile(self, event: dict[str, Any], left: Iterator[int] | None = None) -> Any:
        self.enter("Reconcile")
        return reconcile_handler(event, Context(left or for_ever()))  # type: ignore[arg-type]

    def queue_looks(self, left: Iterator[int] | None = None) -> int:
        """The schedule's turn: how many looks it queued."""
        queued: int = self.reconcile(load_event("reconcile_schedule"), left)["queued"]
        return queued

    def take_looks(self) -> int:
        """The queue's turn, until it is empty or nothing succeeds: how many looks failed."""
        failed = 0
        while messages := self.sqs.receive_message(
            QueueUrl=self.looks_queue, MaxNumberOfMessages=10
        ).get("Messages"):
            batch = [(message["MessageId"], message["Body"]) for message in messages]
            answer = self.reconcile(make_looks_event(*batch))
            again = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
            failed += len(again)
            for message in messages:
                if message["MessageId"] not in again:
                    self.sqs.delete_message(
                        QueueUrl=self.looks_queue, ReceiptHandle=message["ReceiptHandle"]
                    )
        return failed

    def sweep(self) -> int:
        """Schedule and queue, one after the other: how many looks were taken."""
        queued = self.queue_looks()
        assert self.take_looks() == 0
        return queued

    def payment(self, order_id: str = SAMPLE_ORDER_ID) -> Payment:
        found = DynamoPayments(self.dynamodb, "PaymentsTable").get(order_id)
        assert found
        return found

    def put(self, payment: Payment) -> None:
        assert DynamoPayments(self.dynamodb, "PaymentsTable").reserve(payment) is None

    def rows(self, table: str = "PaymentsTable") -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=table)["Items"]

    def drop_table(self, name: str) -> None:
        self.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        self.dynamodb.delete_table(TableName=name)

    def orders(self) -> dict[str, Order]:
        """The orders that Finpay knows."""
        return {order.order_id: order for order in self.finpay.simulation.book.all()}

    def fault(self, endpoint: str, kind: str, **more: Any) -> None:
        """Let the simulator spoil the next call of an endpoint."""
        request = {"endpoint": endpoint, "fault": kind, "times": 1, **more}
        answer = requests.post(f"{self.finpay.url}/_simulator/faults", json=request, timeout=5)
        assert answer.ok, answer.text

    def pass_time(self, milliseconds: int) -> None:
        """Both clocks go on: the functions' and Finpay's. Lost callbacks stay lost."""
        self.clock.at = self.clock() + milliseconds
        self.finpay.simulation.clock.advance_to(self.clock.at / 1000)

    def _invoke(self, function: str, handler: Handler, event: dict[str, Any]) -> Answer:
        self.enter(function)
        answer = handler(event, object())
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
            "LOOKS_QUEUE": self.looks_queue,
            "SCENES_QUEUE": "",
            **self.settings,
        }
        for name, value in environment(function).items():
            self.monkeypatch.setenv(name, resolved.get(name, str(value)))
        if function not in self._containers:
            self._containers[function] = Dependencies(bootstrap.real_adapters())
        bootstrap.replace(lambda: self._containers[function])


@pytest.fixture
def service(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with deployed(dynamodb, monkeypatch) as service:
        yield service


@contextmanager
def deployed(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service in an account that has its tables, and nothing else yet."""
    secret = boto3.client("secretsmanager").create_secret(
        Name="finpay",
        SecretString=json.dumps({"merchantId": MERCHANT_ID, "merchantKey": MERCHANT_KEY}),
    )
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="LooksQueue")["QueueUrl"]
    with server.start(merchant_id=MERCHANT_ID, merchant_key=MERCHANT_KEY) as finpay:
        clock, witness = Hands(), Witness()
        witness.watch(finpay.app)
        monkeypatch.setattr("payments.clock.now", clock)
        yield Service(
            finpay,
            dynamodb,
            sqs,
            monkeypatch,
            secret["ARN"],
            finpay.url,
            queue,
            clock,
            witness,
        )


@pytest.fixture
def pending(service: Service) -> Service:
    """The service with the sample payment, whose code Finpay issued; all clocks stand still."""
    service.pass_time(0)
    assert service.api(load_event("initiate")).status == 201
    service.witness.calls.clear()
    return service


@pytest.fixture
def renamed(service: Service) -> Service:
    """A payment whose first order at Finpay was cancelled, and that goes by another id there."""
    service.finpay.simulation.check_shows_code = False
    service.pass_time(0)
    service.fault("initiate", "drop")
    service.api(load_event("initiate"))
    service.pass_time(LEASE_MS + 1)
    assert service.api(load_event("initiate")).status == 201
    service.witness.calls.clear()
    return service
