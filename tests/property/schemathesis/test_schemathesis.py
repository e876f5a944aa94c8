"""Schemathesis finds nothing in the service that its document does not say.

FINPAY_SCHEMA_EXAMPLES is how many examples of each operation, and how many scenarios, it tries.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from schemathesis.checks import CHECKS, load_all_checks

from testing.service import Service
from tests.property.schemathesis.run import CALLBACK, Runs

EXAMPLES = int(os.environ.get("FINPAY_SCHEMA_EXAMPLES", "50"))
# What it has to come upon, lest it finds nothing for want of trying.
ANSWERS = {
    "POST /payments": {201, 400, 401, 409, 415, 422},
    "GET /payments/{orderId}": {200, 304, 401, 404},
    "POST /payments/{orderId}/cancel": {200, 401, 404, 409},
    CALLBACK: {200, 400, 401, 404},
}
MOST_SUITES = 100
MOST_SEEDS = 5

pytestmark = [
    pytest.mark.extended,
    pytest.mark.timeout(900),
    # Schemathesis' and hypothesis' own are no errors of ours.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def runs(service: Service, tmp_path: Path) -> Runs:
    return Runs(service, tmp_path / "keys.json")


def test_no_request_by_itself_is_answered_otherwise_than_documented(
    runs: Runs, figure: Callable[[str], None]
) -> None:
    # Few examples may not come upon everything that they have to; the next seed goes on then.
    for seed in range(MOST_SEEDS):
        runs.run(("examples", "coverage", "fuzzing"), EXAMPLES, seed)
        if all(runs.report.answers[operation] >= ANSWERS[operation] for operation in ANSWERS):
            break
    tell(runs, figure)
    for operation, answers in ANSWERS.items():
        assert runs.report.requests["fuzzing", operation] >= EXAMPLES
        assert runs.report.answers[operation] >= answers


def test_no_sequence_of_requests_is_answered_otherwise_than_documented(
    runs: Runs, figure: Callable[[str], None]
) -> None:
    # The service remembers, so what hypothesis sends again may go otherwise, and then it ends a
    # suite early: the next seed goes on.
    for seed in range(MOST_SUITES):
        if (missing := EXAMPLES - runs.report.scenarios) <= 0:
            break
        runs.run(("stateful",), missing, seed)
    tell(runs, figure)
    assert runs.report.scenarios >= EXAMPLES
    # No link leads to Finpay's operation: its address is a secret.
    for operation in ANSWERS.keys() - {CALLBACK}:
        assert runs.report.requests["stateful", operation] >= EXAMPLES / 5


def tell(runs: Runs, figure: Callable[[str], None]) -> None:
    """Print how much was tried; fail for what was found."""
    report = runs.report
    figure(
        f"schemathesis: {report.requests.total()} requests, {report.checks.total()} checks, "
        f"{report.scenarios} scenarios, {len(report.failures)} failures"
    )
    assert not report.failures, "\n\n".join(report.failures)
    load_all_checks()
    assert {*report.checks} == {*CHECKS.get_all_names(), "max_response_time"}
