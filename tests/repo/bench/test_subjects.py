"""The service's functions, as they are built for the local stack, under the benchmark."""

import re
from pathlib import Path

import pytest

from bench.artifacts import Artifacts
from bench.cold import start_once
from bench.outside import Outside
from bench.places import BENCH, RUNTIME, WORK
from bench.subjects import PEERS, SERVICE, service
from local import deployment
from local.environments import install
from local.state import RunningStack


@pytest.mark.parametrize("function", SERVICE)
def test_each_function_does_its_task_with_the_outside_faked(
    function: str,
    stack: RunningStack,  # noqa: ARG001 - it builds them
    tmp_path: Path,
) -> None:
    install("awslambdaric", RUNTIME, BENCH / "requirements.lock", WORK / "awslambdaric.log")
    # The local stack's functions share a folder, and here each has its own.
    (tmp_path / function).symlink_to(deployment.artifact(function))
    artifacts = Artifacts(tmp_path, tmp_path, tmp_path)
    with Outside() as outside:
        subject = service(artifacts, function, SERVICE[function], outside.url)
        assert [start_once(subject).first > 0 for _ in range(3)] == [True] * 3
        assert sum(outside.calls.values()) > 0


def test_each_peer_is_built_from_a_folder_with_pins_of_its_own() -> None:
    template = (BENCH / "peers/template.yaml").read_text()
    folders = re.findall(r"CodeUri: (\w+)/", template)
    assert len(folders) == len(PEERS)
    for folder in folders:
        pins = (BENCH / "peers" / folder / "requirements.txt").read_text()
        assert "--hash=sha256:" in pins
        assert f"boto3=={boto3_of_the_service()}" in pins


def boto3_of_the_service() -> str:
    wanted = (BENCH.parent / "functions/requirements.in").read_text()
    found = re.search(r"^boto3==(\S+)", wanted, re.MULTILINE)
    assert found
    return found[1]
