"""Bugs that are planted in the service are found, most of them in the worlds of `make test`."""

from functools import cache

import pytest

from tests.property.simulation.bugs import BUGS
from tests.property.simulation.search import IN_MAKE_TEST, Found, search

FEWEST_IN_MAKE_TEST = 55

searched = cache(search)
"""Each bug is searched for once; the group of the tests below keeps them in one process."""

# One process has the results of all searches then, and the other processes have other work.
one_process = pytest.mark.xdist_group("planted bugs")


@one_process
@pytest.mark.extended
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    found = searched(bug)
    assert found, "in none of a thousand worlds"
    assert found.promise


@one_process
@pytest.mark.extended
@pytest.mark.timeout(1_200)
def test_most_planted_bugs_are_found_in_the_worlds_of_make_test() -> None:
    found = {bug: searched(bug) for bug in BUGS}
    missed = [bug for bug, at in found.items() if not _is_in_make_test(at)]
    assert len(BUGS) - len(missed) >= FEWEST_IN_MAKE_TEST, missed


def _is_in_make_test(found: Found | None) -> bool:
    return found is not None and found.seed in IN_MAKE_TEST


def test_there_are_bugs_enough_to_trust_it() -> None:
    assert len(BUGS) >= FEWEST_IN_MAKE_TEST
