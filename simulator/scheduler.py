"""Runs jobs when the simulated clock reaches their time.

One thread waits for the next due job; each due job then runs on a thread of its own, so that a
receiver that hangs holds up nobody else.
"""

import heapq
import itertools
import threading
from collections.abc import Callable

from simulator.clock import Clock

Job = Callable[[], object]


class Scheduler:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._advancing = threading.Lock()
        self._heap: list[tuple[float, int, Job]] = []
        self._number = itertools.count()
        self._running = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="finpay-scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Forget what is scheduled and end the thread; running jobs end by themselves."""
        with self._changed:
            self._stopping = True
            self._heap.clear()
            self._changed.notify_all()
        self._thread.join()

    def at(self, due: float, job: Job) -> None:
        """Run the job at a simulated moment; one that is over means now."""
        with self._changed:
            heapq.heappush(self._heap, (due, next(self._number), job))
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            self._heap.clear()

    def set_speed(self, speed: float) -> None:
        with self._changed:
            self._clock.set_speed(speed)
            self._changed.notify_all()

    def advance(self, seconds: float) -> None:
        """Push the clock from due job to due job, waiting for each before going on.

        So a retry that an earlier job schedules on the way runs at its own time, as it would have.
        """
        with self._advancing, self._changed:
            target = self._clock.now() + seconds
            self._changed.wait_for(self._is_idle)
            while self._heap and self._heap[0][0] <= target:
                self._clock.advance_to(self._heap[0][0])
                self._changed.notify_all()
                self._changed.wait_for(self._is_idle)
            self._clock.advance_to(target)
            self._changed.notify_all()

    def _is_idle(self) -> bool:
        return self._stopping or (self._running == 0 and not self._is_due())

    def _is_due(self) -> bool:
        return bool(self._heap) and self._heap[0][0] <= self._clock.now()

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                while self._is_due():
                    self._begin(heapq.heappop(self._heap)[2])
                self._changed.wait(self._until_next())

    def _until_next(self) -> float | None:
        if not self._heap:
            return None
        left = self._clock.real_seconds_until(self._heap[0][0])
        # A far job must not overflow the wait; waking up early is harmless.
        return None if left is None else min(left, threading.TIMEOUT_MAX / 2)

    def _begin(self, job: Job) -> None:
        self._running += 1
        threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job: Job) -> None:
        try:
            job()
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
