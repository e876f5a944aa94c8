"""Faults that the next calls of an endpoint run into."""

import threading
from collections import deque
from dataclasses import dataclass, field, replace

ENDPOINTS = ("initiate", "check", "cancel")
KINDS = (
    "timeout",
    "slow",
    "drop",
    "drop-before",
    "error-500",
    "error-504",
    "garbage",
    "redirect",
    "callback-first",
)
DEFAULT_SECONDS = {"timeout": 60.0, "slow": 2.0}


@dataclass(frozen=True, slots=True)
class Fault:
    endpoint: str
    kind: str
    seconds: float = 0.0
    """Real seconds that `timeout` and `slow` hold the call."""
    work: bool = True
    """Whether the call's work is done although its answer has the fault."""
    released: threading.Event = field(default_factory=threading.Event, compare=False)
    """Set when the faults are cleared: whatever is held goes on."""

    def hold(self) -> None:
        self.released.wait(self.seconds)


class Faults:
    """First planned, first met; each is met once."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._released = threading.Event()
        self._planned: deque[Fault] = deque()

    def plan(self, fault: Fault, times: int) -> None:
        with self._lock:
            self._planned.extend([replace(fault, released=self._released)] * times)

    def planned(self) -> list[Fault]:
        with self._lock:
            return list(self._planned)

    def take(self, endpoint: str) -> Fault | None:
        with self._lock:
            for fault in self._planned:
                if fault.endpoint == endpoint:
                    self._planned.remove(fault)
                    return fault
            return None

    def clear(self) -> None:
        """Drop what is planned and let go of every call that is held."""
        with self._lock:
            self._planned.clear()
            released, self._released = self._released, threading.Event()
        released.set()
