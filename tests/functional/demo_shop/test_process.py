"""The shop as a program of its own, from a copy of its folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.external.examples.shops import free_port
from tests.functional.demo_shop.test_pages import ENVIRONMENT, SHOP


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a shop's developer copied: nothing of this repository is beside it."""
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shop"],
        cwd=folder,
        env={"PATH": os.defpath, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_copy_of_the_folder_runs_alone_and_tells_of_no_order(folder: Path) -> None:
    port = free_port()
    secret = {"WEBHOOK_SECRET": "whsec_" + "A" * 32}
    told = {**ENVIRONMENT, **secret, "DATABASE": str(folder / "shop.db"), "PORT": str(port)}
    with start(folder, **told) as shop:
        try:
            assert answers(f"http://127.0.0.1:{port}/id/") == 200
            assert answers(f"http://127.0.0.1:{port}/id/orders/{'0' * 32}") == 404
        finally:
            shop.send_signal(signal.SIGTERM)
        _, log = shop.communicate(timeout=30)
    assert shop.returncode == 0
    assert "0000" not in log
    assert (folder / "shop.db").exists()


def test_a_missing_variable_is_named(folder: Path) -> None:
    with start(folder, **ENVIRONMENT) as shop:
        _, log = shop.communicate(timeout=30)
    assert shop.returncode == 1
    assert log.startswith("'PORT' is not set")


def answers(url: str) -> int:
    deadline = time.monotonic() + 30
    while True:
        try:
            return requests.get(url, timeout=10).status_code
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
