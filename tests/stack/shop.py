"""A storefront on the local stack, and the hand of fate on Finpay's side."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import boto3
import requests
from botocore.config import Config
from mypy_boto3_dynamodb import DynamoDBClient

from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.state import RunningStack
from payments.aws.payments_table import DynamoPayments
from payments.callbacks.url_token import callback_url
from payments.domain import clock
from payments.domain.payment import Payment
from payments.domain.sync_schedule import shard_of
from simulator.orders import OPEN
from testing.builders import (
    load_event,
    make_callback_body,
    make_callback_fields,
    make_request_body,
)
from tests.stack.account import STACK

JSON = {"Content-Type": "application/json"}


@dataclass
class Shop:
    """A storefront, and the hand of fate on Finpay's side."""

    stack: RunningStack
    api_key: str
    session: requests.Session

    def create(self, **order: Any) -> requests.Response:
        return self.send(make_request_body(**order))

    def create_in_the_end(self, order_id: str) -> int:
        """The status of the first answer that is final: a busy machine may need several requests.

        MiniStack counts a cold start against the function's time, and answers 502 where it ran out.
        """
        for _ in range(10):
            answer = self.create(id=order_id)
            if answer.status_code not in {409, 502, 503, 504}:
                break
            time.sleep(int(answer.headers.get("Retry-After", 1)))
        return answer.status_code

    def send(self, body: Any) -> requests.Response:
        return self.session.post(
            f"{self.stack.api_url}/payments", json=body, headers=self._headers(), timeout=40
        )

    def see(self, order_id: str) -> requests.Response:
        url = f"{self.stack.api_url}/payments/{order_id}"
        return self.session.get(url, headers=self._headers(), timeout=40)

    def cancel(self, order_id: str) -> requests.Response:
        url = f"{self.stack.api_url}/payments/{order_id}/cancel"
        return self.session.post(url, headers=self._headers(), timeout=40)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}

    def fate(self, path: str, **what: Any) -> Any:
        url = f"{self.stack.simulator_url}/_simulator/{path}"
        answer = self.session.post(url, json=what, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def calm_down(self) -> None:
        """Forget what was planned at Finpay, and let it call back and show codes as usual."""
        url = f"{self.stack.simulator_url}/_simulator/faults"
        assert self.session.delete(url, timeout=60).ok
        self.fate("callbacks", enabled=True)
        self.fate("settings", checkShowsCode=True)

    def callback(self, order_id: str, body: str) -> requests.Response:
        url = callback_url(self.stack.api_url, order_id, self.stack.merchant_key)
        return requests.post(url, data=body, headers=JSON, timeout=40)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """One client for all status syncs: making one takes longer than hundreds of calls."""
        return self.stack.aws.dynamodb()

    def row(self, order_id: str) -> Payment | None:
        return DynamoPayments(self.dynamodb, self.stack.outputs["PaymentsTableName"]).get(order_id)

    def told_version(self, order_id: str) -> int:
        """The version of the newest change of status: the last that the storefront is told."""
        row = self.row(order_id)
        assert row
        # The n-th entry of the history is version n.
        changes = enumerate(pairwise(row.history), 2)
        return max(n for n, (before, after) in changes if before.status is not after.status)

    def status(self, order_id: str) -> str:
        return str(self.see(order_id).json()["status"])

    def orders_at_finpay(self, order_id: str) -> int:
        found = self.session.get(f"{self.stack.simulator_url}/_simulator/orders", timeout=40).json()
        return [order["orderId"] for order in found["orders"]].count(order_id)

    def forge(self, order_id: str) -> requests.Response:
        """A callback that says paid and is signed by somebody else."""
        body = make_callback_body(make_callback_fields(order_id), key="a guess")
        return self.callback(order_id, body)

    def rows(self, order_ids: Sequence[str]) -> list[Payment]:
        return [row for order_id in order_ids if (row := self.row(order_id))]

    def statuses(self, order_ids: Sequence[str]) -> set[str]:
        return {row.status.value for row in self.rows(order_ids)}

    def live_codes(self, order_id: str) -> list[str]:
        """The codes at Finpay that somebody could pay for this payment now."""
        url = f"{self.stack.simulator_url}/_simulator/orders"
        row = self.row(order_id)
        return [
            order["paymentCode"]
            for order in self.session.get(url, timeout=40).json()["orders"]
            if row and row.has_attempt(order["orderId"]) and order["status"] in OPEN
        ]

    def make_due(self, order_id: str, *, lease_over: bool = False) -> None:
        """Let the next status sync's time come, and if asked for also that of the lease."""
        update = "SET nextSyncAt = :past, syncShard = :shard"
        values: Any = {":past": {"N": "1"}, ":shard": {"S": shard_of(order_id)}}
        if lease_over:
            update += ", leaseUntil = :past"
        self._update(order_id, update, values)

    def postpone(self, order_id: str) -> None:
        """Let no status sync's time come before `make_due`, however long the test takes."""
        tomorrow = str(clock.now() + clock.DAY)
        self._update(order_id, "SET nextSyncAt = :tomorrow", {":tomorrow": {"N": tomorrow}})

    def run_schedule(self) -> int:
        """Call the deployed function as its schedule does: how many status syncs it queued."""
        function = self.stack.aws.cloudformation().describe_stack_resource(
            StackName=STACK, LogicalResourceId="Reconcile"
        )["StackResourceDetail"]["PhysicalResourceId"]
        answer = self._functions.invoke(
            FunctionName=function, Payload=json.dumps(load_event("reconcile_schedule"))
        )
        queued: int = json.load(answer["Payload"])["queued"]
        return queued

    @cached_property
    def _functions(self) -> Any:
        session: Any = boto3.Session(
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            region_name=self.stack.region,
        )
        patient = Config(read_timeout=150, retries={"total_max_attempts": 1}, proxies={})
        return session.client("lambda", endpoint_url=self.stack.aws_endpoint, config=patient)

    def _update(self, order_id: str, update: str, values: Any) -> None:
        self.dynamodb.update_item(
            TableName=self.stack.outputs["PaymentsTableName"],
            Key={"orderId": {"S": order_id}},
            UpdateExpression=update,
            ExpressionAttributeValues=values,
        )


@contextmanager
def at_rest(stack: RunningStack) -> Iterator[Shop]:
    """A storefront on a stack where fate has nothing in store, and has nothing afterwards."""
    with requests.Session() as session:
        shop = Shop(stack, stack.api_key, session)
        shop.calm_down()
        yield shop
        shop.calm_down()


def warm_up(stack: RunningStack) -> None:
    """Have one payment made, so that no test meets functions that start cold.

    MiniStack counts a cold start against the function's time, and on a busy machine it runs out.
    """
    with requests.Session() as session:
        assert Shop(stack, stack.api_key, session).create_in_the_end("warm-up") == 201


def eventually(holds: Callable[[], bool], *, seconds: float = 180) -> bool:
    """Whether it comes true in time; the schedule of the status syncs runs every minute."""
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return held
