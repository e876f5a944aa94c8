"""Finpay on this machine: the simulator, and the pair of credentials of Finpay's own examples."""

import sys
from pathlib import Path

from local.aws import clean_environment
from local.health import wait_until_healthy
from local.paths import ROOT
from local.processes import Processes
from local.progress import step

NAME = "The simulator"
HEALTH = "/_simulator/health"
MERCHANT_ID = "FINPAY770"
MERCHANT_KEY = "SoSecret123"


def start(processes: Processes, port: int, logs: Path, journal: Path) -> str:
    """Start the simulator of Finpay and return its URL; its orders outlive it in `journal`."""
    url = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--merchant-id", MERCHANT_ID, "--merchant-key", MERCHANT_KEY]
    options += ["--journal", str(journal)]
    with step("Starting the simulator of Finpay"):
        process = processes.start(
            NAME,
            [sys.executable, "-m", "simulator", *options],
            env=_environment(),
            cwd=ROOT,
            log=logs / "simulator.log",
        )
        wait_until_healthy(process, f"{url}{HEALTH}")
    return url


def _environment() -> dict[str, str]:
    return clean_environment() | {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"}
