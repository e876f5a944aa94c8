"""What `sam build` leaves is complete: it needs nothing but Python and itself."""

import subprocess
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local import deployment
from local.state import RunningStack
from local.template import is_loop
from ops.descriptions import services_called
from testing.template import ROOT, functions

FUNCTION: dict[str, Any] = {"Type": "AWS::Serverless::Function"}
# -I and -S: no environment, no working directory, no site-packages.
PROGRAM = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
module, _, handler = sys.argv[2].rpartition(".")
print(getattr(importlib.import_module(module), handler).__module__)
"""


def test_sam_builds_what_all_functions_share_once(stack: RunningStack) -> None:
    assert stack.outputs, "deployed, so built"
    assert len({deployment.artifact(function) for function in functions()}) == 1


def test_the_template_is_built_without_what_only_checks_read() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text())
    built = deployment.built_once(template)
    assert {"Metadata"} == {
        key
        for name, resource in template["Resources"].items()
        if not is_loop(name)
        for key in resource
        if resource[key] != built["Resources"][name].get(key)
    }
    loops = {name for name in template["Resources"] if is_loop(name)}
    assert all(template["Resources"][name] == built["Resources"][name] for name in loops)
    assert template | {"Resources": None} == built | {"Resources": None}


def test_what_tells_sam_how_to_build_stays_in_the_template() -> None:
    how = {"BuildMethod": "makefile"}
    one = FUNCTION | {"Metadata": how | {"checkov": {"skip": []}, "cfn-lint": {}}}
    built = deployment.built_once({"Resources": {"One": one, "Other": FUNCTION}})
    assert built == {"Resources": {"One": FUNCTION | {"Metadata": how}, "Other": FUNCTION}}


@pytest.mark.parametrize("function", functions())
def test_a_handler_imports_with_only_its_artifact_on_the_path(
    stack: RunningStack, function: str
) -> None:
    assert stack.outputs, "deployed, so built"
    handler = functions()[function]["Handler"]
    artifact = deployment.artifact(function)
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(artifact), handler]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == handler.rpartition(".")[0], done.stderr


@pytest.mark.parametrize("function", functions())
def test_no_test_and_no_simulator_is_shipped(stack: RunningStack, function: str) -> None:
    assert stack.outputs
    artifact = deployment.artifact(function)
    shipped = {path.name for path in artifact.iterdir()}
    assert {"payments", "boto3", "requests", "pydantic", "aws_lambda_powertools"} <= shipped
    assert not shipped & {"tests", "simulator", "local", "ops", "moto"}


@pytest.mark.parametrize("function", functions())
def test_every_module_that_runs_has_bytecode_of_the_runtime(
    stack: RunningStack, function: str
) -> None:
    assert stack.outputs
    artifact = deployment.artifact(function)
    sources = list(artifact.rglob("*.py"))
    assert sources
    for source in sources:
        with Path(cache_from_source(str(source), optimization="")).open("rb") as bytecode:
            # PEP 552: hashed, and the hash is not to be checked.
            assert bytecode.read(8) == MAGIC_NUMBER + (1).to_bytes(4, "little"), source


@pytest.mark.parametrize("function", functions())
def test_only_services_that_are_called_are_described(stack: RunningStack, function: str) -> None:
    assert stack.outputs
    artifact = deployment.artifact(function)
    described = {path.name for path in (artifact / "botocore/data").iterdir() if path.is_dir()}
    assert described == services_called(artifact)
