"""Ticks of CPU time are told by whose code takes them."""

from pathlib import Path

import pytest

from bench.container import Handler
from bench.errors import HandlerFailedError
from bench.places import BENCH, RUNTIME, WORK
from bench.profile import OWN, profiled
from bench.subjects import Subject
from local.environments import install

SPINS = """
import json, time

def spin(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        json.dumps(list(range(50)))
"""
APP = f"""
import botocore
{SPINS}
def handler(event, context):
    spin(0.01)
    botocore.spin(0.03)
    return {{"statusCode": event["status"]}}
"""
CLIENT = "boto3 and what it uses"


@pytest.fixture(autouse=True)
def client() -> None:
    install("awslambdaric", RUNTIME, BENCH / "requirements.lock", WORK / "awslambdaric.log")


def make_subject(folder: Path, *, status: int) -> Subject:
    (folder / "app.py").write_text(APP)
    (folder / "botocore").mkdir()
    (folder / "botocore/__init__.py").write_text(SPINS)
    return Subject("spins", Handler(folder, "app.handler"), {"status": status}, "nothing")


def test_what_the_standard_library_takes_counts_for_the_package_that_called_it(
    tmp_path: Path,
) -> None:
    found = profiled(make_subject(tmp_path, status=200), 50)
    assert found[CLIENT] > 2 * found[OWN] > 0


def test_a_handler_that_does_something_else_is_not_profiled(tmp_path: Path) -> None:
    with pytest.raises(HandlerFailedError, match="spins answered"):
        profiled(make_subject(tmp_path, status=500), 1)
