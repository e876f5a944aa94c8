"""Some ten thousand payments in a world where everything fails, and bugs that have to be found."""

import os
import re
import subprocess
import sys

import pytest

from testing.template import ROOT
from tests.property.simulation.bugs import BUGS
from tests.property.simulation.chance import STORM, WEBHOOK_STORM
from tests.property.simulation.world import simulate

PAYMENTS = 20_000
OTHER_FAULTS = (
    "finpay: outage",
    "callback: blackout",
    "kms: outage",
    "backend: down",
    "backend: gone",
    "an event became a dead letter",
    "a change became a dead letter",
)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The runner in a process of its own, where nothing counts the lines that it executes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = kept | {"PYTHONPATH": os.pathsep.join(["functions", "."])}
    command = [sys.executable, "-m", "tests.property.simulation", *options]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(1_200)
def test_no_promise_is_broken_in_twenty_thousand_payments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run("--seeds", "0:500")
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
    counted = {
        name: int(n.replace(",", "")) for n, name in re.findall(r"([\d,]+)  (.+)", done.stdout)
    }
    payments = re.search(r"payments (\d+)", done.stdout)
    assert payments
    assert int(payments[1]) >= PAYMENTS
    assert not [
        fault for fault in (*STORM, *WEBHOOK_STORM, *OTHER_FAULTS) if not counted.get(fault)
    ]
    assert not [status for status in ("PAID", "EXPIRED", "REVIEW") if not counted.get(status)]


def test_the_same_seed_gives_the_same_trace() -> None:
    first, again, other = simulate(8, 10), simulate(8, 10), simulate(7, 10)
    assert first == again
    assert first.trace != other.trace


@pytest.fixture(scope="module")
def hunted() -> dict[str, str]:
    """Each planted bug and what became of the hunt for it."""
    return dict(line.split("\t", 1) for line in run("--hunt").stdout.splitlines())


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(hunted: dict[str, str], bug: str) -> None:
    seed, _, promise = hunted[bug].partition("\t")
    assert seed.isdigit(), "in none of a thousand worlds"
    assert promise


def test_there_are_bugs_enough_to_trust_it() -> None:
    assert len(BUGS) >= 20
