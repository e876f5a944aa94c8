"""docs/architecture.md and CHANGELOG.md say what is there."""

import re
import subprocess

from testing.template import ROOT, functions

ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
NAMED = re.findall(r"`([\w/.]+\.py)(?:::(\w+))?`", ARCHITECTURE)


def test_each_file_and_function_that_is_named_exists() -> None:
    assert len(NAMED) > 40
    assert not [f"{file}::{name}" for file, name in NAMED if not defines(file, name)]


def defines(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.is_file():
        return False
    defined = rf"^\s*(?:def|class) {name}\b|^{name}\b.* = "
    return not name or bool(re.search(defined, path.read_text(), re.MULTILINE))


def test_a_function_that_is_gone_would_be_found() -> None:
    assert not defines("functions/payments/services/apply_status.py", "Unsettle")
    assert not defines("functions/payments/gone.py", "")
    assert defines("functions/payments/domain/transition_table.py", "TABLE")


def test_the_way_of_a_payment_passes_every_function() -> None:
    handlers = {one["Handler"].rpartition(".")[0].replace(".", "/") for one in functions().values()}
    named = {file.removeprefix("functions/").removesuffix(".py") for file, _ in NAMED}
    assert handlers - {"test_mode/app"} <= named


def test_every_folder_that_is_named_exists() -> None:
    folders = re.findall(r"^\| `([\w/]+/)` \|", ARCHITECTURE, re.MULTILINE)
    assert len(folders) > 5
    assert not [folder for folder in folders if not (ROOT / folder).is_dir()]


def test_the_changelog_is_in_the_form_that_it_names() -> None:
    assert re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE) == ["[Unreleased]"]
    days = re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)
    assert days == sorted(days, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^#### (.+)$", CHANGELOG, re.MULTILINE)) <= kinds


def test_the_changelog_has_the_days_on_which_there_were_commits() -> None:
    told = set(re.findall(r"^### (\S+)$", CHANGELOG, re.MULTILINE))
    log = subprocess.run(
        ["git", "log", "--format=%as"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    # A checkout for CI has the last commit only.
    assert told >= set(log) or len(set(log)) <= 1
