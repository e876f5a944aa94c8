"""Spans go to X-Ray for a sampled invocation, over the real SDK, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket

import pytest

FUNCTIONS = Path(__file__).parent.parent.parent / "functions"
# In a process of its own: the SDK reads its settings when it is imported.
PROGRAM = """
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


def run(trace_header: str, daemon: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name.startswith("COV")} | {
        "PYTHONPATH": str(FUNCTIONS),
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": daemon,
        "_X_AMZN_TRACE_ID": trace_header,
        "POWERTOOLS_SERVICE_NAME": "test",
    }
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def daemon() -> socket:
    listener = socket(AF_INET, SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(5)
    return listener


HEADER = "Root=1-642b9163-00000000deadbeef00000000;Parent=53995c3f42cd8ad8;Sampled="


def test_a_sampled_invocation_sends_its_span_with_the_order_id(daemon: socket) -> None:
    with daemon:
        run(HEADER + "1", f"127.0.0.1:{daemon.getsockname()[1]}")
        segment = json.loads(daemon.recv(65_536).split(b"\n", 1)[1])
        failed = json.loads(daemon.recv(65_536).split(b"\n", 1)[1])
    assert segment["name"] == "settle"
    assert segment["annotations"] == {"order_id": "A-1", "outcome": "success"}
    assert segment["parent_id"] == "53995c3f42cd8ad8"
    assert failed["namespace"] == "remote"
    assert failed["annotations"] == {"outcome": "KeyError"}
    assert "hajar" not in json.dumps(failed)


@pytest.mark.parametrize("header", ["", HEADER + "0"])
def test_an_invocation_that_is_not_sampled_does_not_even_import_the_tracer(header: str) -> None:
    assert run(header, "127.0.0.1:9") == "False"
