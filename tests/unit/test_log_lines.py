"""What a function's telemetry writes, and when."""

import json
from typing import Any

import pytest

from payments.observability.log_lines import JobFailed, Telemetry
from testing.fixtures import forget_loggers
from testing.service import Context


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Reads the lines that were written."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "storefront_api")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "INFO")
    forget_loggers()
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_metrics_of_a_job_are_written_before_the_next_begins(out: Any) -> None:
    """A function that runs out of time in the next job has counted this one."""
    telemetry = Telemetry()
    with telemetry.job("first"):
        telemetry.count("Paid")
    line, metrics = out()
    assert line["job"] == "first"
    assert metrics["Paid"] == [1.0]


def test_the_metrics_of_a_failed_job_are_written_too(out: Any) -> None:
    telemetry = Telemetry()

    def work() -> None:
        with telemetry.job("first"):
            telemetry.count("ServerError")
            raise ValueError

    with pytest.raises(JobFailed, match=r"^ValueError$"):
        work()
    line, metrics = out()
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert metrics["ServerError"] == [1.0]


def test_a_handler_has_a_correlation_id_its_context_and_its_metrics(out: Any) -> None:
    telemetry = Telemetry()

    def handler(_event: object, _context: object) -> None:
        telemetry.count("Initiated")
        telemetry.start_log_line()
        telemetry.write_log_line("done", 0, failed=False)

    context = Context("StorefrontApi")
    telemetry.instrument(handler)({"requestContext": {"requestId": "id-1"}}, context)
    lines = out()
    (line,) = [line for line in lines if line.get("message") == "done"]
    assert (line["correlation_id"], line["function_name"]) == ("id-1", "StorefrontApi")
    assert line["cold_start"] in {True, False}
    assert [line["Initiated"] for line in lines if "Initiated" in line] == [[1.0]]
