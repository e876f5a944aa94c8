"""Every command and answer of the README, as printed there, against the local stack."""

import json
import re
import subprocess
from typing import Any

import pytest

from local.state import RunningStack
from tests.template import ROOT

README = (ROOT / "README.md").read_text()
_BLOCK = re.compile(r"(<!-- test: skip, [^\n]* -->\n)?```(sh|json)\n(.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    """The code blocks that are to be run or compared."""
    found = _BLOCK.findall(README)
    return [text for skip, kind, text in found if kind == language and not skip]


def shape(value: Any) -> Any:
    """A value with its texts and numbers reduced to their kind."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return type(value).__name__


@pytest.fixture(scope="module")
def answers(stack: RunningStack) -> list[Any]:
    """What the README's curl commands answer, run in their order."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "API": stack.api_url,
        "SIMULATOR": stack.simulator_url,
        "KEY": stack.api_key,
    }
    commands = [block for block in blocks("sh") if block.startswith("curl")]
    results = [
        subprocess.run(["sh", "-euc", command], env=environment, capture_output=True, check=True)
        for command in commands
    ]
    return [json.loads(result.stdout) for result in results]


def test_the_commands_that_are_not_curl_are_makes() -> None:
    others = [block for block in blocks("sh") if not block.startswith("curl")]
    assert others == ["make demo\nmake test\n"]


def test_the_first_request_gets_an_answer_like_the_one_shown(answers: list[Any]) -> None:
    shown = json.loads(blocks("json")[0])
    created = answers[0]
    assert list(created) == list(shown)
    assert shape(created) == shape(shown)
    fixed = ("orderId", "status", "version", "amount", "currency", "sourceOfFunds")
    assert [created[name] for name in fixed] == [shown[name] for name in fixed]


def test_the_payment_is_paid_after_the_till(answers: list[Any]) -> None:
    assert answers[1]["callbacks"][0]["httpStatus"] == 200
    assert answers[2]["status"] == "PAID"


def test_the_refused_request_gets_exactly_the_answer_shown(answers: list[Any]) -> None:
    assert answers[3] == json.loads(blocks("json")[1])


def test_the_cancelled_payment_is_cancelled(answers: list[Any]) -> None:
    assert (answers[4]["orderId"], answers[4]["status"]) == ("README-3", "CANCELLED")
