"""The whole suite runs under a canary: a test during which a mark got out fails, and says where.

`marks.py` has what the tests' customers and keys are made of, `places.py` where they may be.
"""

from collections.abc import Generator
from typing import Any

import pytest

from tests.canary.watch import CANARY, Canary

CANARY.watch_handlers()
CANARY.watch_spans()
CANARY.watch_aws()


@pytest.fixture(autouse=True)
def canary() -> Canary:
    """Watches all tests; those that plant a leak take it back by `planted`."""
    return CANARY


@pytest.fixture
def capsys(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> pytest.CaptureFixture[str]:
    """Pytest's own; what a test takes from it is looked at, since no report has it any more."""
    take = capsys.readouterr

    def taken() -> Any:
        captured = take()
        CANARY.look("what was printed", captured.out + captured.err)
        return captured

    monkeypatch.setattr(capsys, "readouterr", taken)
    return capsys


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the teardown fail, which is over when everything was printed that is going to be."""
    report = yield
    if call.when != "teardown":
        return report
    CANARY.look_at_sections({title: text for title, text in report.sections if "Capture" in title})
    found = CANARY.take()
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join([f"Leaked during {item.nodeid}:", *found])
    return report
