"""Logs and metrics, through Powertools.

One log line for each request, with ids and outcomes in fields of their own; metrics in EMF. Neither
holds a name, an e-mail, a phone number, a key, a signature or a body: only what is passed in here
by name gets out.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from payments.api.http import Request, Response, read_request
from payments.api.problems import internal_error, problem
from payments.domain.errors import GatewayError, PaymentError, Unconfirmed

_SERVER_ERRORS = range(500, 600)


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

    def call_person(self, why: str) -> None:
        """Count what a person has to look at. An alarm watches it, whichever function found it."""
        # Powertools would add the function's own name as the service.
        whole = {"service": "payments"}
        with single_metric("NeedsAPerson", MetricUnit.Count, 1, default_dimensions=whole) as metric:
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

    def serve(self, event: dict[str, Any], handle: Callable[[Request], Response]) -> dict[str, Any]:
        """Answer one event; whatever goes wrong becomes a problem and is logged."""
        started = time.perf_counter()
        request = read_request(event)
        self._fields = {"route": request.route}
        self._logger.set_correlation_id(request.request_id)
        response = self._answer(request, handle)
        level = self._logger.error if response.status in _SERVER_ERRORS else self._logger.info
        took = round((time.perf_counter() - started) * 1000, 1)
        level("request served", **self._fields, http_status=response.status, took_ms=took)
        if self._metrics.metric_set:
            self._metrics.flush_metrics()
        return response.to_event()

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """One run that nobody waits for: logged with its fields, and its failure handed on."""
        started = time.perf_counter()
        self._fields = {"job": name}
        failed = True
        try:
            yield
            failed = False
        except Exception as error:  # noqa: BLE001 - handed on without what it may quote
            self.note(error=type(error).__name__, at=_place(error))
            raise JobFailed(type(error).__name__) from None
        finally:
            level = self._logger.error if failed else self._logger.info
            took = round((time.perf_counter() - started) * 1000, 1)
            level("job done", **self._fields, took_ms=took)
            if self._metrics.metric_set:
                self._metrics.flush_metrics()

    def _answer(self, request: Request, handle: Callable[[Request], Response]) -> Response:
        try:
            return handle(request)
        except PaymentError as error:
            self.note(error=type(error).__name__)
            response = problem(error)
            if isinstance(error, GatewayError):
                self.note(gateway_code=error.code)
            elif response.status in _SERVER_ERRORS and not isinstance(error, Unconfirmed):
                self.count("OurFault")
            return response
        except Exception as error:  # noqa: BLE001 - the last resort: a caller always gets an answer
            # Only where it happened: the message of an exception may quote what it choked on.
            self.note(error=type(error).__name__, at=_place(error))
            self.count("OurFault")
            return internal_error()


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}" if trace else ""
