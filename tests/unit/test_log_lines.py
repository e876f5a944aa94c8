"""What a function's telemetry writes, and when."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from payments.observability.log_lines import JobFailed, Telemetry
from testing.fixtures import forget_loggers


@pytest.fixture
def telemetry(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],  # noqa: ARG001 - the logger keeps the stdout of now
) -> Iterator[Telemetry]:
    forget_loggers()
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "storefront_api")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "INFO")
    yield Telemetry()
    forget_loggers()


def test_the_metrics_of_a_job_are_written_before_the_next_begins(
    telemetry: Telemetry, capsys: pytest.CaptureFixture[str]
) -> None:
    """A function that runs out of time in the next job has counted this one."""
    with telemetry.job("first"):
        telemetry.count("Paid")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("job") for line in lines] == ["first", None]
    assert lines[1]["Paid"] == [1.0]


def test_the_metrics_of_a_failed_job_are_written_too(
    telemetry: Telemetry, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        with telemetry.job("first"):
            telemetry.count("ServerError")
            raise ValueError

    with pytest.raises(JobFailed, match=r"^ValueError$"):
        work()
    assert '"ServerError":[1.0]' in capsys.readouterr().out


def test_a_handler_has_a_correlation_id_its_context_and_its_metrics(
    telemetry: Telemetry, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(_event: object, _context: object) -> None:
        telemetry.count("Initiated")
        telemetry.start_log_line()
        telemetry.write_log_line("done", 0, failed=False)

    context = SimpleNamespace(
        function_name="api",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:ap-southeast-3:123456789012:function:api",
        aws_request_id="a-request",
    )
    telemetry.instrument(handler)({"requestContext": {"requestId": "id-1"}}, context)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line.get("message") == "done"]
    assert (line["correlation_id"], line["function_name"]) == ("id-1", "api")
    assert line["cold_start"] in {True, False}
    assert [line["Initiated"] for line in lines if "Initiated" in line] == [[1.0]]
