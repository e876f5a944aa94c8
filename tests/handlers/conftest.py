"""The real handlers, in the environment that template.yaml gives them, with Finpay simulated."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from finpay_callback.app import lambda_handler as callback_handler
from payments.payment import Payment
from payments.store import DynamoPayments
from simulator import server
from simulator.server import Server
from storefront_api.app import lambda_handler as api_handler
from storefront_auth.app import lambda_handler as auth_handler
from tests.builders import MERCHANT_ID, MERCHANT_KEY, SAMPLE_ORDER_ID
from tests.template import environment

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


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
class Service:
    """The deployed functions, and a look into their tables."""

    finpay: Server
    dynamodb: DynamoDBClient
    monkeypatch: pytest.MonkeyPatch
    secret: str
    finpay_url: str
    clock: Hands

    def api(self, event: dict[str, Any]) -> Answer:
        return self._invoke("StorefrontApi", api_handler, event)

    def callback(self, event: dict[str, Any]) -> Answer:
        return self._invoke("FinpayCallback", callback_handler, event)

    def authorize(self, event: dict[str, Any]) -> dict[str, Any]:
        self._enter("StorefrontAuth")
        return auth_handler(event, object())

    def payment(self, order_id: str = SAMPLE_ORDER_ID) -> Payment:
        found = DynamoPayments(self.dynamodb, "PaymentsTable").get(order_id)
        assert found
        return found

    def put(self, payment: Payment) -> None:
        assert DynamoPayments(self.dynamodb, "PaymentsTable").reserve(payment) is None

    def rows(self, table: str = "PaymentsTable") -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=table)["Items"]

    def _invoke(self, function: str, handler: Handler, event: dict[str, Any]) -> Answer:
        self._enter(function)
        answer = handler(event, object())
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def _enter(self, function: str) -> None:
        """Set the variables of the template; what it refers to has its logical id as name."""
        resolved = {
            "FINPAY_SECRET": self.secret,
            "FINPAY_BASE_URL": self.finpay_url,
            "CALLBACK_BASE_URL": "",
            "SOURCES_OF_FUNDS": "finpaycode",
        }
        for name, value in environment(function).items():
            self.monkeypatch.setenv(name, resolved.get(name, str(value)))


@pytest.fixture
def service(dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    secret = boto3.client("secretsmanager").create_secret(
        Name="finpay",
        SecretString=json.dumps({"merchantId": MERCHANT_ID, "merchantKey": MERCHANT_KEY}),
    )
    with server.start(merchant_id=MERCHANT_ID, merchant_key=MERCHANT_KEY) as finpay:
        clock = Hands()
        monkeypatch.setattr("payments.clock.now", clock)
        yield Service(finpay, dynamodb, monkeypatch, secret["ARN"], finpay.url, clock)
