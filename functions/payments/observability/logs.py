"""Logs and metrics, through Powertools.

One log line for each request, with ids and outcomes in fields of their own; metrics in EMF. Neither
holds a name, an e-mail, a phone number, a key, a signature or a body: only what is passed in here
by name gets out.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric


class JobFailed(Exception):
    """A run failed; only the kind of its error is told, which Lambda logs."""


class Telemetry:
    """One for each function. Reads Powertools' settings from the environment when it is made."""

    def __init__(self) -> None:
        # Where in here a line is written says nothing; `at` says where something failed.
        self._logger = Logger(location=None)
        self._metrics = Metrics()
        self._fields: dict[str, Any] = {}

    def note(self, **fields: Any) -> None:
        """Add fields to the log line of the request that is being served."""
        self._fields |= fields

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Add to a metric; dimensions make it a metric of its own."""
        self._measure(name, MetricUnit.Count, value, dimensions)

    def require_manual_review(self, why: str) -> None:
        """Count what a person has to look at. An alarm watches it, whichever function found it."""
        # Powertools would add the function's own name as the service.
        whole = {"service": "payments"}
        with single_metric(
            "ManualReviewRequired", MetricUnit.Count, 1, default_dimensions=whole
        ) as metric:
            metric.add_dimension("why", why)

    def took(self, name: str, seconds: float, **dimensions: str) -> None:
        """Record a duration."""
        self._measure(name, MetricUnit.Milliseconds, round(seconds * 1000, 1), dimensions)

    def gateway_call(self, endpoint: str, seconds: float) -> None:
        """Record how long Finpay took."""
        self.note(gateway_ms=round(seconds * 1000))
        self.took("GatewayLatency", seconds, endpoint=endpoint)

    def _measure(
        self, name: str, unit: MetricUnit, value: float, dimensions: dict[str, str]
    ) -> None:
        if not dimensions:
            self._metrics.add_metric(name, unit, value)
            return
        defaults = {"service": self._metrics.service or ""}
        with single_metric(name, unit, value, default_dimensions=defaults) as metric:
            for dimension, word in dimensions.items():
                metric.add_dimension(dimension, word)

    def begin(self, **fields: Any) -> None:
        """Begin the log line of an invocation with these fields."""
        self._fields = fields

    def correlate(self, request_id: str) -> None:
        """Put API Gateway's id of the request on every line of this invocation."""
        self._logger.set_correlation_id(request_id)

    def note_failure(self, error: Exception) -> None:
        """Add the kind of an error and where it was raised. Its message may quote personal data."""
        self.note(error=type(error).__name__, at=_place(error))

    def write(self, message: str, started: float, *, failed: bool) -> None:
        """Write the log line and the metrics; `started` is `time.perf_counter()` at the start."""
        level = self._logger.error if failed else self._logger.info
        took = round((time.perf_counter() - started) * 1000, 1)
        level(message, **self._fields, took_ms=took)
        if self._metrics.metric_set:
            self._metrics.flush_metrics()

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """One run that nobody waits for: logged with its fields, and its failure handed on."""
        started = time.perf_counter()
        self.begin(job=name)
        failed = True
        try:
            yield
            failed = False
        except Exception as error:  # noqa: BLE001 - handed on without what it may quote
            self.note_failure(error)
            raise JobFailed(type(error).__name__) from None
        finally:
            self.write("job done", started, failed=failed)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}" if trace else ""
