import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import simulator
from simulator import server
from tests.functional.simulator.shop import Shop

ROOT = Path(simulator.__file__).parent.parent


def test_it_listens_on_the_loopback_address_only() -> None:
    with server.start() as finpay:
        assert finpay.url.startswith("http://127.0.0.1:")


def test_a_stopped_simulator_answers_no_more() -> None:
    finpay = server.start()
    finpay.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(finpay.url, timeout=1)


def test_two_simulators_know_nothing_of_each_other() -> None:
    with server.start() as one, server.start() as other:
        Shop(one, "http://127.0.0.1:9/").initiate()
        assert Shop(other, "http://127.0.0.1:9/").check().status_code == 404


def test_a_caller_from_another_machine_cannot_play_fate() -> None:
    with server.start() as finpay:
        client = finpay.app.test_client()
        elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
        assert client.get("/_simulator/health", environ_base=elsewhere).status_code == 403
        assert client.get("/_simulator/health").status_code == 200


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", "--merchant-key", "hush-hush"],
        cwd=ROOT,
        env={"PYTHONPATH": "functions:.", "PATH": os.defpath},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_the_command_serves_until_it_is_told_to_end_and_prints_nothing_personal(
    command: subprocess.Popen[str],
) -> None:
    assert command.stdout is not None
    greeting = command.stdout.readline()
    url = next(word for word in greeting.split() if word.startswith("http://127.0.0.1:"))
    auth = ("FINPAY770", "hush-hush")
    body = {
        "customer": {"firstName": "Hajar"},
        "order": {"id": "o-1", "amount": 1},
        "url": {"callbackUrl": "http://127.0.0.1:9/"},
    }
    answer = requests.post(f"{url}/pg/payment/card/initiate", json=body, auth=auth, timeout=30)
    assert answer.status_code == 200
    command.send_signal(signal.SIGTERM)
    rest, _ = command.communicate(timeout=30)
    assert rest == ""
    assert command.returncode == 0
    assert "hush-hush" not in greeting
