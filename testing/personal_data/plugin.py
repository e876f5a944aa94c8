"""A test during which personal data got out fails, and says where.

`testing.personal_data` has what the tests' customers and keys are made of, and where they may be.
"""

from collections.abc import Generator
from typing import Any

import pytest

from testing.personal_data.watch import CHECK, PersonalDataCheck


@pytest.fixture
def personal_data() -> PersonalDataCheck:
    """The check of this run; a test that plants a leak takes it back by `planted`."""
    return CHECK


@pytest.fixture
def capsys(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> pytest.CaptureFixture[str]:
    """Pytest's own; what a test takes from it is looked at, since no report has it any more."""
    take = capsys.readouterr

    def taken() -> Any:
        captured = take()
        CHECK.look("what was printed", captured.out + captured.err)
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
    CHECK.look_at_sections({title: text for title, text in report.sections if "Capture" in title})
    found = CHECK.take()
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join([f"Leaked during {item.nodeid}:", *found])
    return report
