"""A local stack whose parts are killed and started again."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import finpay, ministack
from local.stack import LocalStack
from local.state import RunningStack

LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads Linux's /proc")


@dataclass
class KillableStack:
    local_stack: LocalStack
    running: RunningStack

    def kill(self, name: str) -> None:
        os.kill(self.local_stack.pids()[name], signal.SIGKILL)
        wait_until(lambda: self.local_stack.ended() == [name])

    def kill_and_restart_simulator(self) -> None:
        self.kill(finpay.NAME)
        self.local_stack.restart(finpay.NAME)

    def kill_functions(self) -> None:
        """Kill every process that runs a function; MiniStack makes new ones when it needs them."""
        workers = _children(self.local_stack.pids()[ministack.NAME])
        assert workers
        for pid in workers:
            # MiniStack may end one that was idle at the same moment.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name before it is in parentheses and may hold anything.
            _state, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if int(parent) == pid:
                found.append(int(stat.parent.name))
    return found


def wait_until(holds: Callable[[], bool], *, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
