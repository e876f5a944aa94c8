"""A handler under the real runtime interface client, called through our Runtime API."""

from pathlib import Path

import pytest

from bench.cold import start_once
from bench.container import Container, Handler
from bench.errors import HandlerFailedError
from bench.outside import Outside
from bench.places import BENCH, RUNTIME, WORK
from bench.subjects import Subject
from local.environments import install

HANDLERS = """
import os, time, urllib.request

def echo(event, context):
    return {"said": event["say"], "traced": os.environ["_X_AMZN_TRACE_ID"][-1]}

def busy(event, context):
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    return {}

def ask(event, context):
    body = b'{"TableName": "circuits"}'
    target = {"X-Amz-Target": "DynamoDB_20120810.GetItem"}
    request = urllib.request.Request(os.environ["URL"], body, target)
    return {"said": urllib.request.urlopen(request, timeout=5).read().decode()}

def fail(event, context):
    raise ValueError("on purpose")

def die(event, context):
    os._exit(3)

def nothing(event, context):
    return {"statusCode": 500}
"""


@pytest.fixture(scope="module", autouse=True)
def client() -> None:
    install("awslambdaric", RUNTIME, BENCH / "requirements.lock", WORK / "awslambdaric.log")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(HANDLERS)
    return tmp_path


def test_a_container_answers_one_event_after_another(folder: Path) -> None:
    with Container(Handler(folder, "app.echo"), sampled=True) as container:
        first = container.invoke({"say": "ä"}).body.decode()
        second = container.invoke({"say": "b"}).body.decode()
    assert '"ä"' in first
    assert '"b"' in second
    assert '"traced": "1"' in first
    assert container.started_at < container.ready_at


def test_the_time_that_a_handler_computes_is_counted(folder: Path) -> None:
    with Container(Handler(folder, "app.busy")) as container:
        container.invoke({})
        before = container.cpu_seconds()
        container.invoke({})
        took = container.cpu_seconds() - before
        assert container.peak_bytes() > 5_000_000
    assert 0.19 < took < 0.35


def test_what_is_asked_outside_is_answered_and_counted(folder: Path) -> None:
    with Outside() as outside:
        handler = Handler(folder, "app.ask", {"URL": outside.url})
        with Container(handler) as container:
            assert container.invoke({}).body == b'{"said": "{}"}'
        assert outside.calls == {"GetItem": 1}


def test_a_handler_that_raises_is_no_measurement(folder: Path) -> None:
    with (
        Container(Handler(folder, "app.fail")) as container,
        pytest.raises(HandlerFailedError, match="on purpose"),
    ):
        container.invoke({})


def test_a_handler_that_dies_is_no_measurement(folder: Path) -> None:
    with (
        Container(Handler(folder, "app.die")) as container,
        pytest.raises(HandlerFailedError, match="died"),
    ):
        container.invoke({})


def test_a_handler_that_answers_something_else_is_no_measurement(folder: Path) -> None:
    subject = Subject("nothing", Handler(folder, "app.nothing"), {}, "nothing")
    with pytest.raises(HandlerFailedError, match="500"):
        start_once(subject)


def test_a_cold_start_is_ready_before_it_answers(folder: Path) -> None:
    (folder / "app.py").write_text("def handler(event, context): return {'statusCode': 200}")
    start = start_once(Subject("nothing", Handler(folder, "app.handler"), {}, "nothing"))
    assert 0 < start.ready < start.first
    assert start.cpu > 0


def test_no_bytecode_is_left_between_two_starts(folder: Path) -> None:
    with Container(Handler(folder, "app.echo")) as container:
        container.invoke({"say": ""})
    assert not list(folder.rglob("__pycache__"))
