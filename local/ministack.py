"""MiniStack, the embedded AWS: installed once, started anew for every run.

It runs inside `local.durable`, so that what it acknowledged outlives it.
"""

import os
from pathlib import Path

from local import environments
from local.errors import LocalStackError
from local.exchange import Exchanges
from local.health import wait_until_healthy
from local.paths import MINISTACK_ENVIRONMENT, ROOT
from local.processes import Processes
from local.progress import step

NAME = "MiniStack"
HEALTH = "/_ministack/health"
# As in local.durable, which only MiniStack's own environment can import.
SNAPSHOT = "/_local/snapshot"
LOCK = Path(__file__).with_name("requirements.lock")


def install(logs: Path) -> None:
    """Make MiniStack's environment unless it is there; see environments.install.

    MiniStack runs the functions with its own interpreter, so it gets this one, whose minor is
    Lambda's (`stack.check_python`).
    """
    environments.install(NAME, MINISTACK_ENVIRONMENT, LOCK, logs / "ministack-install.log")


def start(processes: Processes, port: int, region: str, logs: Path, state: Path) -> str:
    """Start MiniStack and return its endpoint; its state outlives it in the folder `state`."""
    endpoint = f"http://127.0.0.1:{port}"
    with step("Starting MiniStack"):
        process = processes.start(
            NAME,
            [str(MINISTACK_ENVIRONMENT / "bin/python"), "-m", "local.durable"],
            env=_environment(port, region, logs) | {"PERSIST_STATE": "1", "STATE_DIR": str(state)},
            cwd=ROOT,
            log=logs / "ministack.log",
        )
        wait_until_healthy(process, f"{endpoint}{HEALTH}")
    return endpoint


def keep_deployed(endpoint: str) -> None:
    """Let what is deployed now be there again when MiniStack is started again."""
    answer = Exchanges(endpoint).post(SNAPSHOT, {})
    if not answer.ok:
        raise LocalStackError("MiniStack could not save what is deployed; ministack.log says why")


def _environment(port: int, region: str, logs: Path) -> dict[str, str]:
    # Functions inherit it: PYTHONPATH from the Makefile would hide what the build forgot to ship.
    return {
        "PATH": os.defpath,
        "HOME": str(logs),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        # IAM is enforced: a function may do what its role in template.yaml says, and no more.
        "AUTH": "true",
        # Else it listens for MQTT on one fixed port of every interface.
        "IOT_MTLS_ENABLED": "false",
    }
