"""What each function does when Lambda loads it, in a process of its own.

What it imports until its first answer is in tests/external/cold.
"""

import os
import subprocess
import sys

import pytest

from testing.template import ROOT, functions

PROGRAM = """
import gc, importlib, sys
importlib.import_module(sys.argv[1])
from botocore.session import Session
built = sum(isinstance(one, Session) for one in gc.get_objects())
print(built, *(name for name in sys.argv[2:] if name in sys.modules))
"""
EVENT_HANDLER = "aws_lambda_powertools.event_handler"
NOT_FOR_ALL = ("boto3", "pydantic", "requests", "aws_xray_sdk", EVENT_HANDLER)
LOADED = {
    # A status read needs no pydantic, so a request for a code imports it.
    "StorefrontApi": [EVENT_HANDLER],
    "FinpayCallback": ["pydantic", EVENT_HANDLER],
}


def load(function: str) -> list[str]:
    """Import a handler in an empty environment; tells how many AWS sessions, and which modules."""
    module = functions()[function]["Handler"].rpartition(".")[0]
    command = [sys.executable, "-W", "error", "-c", PROGRAM, module, *NOT_FOR_ALL]
    kept = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    environment = kept | {"PYTHONPATH": str(ROOT / "functions")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("function", functions())
def test_nothing_is_read_or_built_at_import(function: str) -> None:
    sessions, *_ = load(function)
    assert sessions == "0"


@pytest.mark.parametrize("function", functions())
def test_a_function_loads_only_what_it_uses(function: str) -> None:
    assert load(function)[1:] == LOADED.get(function, [])
