"""What a developer sees of a step that takes its time."""

import io
import re
import time
from contextlib import redirect_stdout
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


class Screen(io.StringIO):
    """What is printed, which can be read while another thread prints."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def wait_for_two_updates(self) -> None:
        while len(re.findall(r"\d s", self.getvalue())) < 2:
            time.sleep(0.001)


def test_a_quick_step_is_one_line() -> None:
    with redirect_stdout(Screen()) as screen, step("Building"):
        pass
    assert re.fullmatch(f"{TOOK}\n", screen.getvalue())


def test_a_long_step_says_how_long_it_takes_and_what_the_tool_said_last(log: Path) -> None:
    with redirect_stdout(Screen()) as screen, step("Building", log, every=0.01):
        screen.wait_for_two_updates()
    first, *updates, last = screen.getvalue().splitlines()
    assert first == "Building … "
    assert updates
    assert all(re.fullmatch(r"    \d s  Running: CopySource", update) for update in updates)
    assert re.fullmatch(TOOK, last)


def test_on_a_terminal_a_long_step_is_one_line_that_is_replaced(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "25")
    with redirect_stdout(Screen(is_terminal=True)) as screen, step("Building", log, every=0.01):
        screen.wait_for_two_updates()
    first, *updates, last = screen.getvalue().split(REPLACED)
    assert first == "Building … "
    assert updates
    assert all(re.fullmatch(r"Building … \d s  Running:", update) for update in updates)
    assert re.fullmatch(TOOK, last.rstrip("\n"))


def test_a_tool_that_has_said_nothing_yet_is_no_error(tmp_path: Path) -> None:
    with (
        redirect_stdout(Screen()) as screen,
        step("Building", tmp_path / "not-there-yet", every=0.01),
    ):
        screen.wait_for_two_updates()
    _, *updates, _ = screen.getvalue().splitlines()
    assert updates
    assert all(re.fullmatch(r"    \d s", update) for update in updates)


def test_a_step_that_fails_says_so() -> None:
    with redirect_stdout(Screen()) as screen, pytest.raises(ZeroDivisionError), step("Building"):
        raise ZeroDivisionError
    assert screen.getvalue() == "Building … failed\n"
