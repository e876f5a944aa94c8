"""Builds with `sam build` and deploys with an unmodified `sam deploy`, as it is done on AWS."""

import os
import platform
import shutil
import sys
import tomllib
from pathlib import Path

from local.aws import Aws, clean_environment
from local.errors import MissingToolError
from local.paths import BUILD, MINISTACK_ENVIRONMENT, ROOT, content_hash
from local.processes import Processes
from local.progress import step
from ops.trim import trim

CONFIG = ROOT / "samconfig.toml"


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
    options = ["--config-env", "local", "--build-dir", str(BUILD)]
    options += ["--cache-dir", str(BUILD.with_name("build-cache"))]
    options += ["--parameter-overrides", f"Architecture={architecture()}"]
    with step("Building the functions (sam build)"):
        command = [_sam(), "build", *options]
        processes.run("sam build", command, _tools(), ROOT, logs / "sam-build.log")
        # As `make build` does: what runs here is what runs on AWS.
        trim(BUILD)
    stamp.write_text(wanted)


def deploy(processes: Processes, aws: Aws, parameters: dict[str, str], logs: Path) -> None:
    """Deploy .local/build into `aws` with these values of template.yaml's parameters."""
    options = ["--config-env", "local", "--config-file", str(CONFIG)]
    options += ["--template-file", str(BUILD / "template.yaml"), "--parameter-overrides"]
    options += [f"{name}={value}" for name, value in parameters.items()]
    with step("Deploying into MiniStack (sam deploy)"):
        command = [_sam(), "deploy", *options]
        env = aws.environment() | _sam_settings()
        processes.run("sam deploy", command, env, ROOT, logs / "sam-deploy.log")


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
    files = [ROOT / "template.yaml", CONFIG, *trimming, *shipped]
    return content_hash(files, sys.version, architecture())


def _tools() -> dict[str, str]:
    # sam build asks the first `python3.13` on PATH, and pyenv's shims fail it.
    path = f"{MINISTACK_ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return clean_environment() | _sam_settings() | {"PATH": path}


def _sam_settings() -> dict[str, str]:
    return {"SAM_CLI_TELEMETRY": "0", "PYTHONWARNINGS": "ignore"}


def _sam() -> str:
    beside = Path(sys.executable).with_name("sam")
    found = str(beside) if beside.exists() else shutil.which("sam")
    if found is None:
        raise MissingToolError("The SAM CLI (`sam`) is not installed; `make setup` installs it")
    return found
