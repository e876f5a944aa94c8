"""Many threads that do one thing at one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

_LONGEST_START = 60.0


def at_once[Result](n: int, work: Callable[[int], Result]) -> list[Result]:
    """Call `work` with 0 to n - 1 in n threads that wait for one another; its results in order.

    An error of any of them is raised when all have ended.
    """
    barrier = Barrier(n, timeout=_LONGEST_START)

    def start(number: int) -> Result:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(start, range(n)))
