"""Bugs that are planted in the service are found, most of them in the worlds of `make test`."""

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.property.simulation.bugs import BUGS
from tests.property.simulation.search import IN_MAKE_TEST, MOST_WORLDS, Found, search

FEWEST_IN_MAKE_TEST = 75

type Searched = Callable[[str], Found | None]


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """What the search for a bug finds; each bug is searched for once in all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return lambda bug: search_once(bug, folder / f"searched-{bug}.json")


def search_once(bug: str, path: Path) -> Found | None:
    """The result in a file, which the first caller writes while others wait for it."""
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = file.read()
        if known:
            return read(known)
        found = search(bug)
        file.write(json.dumps(asdict(found) if found else None))
        return found


def read(known: str) -> Found | None:
    fields = json.loads(known)
    return Found(**fields) if fields else None


@pytest.mark.parametrize("bug", BUGS)
def test_what_a_planted_bug_patches_exists(bug: str) -> None:
    # A patch of a name that is gone fails here, and not only in the extended search.
    with BUGS[bug]():
        pass


@pytest.mark.extended
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(searched: Searched, bug: str) -> None:
    found = searched(bug)
    assert found, f"in none of {MOST_WORLDS} worlds"
    assert found.promise


@pytest.mark.extended
@pytest.mark.timeout(1_200)
def test_most_planted_bugs_are_found_in_the_worlds_of_make_test(
    searched: Searched, figure: Callable[[str], None]
) -> None:
    found = {bug: searched(bug) for bug in BUGS}
    missed = [bug for bug, at in found.items() if at is None or at.seed not in IN_MAKE_TEST]
    figure(f"{len(BUGS) - len(missed)} of {len(BUGS)} planted bugs are found by make test")
    assert len(BUGS) - len(missed) >= FEWEST_IN_MAKE_TEST, missed


def test_there_are_bugs_enough_to_trust_it() -> None:
    assert len(BUGS) >= FEWEST_IN_MAKE_TEST
