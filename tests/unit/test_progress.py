"""What a developer sees of a step that takes its time."""

import re
import sys
from pathlib import Path

import pytest

from local.progress import step

REPLACED = "\r\033[K"
TOOK = r"Building … \d\.\d s"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "tool.log"
    file.write_text("Running: CopySource\n\n------\n")
    return file


def said_so_far(capsys: pytest.CaptureFixture[str]) -> str:
    """What the step prints, up to its second update."""
    said = ""
    while len(re.findall(r"\d s", said)) < 2:
        said += capsys.readouterr().out
    return said


def test_a_quick_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Building"):
        pass
    assert re.fullmatch(f"{TOOK}\n", capsys.readouterr().out)


def test_a_long_step_says_how_long_it_takes_and_what_the_tool_said_last(
    capsys: pytest.CaptureFixture[str], log: Path
) -> None:
    with step("Building", log, every=0.01):
        said = said_so_far(capsys)
    first, *updates, last = (said + capsys.readouterr().out).splitlines()
    assert first == "Building … "
    assert updates
    assert all(re.fullmatch(r"    \d s  Running: CopySource", update) for update in updates)
    assert re.fullmatch(TOOK, last)


def test_on_a_terminal_a_long_step_is_one_line_that_is_replaced(
    capsys: pytest.CaptureFixture[str], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "25")
    with step("Building", log, every=0.01):
        said = said_so_far(capsys)
    first, *updates, last = (said + capsys.readouterr().out).split(REPLACED)
    assert first == "Building … "
    assert updates
    assert all(re.fullmatch(r"Building … \d s  Running:", update) for update in updates)
    assert re.fullmatch(TOOK, last.rstrip("\n"))


def test_a_tool_that_has_said_nothing_yet_is_no_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with step("Building", tmp_path / "not-there-yet", every=0.01):
        said = said_so_far(capsys)
    _, *updates, _ = (said + capsys.readouterr().out).splitlines()
    assert updates
    assert all(re.fullmatch(r"    \d s", update) for update in updates)


def test_a_step_that_fails_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), step("Building"):
        raise ZeroDivisionError
    assert capsys.readouterr().out == "Building … failed\n"
