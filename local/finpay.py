"""Finpay on this machine: the simulator, and the pair of credentials of Finpay's own examples."""

import sys
from pathlib import Path

from local.aws import clean_environment
from local.health import wait_until_healthy
from local.paths import ROOT
from local.processes import Processes
from local.progress import step

MERCHANT_ID = "FINPAY770"
MERCHANT_KEY = "SoSecret123"


def start(processes: Processes, port: int, logs: Path) -> str:
    """Start the simulator of Finpay and return its URL."""
    url = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--merchant-id", MERCHANT_ID, "--merchant-key", MERCHANT_KEY]
    with step("Starting the simulator of Finpay"):
        process = processes.start(
            "The simulator",
            [sys.executable, "-m", "simulator", *options],
            env=_environment(),
            cwd=ROOT,
            log=logs / "simulator.log",
        )
        wait_until_healthy(process, f"{url}/_simulator/health")
    return url


def _environment() -> dict[str, str]:
    return clean_environment() | {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}"}
