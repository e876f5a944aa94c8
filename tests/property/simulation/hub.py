"""Simulated time, and whatever happens in it, one thing after the other.

Work that waits runs in greenlets: real handlers and use cases are plain synchronous code, and each
of their calls to the outside hands over to whatever is due next.
"""

import heapq
import itertools
from collections.abc import Callable, Sequence
from functools import partial

from greenlet import getcurrent, greenlet

from testing.builders import NOW

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class Hub:
    """A clock in epoch milliseconds, and the jobs that wait for their time."""

    def __init__(self) -> None:
        self.now = NOW
        self._due: list[tuple[int, int, Callable[[], object]]] = []
        self._number = itertools.count()
        self._root = getcurrent()

    def at(self, moment: int, job: Callable[[], object]) -> None:
        """Run a job when its moment comes; one that is over means now."""
        heapq.heappush(self._due, (max(moment, self.now), next(self._number), job))

    def after(self, delay: int, job: Callable[[], object]) -> None:
        self.at(self.now + delay, job)

    def start(self, work: Callable[[], object], delay: int = 0) -> None:
        """Begin work that may wait."""
        self.after(delay, greenlet(work, parent=self._root).switch)

    def wait(self, duration: int) -> None:
        """Let time pass for the work that calls this."""
        self.after(duration, getcurrent().switch)
        self._root.switch()

    def together(self, works: Sequence[Callable[[], object]]) -> None:
        """Do several works that may wait, side by side, and wait until all have ended."""
        caller, under_way = getcurrent(), len(works)

        def begun(work: Callable[[], object]) -> None:
            nonlocal under_way
            work()
            under_way -= 1
            if not under_way:
                self.after(0, caller.switch)

        for work in works:
            self.start(partial(begun, work))
        self._root.switch()

    def run(self, until: int) -> None:
        """Go on until nothing is left to do, or until that moment."""
        while self._due and self._due[0][0] <= until:
            self.now, _, job = heapq.heappop(self._due)
            job()
