"""Every command of the runbook, as it stands there, against the local stack."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.state import RunningStack
from payments.domain import clock
from payments.finpay.circuit_breaker import CircuitBreaker
from payments.finpay.http_transport import HttpTransport
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
    table = stack.outputs["CircuitsTableName"]
    circuit = CircuitBreaker(stack.aws.dynamodb(), table, clock.now, HttpTransport(clock.now))
    assert eventually(circuit.is_closed), "another test left Finpay down"
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
    assert eventually(circuit.is_closed)


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
