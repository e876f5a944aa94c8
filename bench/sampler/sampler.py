"""A handler around another one: notes whose code is running, at each tick of its CPU time.

It stands in the container, so it needs nothing but the standard library. A frame counts for the
nearest caller that is a package's: json that botocore calls is botocore's. The kernel's tick is
4 ms on most machines, longer than a request; so a profile takes thousands of them.
"""

import importlib
import os
import signal
from collections import Counter
from types import FrameType
from typing import Any

_FOLDERS = (os.environ["LAMBDA_TASK_ROOT"] + "/", "/site-packages/")
_INTERVAL_SECONDS = 0.001
_packages: dict[str, str] = {}
_ticks: Counter[str] = Counter()


def lambda_handler(event: Any, context: Any) -> Any:
    """The other handler's answer; of an empty event the ticks so far, by package."""
    return _handler(event, context) if event else dict(_ticks)


def _package(file: str) -> str:
    """The package or module that this file is of; empty for the standard library's and for this."""
    for folder in _FOLDERS:
        _, found, inside = file.partition(folder)
        if found:
            return inside.partition("/")[0].removesuffix(".py")
    return ""


def _note(_: int, frame: FrameType | None) -> None:
    while frame:
        file = frame.f_code.co_filename
        if file not in _packages:
            _packages[file] = _package(file)
        if name := _packages[file]:
            _ticks[name] += 1
            return
        frame = frame.f_back


_module, _, _name = os.environ["SAMPLED_HANDLER"].rpartition(".")
_handler = getattr(importlib.import_module(_module), _name)
signal.signal(signal.SIGPROF, _note)
signal.setitimer(signal.ITIMER_PROF, _INTERVAL_SECONDS, _INTERVAL_SECONDS)
