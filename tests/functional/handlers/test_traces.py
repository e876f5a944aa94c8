"""The traces of sampled invocations, as the real X-Ray SDK sends them to its daemon.

The invocations are those of a test of `test_privacy`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from socket import AF_INET, SOCK_DGRAM, socket
from threading import Thread
from typing import Any

import pytest

from testing.personal_data.marks import leaks_in
from testing.template import ROOT
from testing.traced import TRACE_DAEMON, TRACE_ID

SCENARIO = (
    "tests/functional/handlers/test_privacy.py"
    "::test_nothing_personal_and_no_secret_gets_into_logs_metrics_answers_or_tables"
)

type Segment = dict[str, Any]


@pytest.fixture(scope="module")
def segments() -> list[Segment]:
    """What the daemon received."""
    received: list[Segment] = []
    with socket(AF_INET, SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        port = daemon.getsockname()[1]
        options = ["-n0", "-q", "-p", "no:cacheprovider", "-p", "testing.traced"]

        def receive() -> None:
            while datagram := daemon.recv(65_536):
                received.append(json.loads(datagram.split(b"\n", 1)[1]))

        thread = Thread(target=receive)
        thread.start()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *options, SCENARIO],
                cwd=ROOT,
                env=os.environ | {TRACE_DAEMON: f"127.0.0.1:{port}"},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            daemon.sendto(b"", ("127.0.0.1", port))
            thread.join()
    assert done.returncode == 0, done.stdout
    return received


def named(segments: list[Segment], name: str) -> Iterator[Segment]:
    return (segment for segment in segments if segment["name"] == name)


def test_each_invocation_has_a_segment_with_the_order_the_storefront_and_the_cold_start(
    segments: list[Segment],
) -> None:
    handlers = list(named(segments, "## lambda_handler"))
    assert {segment["trace_id"] for segment in segments} == {TRACE_ID}
    first, *later = handlers
    assert first["annotations"]["ColdStart"] is True
    assert not any(segment["annotations"]["ColdStart"] for segment in later)
    statuses = {segment["annotations"].get("http_status") for segment in handlers}
    assert {200, 201, 401, 422} <= statuses
    ids = {
        (segment["annotations"].get("order_id"), segment["annotations"].get("storefront_id"))
        for segment in handlers
    }
    assert ("A-1", "demo") in ids


def test_calls_of_aws_are_below_the_handler(segments: list[Segment]) -> None:
    handlers = {segment["id"] for segment in named(segments, "## lambda_handler")}
    calls = [segment for segment in named(segments, "dynamodb") if segment["parent_id"] in handlers]
    assert {call["aws"]["operation"] for call in calls} >= {"PutItem", "GetItem", "UpdateItem"}
    assert all(call["aws"]["table_name"] for call in calls)


def test_calls_of_finpay_have_their_outcome(segments: list[Segment]) -> None:
    calls = list(named(segments, "Finpay initiate"))
    assert {call["namespace"] for call in calls} == {"remote"}
    outcomes = {call["annotations"]["outcome"] for call in calls}
    assert outcomes == {"success", "GatewayRejected", "OutcomeUnknown"}


def test_each_job_has_a_span_with_its_order(segments: list[Segment]) -> None:
    syncs = list(named(segments, "status sync"))
    assert {"B-1", "B-2", "B-4"} <= {sync["annotations"].get("order_id") for sync in syncs}
    errors = {sync["annotations"].get("error") for sync in syncs}
    assert errors == {None, "JSONDecodeError", "OutcomeUnknown"}


def test_spans_of_jobs_are_below_the_handler_and_those_of_finpay_below_their_job(
    segments: list[Segment],
) -> None:
    handlers = {segment["id"] for segment in named(segments, "## lambda_handler")}
    syncs = {segment["id"]: segment for segment in named(segments, "status sync")}
    assert {sync["parent_id"] for sync in syncs.values()} <= handlers
    checks = [check for check in named(segments, "Finpay check") if check["parent_id"] in syncs]
    assert checks
    for check in checks:
        sync = syncs[check["parent_id"]]
        assert sync["start_time"] <= check["start_time"] <= check["end_time"] <= sync["end_time"]


def test_nothing_personal_is_in_a_trace(segments: list[Segment]) -> None:
    assert not list(leaks_in(json.dumps(segments)))
