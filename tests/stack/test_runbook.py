"""Every command of the runbook, as it stands there, against the local stack."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.state import RunningStack
from payments.domain import clock
from payments.finpay.circuit_breaker import RECOVERY_SECONDS
from testing.receivers import listening
from testing.template import ROOT
from tests.stack.account import account_of
from tests.stack.runbook import Block, blocks, shape
from tests.stack.shop import eventually


@dataclass(frozen=True)
class Walk:
    """Runs the blocks in their order, each once: a later one is about what an earlier one did."""

    environment: Mapping[str, str]
    done: list[tuple[int, str]] = field(default_factory=list)

    def through(self, number: int) -> tuple[int, str]:
        """Exit code and output of a block, after all before it."""
        while len(self.done) <= number:
            self.done.append(blocks()[len(self.done)].run(self.environment))
        return self.done[number]


@pytest.fixture(scope="module")
def walk(stack: RunningStack) -> Iterator[Walk]:
    """What the reader has set by the first two blocks, and a shop that takes webhooks."""
    dynamodb, table = stack.aws.dynamodb(), stack.outputs["CircuitsTableName"]

    def circuits_let_calls_through() -> bool:
        opened = [
            int(row["opened_at"]["N"])
            for row in dynamodb.scan(TableName=table)["Items"]
            if "opened_at" in row
        ]
        return max(opened, default=0) + RECOVERY_SECONDS <= clock.now() // 1000

    assert eventually(circuits_let_calls_through), "another test left Finpay down"
    with listening() as shop:
        environment = account_of(stack) | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}",
            "HOME": str(ROOT / ".local"),
            "NO_PROXY": "127.0.0.1",
            "API": stack.api_url,
            "SIMULATOR": stack.simulator_url,
            "KEY": stack.api_key,
            "SHOP": shop.url,
        }
        yield Walk(environment)
    # A status sync of another test's payment may have met the Finpay that was down here.
    assert eventually(circuits_let_calls_through)


@pytest.mark.parametrize(
    ("number", "block"),
    list(enumerate(blocks())),
    ids=[block.command.splitlines()[0][:60] for block in blocks()],
)
def test_each_block_ends_as_it_should_and_prints_what_is_shown(
    walk: Walk, number: int, block: Block
) -> None:
    code, output = walk.through(number)
    assert code in block.codes, output
    if block.shown is not None:
        assert shape(output) == shape(block.shown)


def test_there_is_a_walk_with_real_output_for_each_case() -> None:
    shown = [block for block in blocks() if block.shown]
    assert len(shown) >= 10
