"""Options and marks of all tests, a clean environment for each, and the local stack.

It imports nothing that a test of `tests/unit` does not need.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.scheduling import STACK, ByScope, scope_of

if TYPE_CHECKING:
    from xdist.remote import Producer

    from local.state import RunningStack

TESTS = Path(__file__).parent
_OURS = ("AWS_", "POWERTOOLS_", "LAMBDA_", "_X_AMZN")
_EXTENDED = [TESTS / name for name in ("browser", "external", "repo/bench", "stack")]
"""Folders whose tests need the local stack, a program that is not Python's, or a quiet machine."""
_STACKS = ("stack", "killable")
_FIGURE = "figure"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fail-on-skip",
        action="store_true",
        help="a test that is skipped for want of a program fails",
    )
    parser.addoption(
        "--aws",
        choices=("simulated", "moto"),
        default="simulated",
        help="what stands for AWS in tests/functional",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves to `make test-extended`."""
    for item in items:
        fixtures = item.fixturenames if isinstance(item, pytest.Function) else []
        shared = [name for name in _STACKS if name in fixtures]
        if shared or any(item.path.is_relative_to(folder) for folder in _EXTENDED):
            item.add_marker(pytest.mark.extended)
        if "stack" in shared and scope_of(item.nodeid) != STACK:
            raise pytest.UsageError(
                f"{item.nodeid} uses the shared stack: see testing/scheduling.py"
            )


def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> ByScope | None:
    """Keep tests that share something slow in one process, where `--dist=loadgroup` asks for it."""
    return ByScope(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skip be a failure where everything is installed."""
    report = yield
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    if is_skip and item.config.getoption("--fail-on-skip"):
        report.outcome = "failed"
    return report


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Show a line at the end of the run, whether or not the test passes."""
    return lambda line: record_property(_FIGURE, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures, also those that came from another process."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, line in report.user_properties:
                if name == _FIGURE and report.when == "call":
                    terminalreporter.write_line(str(line))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the machine's AWS settings."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def stack() -> Iterator["RunningStack"]:
    """The whole service on free ports, with the demo storefront and Finpay's sample merchant."""
    from local.paths import LOCAL
    from testing.stacks import started
    from tests.stack.shop import warm_up

    with started(LOCAL / "test") as (_, running):
        warm_up(running)
        yield running
