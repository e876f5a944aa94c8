"""Builds with `sam build` and deploys with an unmodified `sam deploy`, as it is done on AWS.

Two settings that SAM calls experimental save time: functions that are built from the same source
share one folder, and a folder is packed and uploaded once.
"""

import json
import os
import platform
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.aws import Aws, clean_environment
from local.errors import MissingToolError
from local.paths import BUILD, MINISTACK_ENVIRONMENT, ROOT, content_hash
from local.processes import Processes
from local.progress import step
from local.template import is_loop
from ops.trim import trim

CONFIG = ROOT / "samconfig.toml"
TEMPLATE = ROOT / "template.yaml"
_READ_BY_CHECKS = {"checkov", "cfn-lint"}


def config() -> dict[str, str]:
    """Return samconfig.toml's `stack_name` and `region` of the local stack."""
    parameters: dict[str, str] = tomllib.loads(CONFIG.read_text())["local"]["global"]["parameters"]
    return parameters


def build(processes: Processes, logs: Path) -> None:
    """Build the functions into .local/build, unless the last build was of the same source."""
    stamp = BUILD / "source-hash"
    wanted = _source_hash()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    template = BUILD.with_name("build-template.json")
    options = ["--config-env", "local", "--config-file", str(CONFIG)]
    options += ["--template-file", str(template), "--base-dir", str(ROOT)]
    options += ["--build-dir", str(BUILD), "--cache-dir", str(BUILD.with_name("build-cache"))]
    options += ["--parameter-overrides", f"Architecture={architecture()}"]
    log = logs / "sam-build.log"
    with step("Building the functions (sam build)", log):
        template.write_text(json.dumps(built_once(yaml_parse(TEMPLATE.read_text()))))
        # SAM keeps the dependencies in .aws-sam of the working directory, for one build directory.
        processes.run("sam build", [_sam(), "build", *options], _tools(), BUILD.parent, log)
    with step("Trimming what was built"):
        # As `make build` does: what runs here is what runs on AWS.
        trim(BUILD)
    stamp.write_text(wanted)


def built_once(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template without what only checks read.

    SAM builds functions with the same source once if their metadata are equal, and the reasons why
    checks are skipped differ.
    """
    resources = template["Resources"].items()
    return template | {
        "Resources": {
            name: one if is_loop(name) else _without_checks(one) for name, one in resources
        }
    }


def _without_checks(resource: dict[str, Any]) -> dict[str, Any]:
    metadata = resource.get("Metadata", {})
    kept = {name: value for name, value in metadata.items() if name not in _READ_BY_CHECKS}
    return {name: value for name, value in resource.items() if name != "Metadata"} | (
        {"Metadata": kept} if kept else {}
    )


def artifact(function: str) -> Path:
    """Return the folder that was built for a function, by its logical id."""
    template = yaml_parse((BUILD / "template.yaml").read_text())
    folder: str = template["Resources"][function]["Properties"]["CodeUri"]
    return BUILD / folder


def deploy(processes: Processes, aws: Aws, parameters: dict[str, str], logs: Path) -> None:
    """Deploy .local/build into `aws` with these values of template.yaml's parameters."""
    options = ["--config-env", "local", "--config-file", str(CONFIG)]
    options += ["--template-file", str(BUILD / "template.yaml"), "--parameter-overrides"]
    options += [f"{name}={value}" for name, value in parameters.items()]
    log = logs / "sam-deploy.log"
    with step("Deploying into MiniStack (sam deploy)", log):
        command = [_sam(), "deploy", *options]
        env = aws.environment() | _sam_settings()
        processes.run("sam deploy", command, env, ROOT, log)


def outputs(aws: Aws, stack_name: str) -> dict[str, str]:
    """Return the outputs of the deployed stack."""
    stack = aws.cloudformation().describe_stacks(StackName=stack_name)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def architecture() -> str:
    """Return the host's architecture, as AWS names it."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def _source_hash() -> str:
    shipped = (f for f in (ROOT / "functions").rglob("*") if f.is_file() and f.suffix != ".pyc")
    trimming = (ROOT / "ops" / name for name in ("trim.py", "bytecode.py", "descriptions.py"))
    files = [TEMPLATE, CONFIG, Path(__file__), *trimming, *shipped]
    return content_hash(files, sys.version, architecture())


def _tools() -> dict[str, str]:
    # sam build asks the first `python3.13` on PATH, and pyenv's shims fail it.
    path = f"{MINISTACK_ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return clean_environment() | _sam_settings() | {"PATH": path}


def _sam_settings() -> dict[str, str]:
    shared = {"SAM_CLI_BETA_BUILD_PERFORMANCE": "1", "SAM_CLI_BETA_PACKAGE_PERFORMANCE": "1"}
    return {"SAM_CLI_TELEMETRY": "0", "PYTHONWARNINGS": "ignore"} | shared


def _sam() -> str:
    beside = Path(sys.executable).with_name("sam")
    found = str(beside) if beside.exists() else shutil.which("sam")
    if found is None:
        raise MissingToolError("The SAM CLI (`sam`) is not installed; `make setup` installs it")
    return found
