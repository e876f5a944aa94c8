"""The local stack's own behaviour: how it starts, what it says, and that it stops."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from local import ministack, shop
from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.errors import LocalStackError
from local.front import MAX_BODY_BYTES, Front
from local.paths import LOCAL, ROOT
from local.ports import Ports, claim
from local.run import revive
from local.stack import LocalStack
from local.state import RunningStack, only_one_in

COMMAND = [sys.executable, "-m", "local"]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}", "PYTHONUNBUFFERED": "1"}
LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads Linux's /proc")


@pytest.fixture
def occupied_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead_upstream() -> Iterator[str]:
    """The URL of a front whose upstream listens nowhere."""
    ports = claim(Ports.any_free())
    with Front(ports.api, ports.aws, "nowhere.execute-api.localhost"):
        yield f"http://127.0.0.1:{ports.api}"


def test_stack_json_has_all_that_a_client_needs(stack: RunningStack) -> None:
    written = json.loads((LOCAL / "test" / "stack.json").read_text())

    assert written == stack.as_json()
    assert written["merchantId"] == "FINPAY770"
    assert written["merchantKey"] == "SoSecret123"
    assert written["apiKey"].startswith("sk_demo_")
    assert written["webhookSecret"].startswith("whsec_")
    for url in ("apiUrl", "simulatorUrl", "shopUrl", "awsEndpoint"):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", written[url])
    assert written["tillUrl"] == f"{stack.simulator_url}/till/"


def test_the_shop_and_the_till_are_there(stack: RunningStack) -> None:
    for url in (stack.shop_url, stack.till_url):
        answer = requests.get(url, timeout=30)
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")


def test_the_shop_is_a_storefront_of_its_own_with_its_address_only(stack: RunningStack) -> None:
    table = stack.outputs["StorefrontsTableName"]
    key = {"storefrontId": {"S": shop.STOREFRONT_ID}}
    row = stack.aws.dynamodb().get_item(TableName=table, Key=key)["Item"]

    assert row["allowedOrigins"] == {"L": [{"S": stack.shop_url}]}


def test_only_its_owner_may_read_stack_json(stack: RunningStack) -> None:
    assert stack.api_key
    assert (LOCAL / "test" / "stack.json").stat().st_mode & 0o077 == 0


def test_a_second_start_says_where_the_first_one_runs(stack: RunningStack) -> None:
    second = LocalStack(LOCAL / "test", Ports.any_free())

    with pytest.raises(LocalStackError) as refusal:
        second.__enter__()

    assert stack.api_url in str(refusal.value)
    assert f"kill {os.getpid()}" in str(refusal.value)


def test_finpays_credentials_are_the_samples_of_its_page(stack: RunningStack) -> None:
    secret = stack.aws.secrets().get_secret_value(SecretId=stack.outputs["FinpaySecretArn"])

    assert json.loads(secret["SecretString"]) == {
        "merchantId": stack.merchant_id,
        "merchantKey": stack.merchant_key,
    }


@pytest.mark.parametrize(
    ("method", "path", "key", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("PUT", "/payments", None, 404),
        ("POST", "/payments", None, 401),
        ("GET", "/payments/order-1", None, 401),
        ("GET", "/payments/order-1", "sk_demo_wrong", 401),
    ],
)
def test_the_api_refuses_unknown_routes_and_strangers(
    stack: RunningStack, method: str, path: str, key: str | None, status: int
) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    answer = requests.request(method, stack.api_url + path, headers=headers, timeout=30)

    assert answer.status_code == status


def test_every_route_of_the_template_leads_somewhere(stack: RunningStack) -> None:
    gateway = stack.aws.api_gateway()

    routes = gateway.get_routes(ApiId=stack.outputs["ApiId"])["Items"]

    template = (ROOT / "template.yaml").read_text()
    events = re.findall(r"Method: (\w+)\s+Path: (\S+)", template)
    assert {route["RouteKey"] for route in routes} == {f"{m} {path}" for m, path in events}
    assert all(route["Target"].startswith("integrations/") for route in routes)


def test_iam_is_enforced(stack: RunningStack) -> None:
    """Else a function would work here with a role that fails on AWS."""
    iam = boto3.client(
        "iam",
        endpoint_url=stack.aws_endpoint,
        region_name=stack.region,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = boto3.client(
        "dynamodb",
        endpoint_url=stack.aws_endpoint,
        region_name=stack.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    with pytest.raises(ClientError, match="AccessDenied"):
        nobody.list_tables()


def test_fifty_requests_at_once_all_get_their_answer(stack: RunningStack) -> None:
    def status(number: int) -> int:
        return requests.get(f"{stack.api_url}/nowhere/{number}", timeout=30).status_code

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(status, range(200))) == [404] * 200


def test_one_connection_serves_many_requests(stack: RunningStack) -> None:
    connection = http.client.HTTPConnection(stack.api_url.removeprefix("http://"), timeout=30)
    with closing(connection):
        for _ in range(3):
            # Without keep-alive the server's end would be closed, and this raise an error.
            connection.auto_open = 0 if connection.sock else 1
            connection.request("GET", "/nowhere")
            assert connection.getresponse().read()


def test_a_dead_upstream_answers_502(dead_upstream: str) -> None:
    assert requests.post(f"{dead_upstream}/payments", b"{}", timeout=30).status_code == 502


def test_a_body_above_api_gateways_limit_answers_413(dead_upstream: str) -> None:
    headers = {"Content-Length": str(MAX_BODY_BYTES + 1)}

    answer = requests.request("POST", dead_upstream, headers=headers, timeout=30)

    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["aws", "simulator", "api", "shop"])
def test_an_occupied_port_is_named_with_the_option_that_changes_it(
    occupied_port: int, name: str
) -> None:
    wanted = Ports(**(vars(Ports.any_free()) | {name: occupied_port}))

    with pytest.raises(LocalStackError, match=rf"Port {occupied_port} .* --{name}-port"):
        claim(wanted)


def test_the_state_of_a_dead_run_is_said_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stack.json").write_text("{}")

    with only_one_in(tmp_path):
        assert not (tmp_path / "stack.json").exists()

    assert "did not stop in order" in capsys.readouterr().out


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_or_killed_leaves_no_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    options = ["--aws-port=0", "--simulator-port=0", "--api-port=0", "--shop-port=0"]
    command = [*COMMAND, "--folder", str(tmp_path), "run", *options]
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE) as running:
        _wait_until(lambda: len(_processes_of(tmp_path)) >= 2)
        running.send_signal(number)
        code = running.wait()

    _wait_until(lambda: not _processes_of(tmp_path))
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    if number != signal.SIGKILL:
        assert not (tmp_path / "tmp").exists()


def test_a_run_stops_when_ministack_ended_since_its_data_is_lost(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, Ports.any_free())
    with stack.processes as processes:
        command = ["/bin/sh", "-c", "echo out of memory; exit 1"]
        processes.start(ministack.NAME, command, {}, tmp_path, tmp_path / "ministack.log")
        _wait_until(lambda: stack.ended() == [ministack.NAME])

        with pytest.raises(LocalStackError, match=r"is lost.*\n.*out of memory"):
            revive(stack)


@LINUX
@pytest.mark.extended
def test_the_demo_ends_with_a_paid_payment_and_leaves_no_process(tmp_path: Path) -> None:
    command = [*COMMAND, "--folder", str(tmp_path), "demo"]

    demo = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert '"status": "PAID"' in demo.stdout
    assert not _processes_of(tmp_path)
    assert not (tmp_path / "stack.json").exists()


def _processes_of(folder: Path) -> list[int]:
    """Return the processes of the stack in `folder`, known by where their temporary files go."""
    mark = f"TMPDIR={folder / 'tmp'}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
    return found


def _wait_until(holds: Callable[[], bool], *, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_port_beyond_65535_is_refused_with_a_way_to_go_on() -> None:
    with pytest.raises(LocalStackError, match=r"a port is 0 to 65535.*--api-port"):
        claim(Ports(aws=0, simulator=0, api=65_536, shop=0))
