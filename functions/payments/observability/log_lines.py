"""Logs and metrics, through Powertools.

Each invocation writes one log line per request or job, with ids and outcomes in separate fields.
Metrics are written in EMF. Neither contains a name, an e-mail address, a phone number, a key, a
signature or a body, because only fields that are passed by name are written.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric


class JobFailed(Exception):
    """A job failed. The message is only the class of the error, because Lambda logs it."""


class Telemetry:
    """The logs and metrics of one function. Reads Powertools' settings from the environment."""

    def __init__(self) -> None:
        # The location would always be in this module; `at` has the location of an error.
        self._logger = Logger(location=None)
        self._metrics = Metrics()
        self._fields: dict[str, Any] = {}

    def add_fields(self, **fields: Any) -> None:
        """Add fields to the log line of the current request or job."""
        self._fields |= fields

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Add to a metric. Each combination of dimensions is a separate metric."""
        self._measure(name, MetricUnit.Count, value, dimensions)

    def require_manual_review(self, why: str) -> None:
        """Count a case for manual review, under one metric and one alarm for all functions."""
        # By default Powertools sets the name of this function as the service.
        all_functions = {"service": "payments"}
        with single_metric(
            "ManualReviewRequired", MetricUnit.Count, 1, default_dimensions=all_functions
        ) as metric:
            metric.add_dimension("why", why)

    def record_duration(self, name: str, seconds: float, **dimensions: str) -> None:
        """Record a duration as a metric in milliseconds."""
        self._measure(name, MetricUnit.Milliseconds, round(seconds * 1000, 1), dimensions)

    def record_gateway_call(self, endpoint: str, seconds: float) -> None:
        """Record the duration of a call to Finpay."""
        self.add_fields(gateway_ms=round(seconds * 1000))
        self.record_duration("GatewayLatency", seconds, endpoint=endpoint)

    def _measure(
        self, name: str, unit: MetricUnit, value: float, dimensions: dict[str, str]
    ) -> None:
        if not dimensions:
            self._metrics.add_metric(name, unit, value)
            return
        defaults = {"service": self._metrics.service or ""}
        with single_metric(name, unit, value, default_dimensions=defaults) as metric:
            for dimension, text in dimensions.items():
                metric.add_dimension(dimension, text)

    def start_log_line(self, **fields: Any) -> None:
        """Start a log line with these fields."""
        self._fields = fields

    def correlate(self, request_id: str) -> None:
        """Set API Gateway's request id as the correlation id of this invocation."""
        self._logger.set_correlation_id(request_id)

    def add_error(self, error: Exception) -> None:
        """Add the class and location of an error. Its message may quote personal data."""
        self.add_fields(error=type(error).__name__, at=_location(error))

    def write_log_line(self, message: str, started: float, *, failed: bool) -> None:
        """Write the log line and the metrics. `started` is a time of `time.perf_counter()`."""
        level = self._logger.error if failed else self._logger.info
        took = round((time.perf_counter() - started) * 1000, 1)
        level(message, **self._fields, took_ms=took)
        if self._metrics.metric_set:
            self._metrics.flush_metrics()

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Run a job of a schedule, queue or stream and log it; raises JobFailed if it fails."""
        started = time.perf_counter()
        self.start_log_line(job=name)
        failed = True
        try:
            yield
            failed = False
        except Exception as error:  # noqa: BLE001 - raised again without its message
            self.add_error(error)
            raise JobFailed(type(error).__name__) from None
        finally:
            self.write_log_line("job done", started, failed=failed)


def _location(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}" if trace else ""
