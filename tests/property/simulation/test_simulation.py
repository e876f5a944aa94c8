"""Some ten thousand payments in a world where everything fails."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import pytest

from testing.template import ROOT
from tests.property.simulation.chance import STORM, WEBHOOK_STORM
from tests.property.simulation.search import IN_MAKE_TEST
from tests.property.simulation.world import PAYMENTS, simulate

EXTENDED = range(20_000 // PAYMENTS)
"""The seeds of twenty thousand payments."""
OTHER_FAULTS = (
    "finpay: outage",
    "callback: blackout",
    "kms: outage",
    "backend: down",
    "backend: gone",
    "an event became a dead letter",
    "a change became a dead letter",
)
OVER_TLS = 12
"""A seed whose world has every way in which a request gets lost."""
ON_THE_LINE = (
    "a request is sent once, and a redirect not followed",
    "nothing is sent to Finpay after its deadline",
    "who is not Finpay by his certificate is told nothing",
)

type Figure = Callable[[str], None]


def parts(seeds: range, count: int) -> list[range]:
    """As many parts of the same size, which are run by as many processes at once."""
    size = len(seeds) // count
    assert size * count == len(seeds)
    return [seeds[at : at + size] for at in range(0, len(seeds), size)]


def name(seeds: range) -> str:
    """The seeds as the runner reads them."""
    return f"{seeds.start}:{seeds.stop}"


def run(seeds: range) -> str:
    """What the runner prints of worlds in which no promise is broken.

    It has a process of its own, without coverage: its tracing would take most of the time.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = kept | {"PYTHONPATH": os.pathsep.join(["functions", "."])}
    command = [sys.executable, "-m", "tests.property.simulation", "--jobs=1", "--seeds"]
    done = subprocess.run(
        [*command, name(seeds)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"Worlds {len(seeds)}, payments {len(seeds) * PAYMENTS}, ")
    return done.stdout


@pytest.mark.parametrize("seeds", parts(IN_MAKE_TEST, 2), ids=name)
def test_no_promise_is_broken_in_the_first_worlds(seeds: range, figure: Figure) -> None:
    printed = run(seeds)
    figure(printed.splitlines()[0])
    counted = counts(printed)
    assert not missing(counted, ("crash", "callback: lost", "PAID", "EXPIRED"))
    assert not missing(counted, ("container: frozen for long", *ON_THE_LINE))


@pytest.mark.extended
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("seeds", parts(EXTENDED, 4), ids=name)
def test_no_promise_is_broken_in_twenty_thousand_payments(seeds: range, figure: Figure) -> None:
    printed = run(seeds)
    figure(printed)
    counted = counts(printed)
    assert not missing(counted, (*STORM, *WEBHOOK_STORM, *OTHER_FAULTS))
    assert not missing(counted, ("PAID", "EXPIRED", "REVIEW"))


def counts(printed: str) -> dict[str, int]:
    """Each fault, promise and status with its number."""
    found = re.findall(r"([\d,]+)  (.+)", printed)
    return {name: int(number.replace(",", "")) for number, name in found}


def missing(counted: Mapping[str, int], wanted: Sequence[str]) -> list[str]:
    return [name for name in wanted if not counted.get(name)]


def test_a_world_goes_over_tls_as_it_goes_where_each_failure_is_what_it_should_be() -> None:
    over_tls = simulate(OVER_TLS, 12, is_over_tls=lambda _: True)
    handed_over = simulate(OVER_TLS, 12, is_over_tls=lambda _: False)
    assert over_tls.trace == handed_over.trace
    assert not missing(over_tls.checked, ON_THE_LINE)
    assert missing(handed_over.checked, ON_THE_LINE) == list(ON_THE_LINE)


def test_the_same_seed_gives_the_same_trace() -> None:
    first, again, other = simulate(8, 10), simulate(8, 10), simulate(7, 10)
    assert first == again
    assert first.trace != other.trace
