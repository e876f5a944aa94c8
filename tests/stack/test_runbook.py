"""Every command of the runbook, as it stands there, against the local stack."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.state import RunningStack
from payments import clock
from payments.circuit import Circuit
from payments.exchange import HttpExchange
from testing.receivers import listening
from testing.template import ROOT
from tests.stack.account import account_of
from tests.stack.runbook import Block, blocks, shape
from tests.stack.shop import eventually


@pytest.fixture(scope="module")
def environment(stack: RunningStack) -> Iterator[dict[str, str]]:
    """What the reader has set by the first two blocks, and a shop that takes webhooks."""
    table = stack.outputs["CircuitsTableName"]
    circuit = Circuit(stack.aws.dynamodb(), table, clock.now, HttpExchange(clock.now))
    assert eventually(circuit.is_closed), "another test left Finpay down"
    with listening() as shop:
        yield account_of(stack) | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT}",
            "HOME": str(ROOT / ".local"),
            "NO_PROXY": "127.0.0.1",
            "API": stack.api_url,
            "SIMULATOR": stack.simulator_url,
            "KEY": stack.api_key,
            "SHOP": shop.url,
        }
    # A look of another test's payment may have met the Finpay that was down here.
    assert eventually(circuit.is_closed)


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.command.splitlines()[0][:60])
def test_each_block_ends_as_it_should_and_prints_what_is_shown(
    environment: dict[str, str], block: Block
) -> None:
    code, output = block.run(environment)
    assert code in block.codes, output
    if block.shown is not None:
        assert shape(output) == shape(block.shown)


def test_there_is_a_walk_with_real_output_for_each_case() -> None:
    shown = [block for block in blocks() if block.shown]
    assert len(shown) >= 10
