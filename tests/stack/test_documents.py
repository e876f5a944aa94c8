"""Every command and answer of the documents, as printed there, against the local stack."""

import json
import re
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local.paths import LOCAL
from local.ports import Ports
from local.state import RunningStack
from tests.repo.docs.blocks import ON_THE_STACK, Block, blocks
from tests.stack.shop import Shop, eventually

PATH = "/usr/bin:/bin"


def shape(value: Any) -> Any:
    """A value with its texts and numbers reduced to their kind."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return type(value).__name__


@pytest.fixture(scope="module")
def environment(stack: RunningStack) -> dict[str, str]:
    return {
        "PATH": PATH,
        "API": stack.api_url,
        "SIMULATOR": stack.simulator_url,
        "KEY": stack.api_key,
    }


def run(block: Block, environment: dict[str, str]) -> Any:
    """What the commands of a block print, which is JSON."""
    command = ["sh", "-euc", block.text]
    result = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    return json.loads(result.stdout)


@cache
def _answers(document: str, environment: tuple[tuple[str, str], ...]) -> list[tuple[Block, Any]]:
    return [
        (block, run(block, dict(environment)) if block.language == "sh" else None)
        for block in blocks(document)
        if block.runs_as_it_stands
    ]


@pytest.fixture(params=ON_THE_STACK)
def answered(
    request: pytest.FixtureRequest, environment: dict[str, str]
) -> list[tuple[Block, Any]]:
    """The blocks of a document with what they answered, run in their order and once."""
    return _answers(request.param, tuple(environment.items()))


def answers(document: str, environment: dict[str, str]) -> list[Any]:
    return [
        answer
        for block, answer in _answers(document, tuple(environment.items()))
        if block.language == "sh"
    ]


def test_each_answer_that_is_shown_is_like_the_one_that_came(
    answered: list[tuple[Block, Any]],
) -> None:
    assert {block.language for block, _ in answered} <= {"sh", "json"}
    assert answered[0][0].language == "sh"
    for (_, answer), (block, _) in pairwise(answered):
        if block.language == "json":
            shown = json.loads(block.text)
            assert list(answer) == list(shown)
            assert shape(answer) == shape(shown)
            if "type" in shown:
                assert answer == shown, "a problem says the same each time"
                continue
            fixed = ("orderId", "status", "version", "amount", "currency", "sourceOfFunds")
            assert [answer[name] for name in fixed] == [shown[name] for name in fixed]


def test_the_readmes_payment_is_paid_after_the_till(environment: dict[str, str]) -> None:
    created, till, seen = answers("README.md", environment)
    assert (created["orderId"], created["status"]) == ("README-1", "PENDING")
    assert till["callbacks"][0]["httpStatus"] == 200
    assert seen["status"] == "PAID"


def test_the_apis_payment_is_paid_after_the_till_and_another_is_cancelled(
    environment: dict[str, str],
) -> None:
    created, till, seen, refused, cancelled = answers("docs/api.md", environment)
    assert (created["status"], seen["status"]) == ("PENDING", "PAID")
    assert till["callbacks"][0]["httpStatus"] == 200
    assert refused["status"] == 422
    assert (cancelled["orderId"], cancelled["status"]) == ("DOCS-3", "CANCELLED")


def test_the_test_payment_of_test_mode_is_paid(environment: dict[str, str], shop: Shop) -> None:
    created, seen = answers("docs/test-mode.md", environment)
    assert created["orderId"] == seen["orderId"] == "TEST-1"
    assert eventually(lambda: shop.status("TEST-1") == "PAID")


@pytest.mark.parametrize("document", ["README.md", "docs/api.md"])
def test_address_and_key_are_found_as_the_documents_say(
    stack: RunningStack, tmp_path: Path, document: str
) -> None:
    (tmp_path / ".local").mkdir()
    shutil.copy(LOCAL / "test/stack.json", tmp_path / ".local/stack.json")
    (block,) = [one for one in blocks(document) if one.text.startswith("API=")]
    script = block.text + 'echo "$API $SIMULATOR $KEY"'
    python = shutil.which("python3") or pytest.fail("there is no python3")
    told = subprocess.run(
        ["sh", "-euc", script],
        env={"PATH": f"{Path(python).parent}:{PATH}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    usual = Ports()
    assert told == [
        f"http://127.0.0.1:{usual.api}",
        f"http://127.0.0.1:{usual.simulator}",
        stack.api_key,
    ]
    assert re.fullmatch(r"sk_demo_\S+", told[2])
