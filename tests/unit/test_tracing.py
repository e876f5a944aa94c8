"""Spans go to X-Ray for a sampled invocation, over the real SDK, and nowhere else."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from typing import Any

import pytest

FUNCTIONS = Path(__file__).parent.parent.parent / "functions"
HEADER = "Root=1-642b9163-00000000deadbeef00000000;Parent=53995c3f42cd8ad8;Sampled="
# In a process of its own: the SDK reads its settings when it is imported.
SPANS = """
import sys
from payments.observability import tracing
with tracing.span("settle"):
    tracing.annotate({"order_id": "A-1"})
try:
    with tracing.span("fail", remote=True):
        raise KeyError("hajar.finnet@gmail.com")
except KeyError:
    pass
print("aws_lambda_powertools" in sys.modules)
"""
CALLS_OF_AWS = """
from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.stub import Stubber
from payments.observability import tracing
queues, tables = (get_session().create_client(name) for name in ("sqs", "dynamodb"))
key = {"TableName": "payments", "Key": {"orderId": {"S": "A-1"}}}
with tracing.span("settle"), Stubber(queues) as sqs, Stubber(tables) as dynamodb:
    sqs.add_client_error("get_queue_url", "Denied", "hajar.finnet@gmail.com may not")
    dynamodb.add_client_error("delete_item", "ConditionalCheckFailedException", "it failed")
    for call in (lambda: queues.get_queue_url(QueueName="q"), lambda: tables.delete_item(**key)):
        try:
            call()
        except ClientError:
            pass
"""
THREADS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from payments.observability import tracing
others = Barrier(4)
def work(number):
    with tracing.span("sync"):
        tracing.annotate({"order_id": f"A-{number}"})
        others.wait()
        with tracing.span("check", remote=True):
            tracing.annotate({"order_id": f"A-{number}"})
            others.wait()
with tracing.span("handler"), ThreadPoolExecutor(4) as pool:
    for _ in range(2):
        list(pool.map(tracing.continued(work), range(4)))
"""
INVOCATIONS = """
import os
from types import SimpleNamespace
from payments.observability.tracing import trace_handler
handler = trace_handler(lambda event, context: None)
sampled = os.environ["_X_AMZN_TRACE_ID"]
for header in (FIRST, sampled, sampled):
    os.environ["_X_AMZN_TRACE_ID"] = header or sampled
    handler({}, SimpleNamespace())
"""


def run(program: str, trace_header: str, daemon: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name.startswith("COV")} | {
        "PYTHONPATH": str(FUNCTIONS),
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": daemon,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
        "_X_AMZN_TRACE_ID": trace_header,
        "POWERTOOLS_SERVICE_NAME": "test",
    }
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def traced(program: str, daemon: socket) -> list[dict[str, Any]]:
    """What the daemon receives from a sampled run of a program."""
    with daemon:
        run(program, HEADER + "1", f"127.0.0.1:{daemon.getsockname()[1]}")
        daemon.settimeout(0)
        received = []
        with contextlib.suppress(BlockingIOError):
            while datagram := daemon.recv(65_536):
                received.append(json.loads(datagram.split(b"\n", 1)[1]))
    return received


@pytest.fixture
def daemon() -> socket:
    listener = socket(AF_INET, SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(5)
    return listener


def test_a_sampled_invocation_sends_its_span_with_the_order_id(daemon: socket) -> None:
    segment, failed = traced(SPANS, daemon)
    assert segment["name"] == "settle"
    assert segment["annotations"] == {"order_id": "A-1"}
    assert segment["parent_id"] == "53995c3f42cd8ad8"
    assert failed["namespace"] == "remote"
    assert "hajar" not in json.dumps(failed)


def test_an_error_of_aws_has_no_message_and_a_failed_condition_is_no_fault(daemon: socket) -> None:
    sqs, dynamodb, _ = traced(CALLS_OF_AWS, daemon)
    assert [one["type"] for one in sqs["cause"]["exceptions"]] == ["ClientError"]
    assert sqs["fault"]
    assert "hajar" not in json.dumps(sqs)
    assert dynamodb["aws"]["operation"] == "DeleteItem"
    assert not {"fault", "error"} & {name for name, value in dynamodb.items() if value is True}
    assert not dynamodb.get("cause")


def test_spans_of_threads_are_below_the_span_that_they_continue(daemon: socket) -> None:
    segments = traced(THREADS, daemon)
    (handler,) = (one for one in segments if one["name"] == "handler")
    syncs = {one["id"]: one for one in segments if one["name"] == "sync"}
    checks = [one for one in segments if one["name"] == "check"]
    assert len(syncs) == len(checks) == 8
    assert {one["parent_id"] for one in syncs.values()} == {handler["id"]}
    assert {one["parent_id"] for one in checks} == {*syncs}
    assert all(one["annotations"] == syncs[one["parent_id"]]["annotations"] for one in checks)


@pytest.mark.parametrize(
    ("first", "cold_starts"), [("Sampled=0", [False, False]), ("", [True, False, False])]
)
def test_only_the_first_invocation_of_a_container_is_a_cold_start(
    daemon: socket, first: str, cold_starts: list[bool]
) -> None:
    segments = traced(INVOCATIONS.replace("FIRST", repr(first)), daemon)
    assert [segment["annotations"]["ColdStart"] for segment in segments] == cold_starts


@pytest.mark.parametrize("header", ["", HEADER + "0"])
def test_an_invocation_that_is_not_sampled_does_not_even_import_the_tracer(header: str) -> None:
    assert run(SPANS, header, "127.0.0.1:9") == "False"
