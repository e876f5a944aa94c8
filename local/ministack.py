"""MiniStack, the embedded AWS: installed once, started empty for every run.

It keeps everything in memory, so its data ends with its process.
"""

import os
from pathlib import Path

from local import environments
from local.health import wait_until_healthy
from local.paths import MINISTACK_ENVIRONMENT
from local.processes import Processes
from local.progress import step

NAME = "MiniStack"
HEALTH = "/_ministack/health"
LOCK = Path(__file__).with_name("requirements.lock")
# Only MiniStack's own environment can import it.
_PROGRAM = Path(__file__).with_name("iam_names.py")


def install(logs: Path) -> None:
    """Make MiniStack's environment unless it is there; see environments.install.

    MiniStack runs the functions with its own interpreter, so it gets this one, whose minor is
    Lambda's (`stack.check_python`).
    """
    environments.install(NAME, MINISTACK_ENVIRONMENT, LOCK, logs / "ministack-install.log")


def start(processes: Processes, port: int, region: str, logs: Path) -> str:
    """Start MiniStack and return its endpoint."""
    endpoint = f"http://127.0.0.1:{port}"
    with step("Starting MiniStack"):
        process = processes.start(
            NAME,
            # -P: the modules beside the program are this project's and not MiniStack's.
            [str(MINISTACK_ENVIRONMENT / "bin/python"), "-P", str(_PROGRAM)],
            # It stores a key of Cognito's there at each start.
            env=_environment(port, region, logs) | {"STATE_DIR": str(processes.temporary)},
            cwd=logs,
            log=logs / "ministack.log",
        )
        wait_until_healthy(process, f"{endpoint}{HEALTH}")
    return endpoint


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
