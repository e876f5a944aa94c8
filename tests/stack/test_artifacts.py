"""What `sam build` leaves is complete: it needs nothing but Python and itself."""

import subprocess
import sys

import pytest

from local.paths import LOCAL
from local.state import RunningStack
from tests.template import functions

# -I and -S: no environment, no working directory, no site-packages.
PROGRAM = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
module, _, handler = sys.argv[2].rpartition(".")
print(getattr(importlib.import_module(module), handler).__module__)
"""


@pytest.mark.parametrize("function", functions())
def test_a_handler_imports_with_only_its_artifact_on_the_path(
    stack: RunningStack, function: str
) -> None:
    assert stack.outputs, "deployed, so built"
    handler = functions()[function]["Handler"]
    artifact = LOCAL / "build" / function
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(artifact), handler]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == handler.rpartition(".")[0], done.stderr


@pytest.mark.parametrize("function", functions())
def test_no_test_and_no_simulator_is_shipped(stack: RunningStack, function: str) -> None:
    assert stack.outputs
    artifact = LOCAL / "build" / function
    shipped = {path.name for path in artifact.iterdir()}
    assert {"payments", "boto3", "requests", "pydantic", "aws_lambda_powertools"} <= shipped
    assert not shipped & {"tests", "simulator", "local", "ops", "moto"}
