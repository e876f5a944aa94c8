"""Traces, by Powertools' Tracer.

Lambda traces each sampled invocation. The Tracer adds the handler, the calls to AWS and to Finpay,
and each job. It is slow to import, so it is imported only in a sampled invocation.

Only this module knows the Tracer, so that it can be replaced: support for the X-Ray SDK below it
ends in February 2027. No message of an exception gets into a trace, since it may quote personal
data.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from payments import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

_CONDITION_FAILED = "ConditionalCheckFailedException"
"""An error of DynamoDB that is an answer: another request was first."""


def trace_handler[**P, R](handler: Callable[P, R]) -> Callable[P, R]:
    """Decorate a Lambda handler, whose exceptions must not quote data. Its result is not traced."""
    is_first = True

    @wraps(handler)
    def traced_handler(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal is_first
        is_cold_start, is_first = is_first, False
        if not settings.is_traced():
            return handler(*args, **kwargs)
        tracer = _tracer()
        if not is_cold_start:
            # Powertools takes the first traced invocation for the container's first.
            sys.modules[type(tracer).__module__].is_cold_start = False  # type: ignore[attr-defined]
        traced: Callable[P, R] = tracer.capture_lambda_handler(
            handler, capture_response=False, capture_error=False
        )
        return traced(*args, **kwargs)

    return traced_handler


@contextmanager
def span(name: str, *, remote: bool = False) -> Iterator[None]:
    """Add a span to the trace. `remote` is True for a call to another system."""
    if not settings.is_traced():
        yield
        return
    raised: Exception | None = None
    namespace = "remote" if remote else "local"
    with _tracer().provider.in_subsegment(name, namespace=namespace):
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below
            # The SDK would write the exception's message to the trace.
            raised = error
    if raised:
        raise raised


def continued[**P, R](work: Callable[P, R]) -> Callable[P, R]:
    """Decorate work for other threads, so that its spans are below the current span of this one."""
    if not settings.is_traced():
        return work
    recorder: Any = _tracer().provider
    parent = recorder.get_trace_entity()

    @wraps(work)
    def continued_work(*args: P.args, **kwargs: P.kwargs) -> R:
        recorder.set_trace_entity(parent)
        try:
            return work(*args, **kwargs)
        finally:
            recorder.clear_trace_entities()

    return continued_work


def annotate(annotations: Mapping[str, Any]) -> None:
    """Annotate the current span. Annotations are ids and outcomes, and never personal data."""
    if settings.is_traced():
        for key, value in annotations.items():
            _tracer().put_annotation(key, value)


@cache
def _tracer() -> Tracer:
    from aws_lambda_powertools import Tracer

    # Traces the calls of the AWS SDK: DynamoDB, SQS, Secrets Manager and KMS.
    tracer = Tracer(patch_modules=["botocore"])
    emitter: Any = tracer.provider.emitter  # type: ignore[attr-defined]
    emitter.send_entity = _without_messages(emitter.send_entity)
    return tracer


def _without_messages(send: Callable[[Any], None]) -> Callable[[Any], None]:
    """Decorate the function that sends a span, so that it sends no message of an exception."""

    def send_without_messages(entity: Any) -> None:
        # The cause of a span can also be the id of an exception in another span.
        cause = entity.cause if isinstance(entity.cause, dict) else {}
        exceptions = cause.get("exceptions", [])
        for exception in exceptions:
            exception.message = exception.type
        if exceptions and all(exception.type == _CONDITION_FAILED for exception in exceptions):
            entity.cause, entity.fault, entity.error = {}, False, False
        send(entity)

    return send_without_messages
