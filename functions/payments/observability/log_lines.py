"""Logs, metrics and traces, through Powertools.

Each invocation writes one log line per request or job, with ids and outcomes in separate fields.
Metrics are written in EMF. None of them contains a name, an e-mail address, a phone number, a key,
a signature or a body, because only fields that are passed by name are written.
"""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit, single_metric

from payments.observability import tracing

# Annotations of the trace. X-Ray finds traces by them.
_ANNOTATED = ("order_id", "storefront_id", "http_status", "error")


class JobFailed(Exception):
    """A job failed. The message is only the class of the error, because Lambda logs it."""


class _Line(NamedTuple):
    """The log line of a request or job, and the metrics that are written with it."""

    fields: dict[str, Any]
    metrics: Metrics | EphemeralMetrics


# Each thread has its own, so that no field or metric of a job gets into those of another.
_line: ContextVar[_Line | None] = ContextVar("_line", default=None)


class Telemetry:
    """Logs, metrics and traces of one function. Reads Powertools' settings from the environment.

    Jobs may run in several threads at the same time.
    """

    def __init__(self) -> None:
        # Powertools' own log can quote events and exceptions, with POWERTOOLS_DEBUG for example.
        logging.getLogger("aws_lambda_powertools").setLevel(logging.CRITICAL)
        # The location would always be in this module; `at` has the location of an error.
        self._logger = Logger(location=None)
        self._metrics = Metrics()
        # Powertools writes a metric and its line feed separately.
        self._writing = Lock()
        # Not every invocation has a metric; a status read, for example, has none.
        warnings.filterwarnings("ignore", "No application metrics to publish")

    def instrument[**P, R](self, handler: Callable[P, R]) -> Callable[P, R]:
        """Decorate a Lambda handler with Powertools' Logger, Metrics and Tracer.

        Log lines have the request id of API Gateway as correlation id, and the Lambda context.
        Metrics are written at the end of each job, and when the handler returns. The Tracer is
        used, and imported, only if X-Ray samples the invocation.
        """
        decorated = self._metrics.log_metrics(handler, capture_cold_start_metric=True)
        # Not the event, whatever POWERTOOLS_LOGGER_LOG_EVENT says.
        decorated = self._logger.inject_lambda_context(
            decorated, log_event=False, correlation_id_path=correlation_paths.API_GATEWAY_HTTP
        )
        return tracing.trace_handler(decorated)

    def add_fields(self, **fields: Any) -> None:
        """Add fields to the log line of the current request or job."""
        self._current().fields.update(fields)

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Add to a metric. Each combination of dimensions is a separate metric."""
        self._measure(name, MetricUnit.Count, value, dimensions)

    def require_manual_review(self, why: str) -> None:
        """Count a case for manual review, under one metric and one alarm for all functions."""
        # By default Powertools sets the name of this function as the service.
        all_functions = {"service": "payments"}
        self._write_metric("ManualReviewRequired", MetricUnit.Count, 1, all_functions, {"why": why})

    def record_duration(self, name: str, seconds: float, **dimensions: str) -> None:
        """Record a duration as a metric in milliseconds."""
        self._measure(name, MetricUnit.Milliseconds, round(seconds * 1000, 1), dimensions)

    @contextmanager
    def gateway_call(self, endpoint: str) -> Iterator[None]:
        """Record a call to Finpay: its duration, and in the trace its outcome."""
        started, outcome = time.monotonic(), "success"
        try:
            with tracing.span(f"Finpay {endpoint}", remote=True):
                try:
                    yield
                except Exception as error:
                    outcome = type(error).__name__
                    raise
                finally:
                    tracing.annotate({"outcome": outcome})
        finally:
            seconds = time.monotonic() - started
            self.add_fields(gateway_ms=round(seconds * 1000))
            self.record_duration("GatewayLatency", seconds, endpoint=endpoint)

    def _measure(
        self, name: str, unit: MetricUnit, value: float, dimensions: dict[str, str]
    ) -> None:
        if dimensions:
            service = {"service": self._metrics.service or ""}
            self._write_metric(name, unit, value, service, dimensions)
        else:
            self._current().metrics.add_metric(name, unit, value)

    def _write_metric(
        self,
        name: str,
        unit: MetricUnit,
        value: float,
        service: dict[str, str],
        dimensions: dict[str, str],
    ) -> None:
        with (
            self._writing,
            single_metric(name, unit, value, default_dimensions=service) as metric,
        ):
            for dimension, text in dimensions.items():
                metric.add_dimension(dimension, text)

    def _current(self) -> _Line:
        """The line of this thread's request or job; outside of both, one that nobody writes."""
        return _line.get() or _Line({}, self._metrics)

    def start_log_line(self, **fields: Any) -> None:
        """Start the log line of a request with these fields."""
        _line.set(_Line(fields, self._metrics))

    def add_error(self, error: Exception) -> None:
        """Add the class and location of an error. Its message may quote personal data."""
        self.add_fields(error=type(error).__name__, at=_location(error))

    def write_log_line(self, message: str, started: float, *, failed: bool) -> None:
        """Write the log line and end it. `started` is a time of `time.perf_counter()`."""
        level = self._logger.error if failed else self._logger.info
        took = round((time.perf_counter() - started) * 1000, 1)
        fields = self._current().fields
        with self._writing:
            level(message, **fields, took_ms=took)
        tracing.annotate({name: fields[name] for name in _ANNOTATED if name in fields})
        _line.set(None)

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Run a job of a schedule, queue or stream, log and trace it.

        Raises JobFailed if the job fails.
        """
        started = time.perf_counter()
        metrics = EphemeralMetrics()
        outer = _line.set(_Line({"job": name}, metrics))
        failed = True
        with tracing.span(name):
            try:
                yield
                failed = False
            except Exception as error:  # noqa: BLE001 - raised again without its message
                self.add_error(error)
                raise JobFailed(type(error).__name__) from None
            finally:
                self.write_log_line("job done", started, failed=failed)
                # The jobs after this one may take the function's time.
                if metrics.metric_set:
                    with self._writing:
                        metrics.flush_metrics()
                _line.reset(outer)


def _location(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}" if trace else ""
