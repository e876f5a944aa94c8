"""How much of the service's own code each path executes: `python -m bench.own_code`.

Counted while a container is warm: the modules in which a function runs, and the calls of functions,
lambdas and generator steps among them. In other threads counts only what
`deadline.run_with_deadline` runs there: the simulated Finpay uses the same code to sign.
"""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from local.paths import ROOT

_FUNCTIONS = f"{ROOT / 'functions'}/"
_DEADLINE = f"{_FUNCTIONS}payments/deadline.py"


class OwnCode(NamedTuple):
    """The modules that a piece of work executes, and the calls that it makes there."""

    modules: frozenset[str]
    calls: int


def executed(work: Callable[[], object]) -> OwnCode:
    """Do the work and count."""
    modules: set[str] = set()
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(_FUNCTIONS):
            modules.add(file.removeprefix(_FUNCTIONS))
            calls += 1

    def count_in_thread(frame: FrameType, event: str, argument: Any) -> None:
        file = frame.f_code.co_filename
        if file != threading.__file__:
            sys.setprofile(count if file == _DEADLINE else None)
        if file == _DEADLINE:
            count(frame, event, argument)

    threading.setprofile(count_in_thread)
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return OwnCode(frozenset(modules), calls)


def main() -> None:
    """Print a line for each path."""
    from bench.calls import measure  # noqa: PLC0415 - the paths import this module

    print("path                  modules  calls")
    for name, path in measure().items():
        print(f"{name:<22}{len(path.own_code.modules):>7}{path.own_code.calls:>7}")


if __name__ == "__main__":
    main()
