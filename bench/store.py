"""MiniStack's DynamoDB, SQS and secrets, with the simulator of Finpay: the local stack's rim.

The functions run beside it, under `awslambdaric`, and not in MiniStack's own Lambda.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import boto3

from bench import canned
from bench.places import ROOT, WORK
from bench.subjects import Subject
from local import finpay, ministack
from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Aws
from local.ports import Ports, claim
from local.processes import Processes
from local.template import read

REGION = "ap-southeast-3"
_SCHEMA = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
_KEYED = {"quarantine": "QuarantineTable", "circuits": "CircuitsTable"}


@dataclass(frozen=True, slots=True)
class Store:
    """Where it answers."""

    aws: Aws
    simulator_url: str

    def queue(self, name: str) -> str:
        """Make a queue; its URL."""
        client = boto3.client(
            "sqs",
            endpoint_url=self.aws.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )
        return client.create_queue(QueueName=name)["QueueUrl"]

    def behind(self, subject: Subject, **environment: str) -> Subject:
        """The subject with this behind it instead of canned answers."""
        own = {
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "FINPAY_BASE_URL": self.simulator_url,
        }
        handler = subject.handler
        variables = {**handler.environment, **own, **environment}
        return replace(subject, handler=replace(handler, environment=variables))


@contextmanager
def store(*payment_tables: str) -> Iterator[Store]:
    """Start it with these tables of payments, and stop it."""
    logs, ports = WORK / "store", claim(Ports.any_free())
    with Processes(logs / "tmp") as processes:
        ministack.install(logs)
        aws = Aws(ministack.start(processes, ports.aws, REGION, logs), REGION)
        url = finpay.start(processes, ports.simulator, logs, logs / "journal")
        for name in payment_tables:
            _create(aws, name, "PaymentsTable")
        for name, resource in _KEYED.items():
            _create(aws, name, resource)
        aws.dynamodb().create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        aws.secrets().create_secret(Name="finpay", SecretString=json.dumps(canned.MERCHANT))
        yield Store(aws, url)
    (logs / "journal").unlink(missing_ok=True)


def fill(aws: Aws, table: str, order_ids: Sequence[str], due_at: int | None = None) -> None:
    """Put pending payments, 25 at once; `due_at` in epoch ms makes all of them due then."""
    client = aws.dynamodb()
    for start in range(0, len(order_ids), 25):
        batch: Any = [
            {"PutRequest": {"Item": pending(order_id, due_at)}}
            for order_id in order_ids[start : start + 25]
        ]
        client.batch_write_item(RequestItems={table: batch})


def pending(order_id: str, due_at: int | None = None) -> dict[str, Any]:
    """The item of a payment that waits to be paid."""
    item: dict[str, Any] = canned.PENDING | {
        "orderId": {"S": order_id},
        "gatewayOrderId": {"S": order_id},
    }
    if due_at is not None:
        shard = str(int(re.sub(r"\D", "", order_id)) % 8)
        item |= {"nextSyncAt": {"N": str(due_at)}, "syncShard": {"S": shard}}
    return item


def _create(aws: Aws, name: str, resource: str) -> None:
    template = read((ROOT / "template.yaml").read_text())
    properties = template["Resources"][resource]["Properties"]
    schema: Any = {key: properties[key] for key in _SCHEMA if key in properties}
    aws.dynamodb().create_table(TableName=name, **schema)
