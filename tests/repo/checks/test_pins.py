"""Every pin has its hashes, and what is pinned is what was asked for."""

import re

import pytest

from checks import pins
from testing.template import ROOT

NAMES = sorted(pins.LOCKS)
LEAST = {"bench/requirements.lock": 2}
"""awslambdaric brings two."""
HASHED = "a==1 \\\n    --hash=sha256:" + "0" * 64 + "\n"


@pytest.mark.parametrize("lock", NAMES)
def test_every_pin_is_exact_and_has_hashes(lock: str) -> None:
    locked = pins.locked((ROOT / lock).read_text())
    assert len(locked) > LEAST.get(lock, 10)
    for name, (requirement, hashes) in locked.items():
        assert str(requirement.specifier).startswith("=="), name
        assert hashes, name


@pytest.mark.parametrize("lock", NAMES)
def test_a_lock_has_what_the_files_that_it_is_made_from_ask_for(lock: str) -> None:
    locked = pins.locked((ROOT / lock).read_text())
    for source in pins.LOCKS[lock]:
        for requirement in pins.wanted((ROOT / source).read_text()):
            found = locked.get(requirement.name.lower().replace("_", "-"))
            assert found, f"{requirement.name} of {source}: run make lock"
            assert found[0].specifier == requirement.specifier, requirement.name


def test_what_runs_in_lambda_is_what_the_tests_run_with() -> None:
    shipped = pins.locked((ROOT / "functions/requirements.txt").read_text())
    developed = pins.locked((ROOT / "requirements.lock").read_text())
    assert shipped.items() <= developed.items()


@pytest.mark.parametrize("lock", NAMES)
def test_no_lock_says_where_packages_come_from(lock: str) -> None:
    assert not re.search(r"index-url|find-links|https?://|@ ", (ROOT / lock).read_text())


def test_a_pin_without_a_hash_is_seen() -> None:
    assert pins.locked("a==1\n" + HASHED.replace("a", "b", 1)) == {
        **pins.locked("a==1\n"),
        **pins.locked(HASHED.replace("a", "b", 1)),
    }
    assert pins.locked("a==1\n")["a"][1] == []
    assert len(pins.locked(HASHED)["a"][1]) == 1


def test_a_comment_and_a_reference_are_no_requirements() -> None:
    text = "# why\n-r other.txt\nA_b[c]==1  # because\n"
    assert [str(one) for one in pins.wanted(text)] == ["A_b[c]==1"]
