"""Traces, behind one function: the X-Ray SDK under Powertools' Tracer is to be replaced one day.

Lambda itself traces each sampled invocation, and this adds spans below it. The Tracer takes long to
import, so that is done only in an invocation that is sampled.
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
    """Time a part of the work in the trace; annotations are ids and never personal."""
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
            # The SDK would put the message into the trace, and a message may quote personal data.
            subsegment.put_annotation(key="error", value=type(error).__name__)
            raised = error
    if raised:
        raise raised


@cache
def _tracer() -> Tracer:
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False)
