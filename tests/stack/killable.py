"""A local stack whose parts are killed and started again."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from local.stack import LocalStack
from local.state import RunningStack


@dataclass
class KillableStack:
    local_stack: LocalStack
    running: RunningStack

    def kill(self, name: str) -> None:
        os.kill(self.local_stack.pids()[name], signal.SIGKILL)
        wait_until(lambda: self.local_stack.ended() == [name])

    def kill_and_restart(self, name: str) -> None:
        self.kill(name)
        self.local_stack.restart(name)


def wait_until(holds: Callable[[], bool], *, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
