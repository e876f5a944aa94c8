"""The search for a planted bug: one world after the other, until a promise is broken."""

from dataclasses import dataclass

from tests.property.simulation.bugs import planted
from tests.property.simulation.ledger import ViolationError
from tests.property.simulation.world import simulate

MOST_WORLDS = 100
"""A planted bug has to be found in so many worlds."""

IN_MAKE_TEST = range(14)
"""The seeds that `make test` runs. Nearly all planted bugs are found in them, so a bug in the
service is likely to be found in them too. Further seeds cost a second each and find few more."""


@dataclass(frozen=True)
class Found:
    """The first world that shows a planted bug, and the promise that is broken in it."""

    seed: int
    promise: str


def search(bug: str) -> Found | None:
    """Where a planted bug is found; None if it is in no world."""
    with planted(bug):
        for seed in range(MOST_WORLDS):
            try:
                simulate(seed)
            except ViolationError as error:
                return Found(seed, str(error).partition(":")[0])
    return None
