"""What a function's telemetry writes, and when."""

import io
import json
import sys
import time
from threading import Barrier
from typing import Any

import pytest

from payments.observability.log_lines import JobFailed, Telemetry
from testing.crowd import at_once
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


class Slow(io.StringIO):
    """Lets other threads write after each piece of a line."""

    def write(self, text: str, /) -> int:
        written = super().write(text)
        time.sleep(0.001)
        return written


@pytest.mark.usefixtures("out")
def test_what_jobs_in_threads_write_is_each_ones_own_and_every_line_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Slow()
    monkeypatch.setattr(sys, "stdout", out)
    telemetry, others = Telemetry(), Barrier(8)

    def work(number: int) -> None:
        with telemetry.job(f"job {number}"):
            telemetry.add_fields(order_id=f"A-{number}")
            others.wait()
            telemetry.count("Amount", number)
            telemetry.require_manual_review("mismatch")
            telemetry.record_duration("Latency", number, endpoint="check")
            others.wait()

    at_once(8, work)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    jobs = {line["job"]: line["order_id"] for line in lines if "job" in line}
    assert jobs == {f"job {number}": f"A-{number}" for number in range(8)}
    for name, values in {
        "Amount": [[float(number)] for number in range(8)],
        "ManualReviewRequired": [[1.0]] * 8,
        "Latency": [[1000.0 * number] for number in range(8)],
    }.items():
        assert sorted(line[name] for line in lines if name in line) == values
    assert len(lines) == 4 * 8


def test_what_is_added_after_a_line_is_in_no_line(out: Any) -> None:
    telemetry = Telemetry()
    telemetry.start_log_line(order_id="A-1")
    telemetry.write_log_line("done", 0, failed=False)
    with telemetry.job("second"):
        telemetry.add_fields(order_id="A-2")
    telemetry.add_fields(order_id="A-3")
    telemetry.write_log_line("done", 0, failed=False)
    assert [line.get("order_id") for line in out()] == ["A-1", "A-2", None]


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
