"""Traces, behind one function so that the X-Ray SDK of Powertools' Tracer can be replaced.

Lambda traces each sampled invocation, and this module adds spans to that trace. The Tracer is slow
to import, so it is imported only in a sampled invocation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from payments import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer


@contextmanager
def span(name: str, **annotations: str) -> Iterator[None]:
    """Add a span to the trace. Annotations are ids and never personal data."""
    if not settings.is_traced():
        yield
        return
    raised: Exception | None = None
    with _tracer().provider.in_subsegment(name) as subsegment:
        for key, value in annotations.items():
            subsegment.put_annotation(key=key, value=value)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below
            # The SDK would write the message to the trace, and a message may quote personal data.
            subsegment.put_annotation(key="error", value=type(error).__name__)
            raised = error
    if raised:
        raise raised


@cache
def _tracer() -> Tracer:
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False)
