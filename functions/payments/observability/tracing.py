"""Traces, by Powertools' Tracer.

Lambda traces each sampled invocation. The Tracer adds the handler, the calls to AWS and to Finpay,
and each job. It is slow to import, so it is imported only in a sampled invocation.

Only this module knows the Tracer, so that it can be replaced: support for the X-Ray SDK below it
ends in February 2027.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import TYPE_CHECKING

from payments import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

SUCCESS = "success"


def trace_handler[**P, R](handler: Callable[P, R]) -> Callable[P, R]:
    """Decorate a Lambda handler, whose exceptions must not quote data. Its result is not traced."""

    @wraps(handler)
    def traced_handler(*args: P.args, **kwargs: P.kwargs) -> R:
        if not settings.is_traced():
            return handler(*args, **kwargs)
        tracer = _tracer()
        traced: Callable[P, R] = tracer.capture_lambda_handler(
            handler, capture_response=False, capture_error=False
        )
        return traced(*args, **kwargs)

    return traced_handler


@contextmanager
def span(name: str, *, remote: bool = False) -> Iterator[None]:
    """Add a span to the trace, with the outcome: SUCCESS, or the class of the exception."""
    if not settings.is_traced():
        yield
        return
    raised: Exception | None = None
    namespace = "remote" if remote else "local"
    with _tracer().provider.in_subsegment(name, namespace=namespace) as subsegment:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below
            # The SDK would write the message to the trace, and a message may quote personal data.
            raised = error
        outcome = type(raised).__name__ if raised else SUCCESS
        subsegment.put_annotation(key="outcome", value=outcome)
    if raised:
        raise raised


def annotate(annotations: Mapping[str, str]) -> None:
    """Annotate the current span. Annotations are ids and never personal data."""
    if settings.is_traced():
        for key, value in annotations.items():
            _tracer().put_annotation(key, value)


@cache
def _tracer() -> Tracer:
    from aws_lambda_powertools import Tracer

    # Traces the calls of the AWS SDK: DynamoDB, SQS, Secrets Manager and KMS.
    return Tracer(patch_modules=["botocore"])
