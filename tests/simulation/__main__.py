"""`python -m tests.simulation`: run worlds, print what happened in them, stop at a violation."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.bugs import BUGS, planted
from tests.simulation.watchdog import ViolationError
from tests.simulation.world import Report, simulate

_CHUNK = 10


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 0 when no promise was broken in any world."""
    chosen = _parser().parse_args(given)
    started = time.monotonic()
    total = Report()
    with planted(chosen.bug):
        for seeds, outcome in _outcomes(_read_seeds(chosen.seeds), chosen.jobs, chosen.bug):
            if isinstance(outcome, str):
                print(f"VIOLATION with seed {seeds[0]}: {outcome}")
                print(f"Replay: make soak SEEDS={seeds[0]}")
                return 1
            total += outcome
    print(_figures(total, time.monotonic() - started))
    return 0


def run(seeds: Sequence[int]) -> tuple[Sequence[int], Report | str]:
    """The report of some worlds, or the first violation with its seed."""
    total = Report()
    for seed in seeds:
        try:
            total += simulate(seed)
        except ViolationError as error:
            return [seed], str(error)
    return seeds, total


def _run_with(job: tuple[str, Sequence[int]]) -> tuple[Sequence[int], Report | str]:
    bug, seeds = job
    with planted(bug):
        return run(seeds)


def _outcomes(
    seeds: Sequence[int], jobs: int, bug: str
) -> Iterator[tuple[Sequence[int], Report | str]]:
    if len(seeds) == 1:
        yield run(seeds)
        return
    chunks = [(bug, seeds[at : at + _CHUNK]) for at in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(_run_with, chunks)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _figures(report: Report, seconds: float) -> str:
    return "\n".join(
        (
            f"Worlds {report.worlds}, payments {report.payments}, in {seconds:.0f} s",
            "Faults injected:",
            *(f"  {count:>9,}  {kind}" for kind, count in report.faults.most_common()),
            "Promises checked:",
            *(f"  {count:>9,}  {promise}" for promise, count in report.checked.most_common()),
            "Where the payments ended:",
            *(f"  {count:>9,}  {status}" for status, count in report.statuses.most_common()),
            "0 violations",
        )
    )


def _read_seeds(text: str) -> Sequence[int]:
    """`7` is one seed, `100:200` are a hundred."""
    first, _, end = text.partition(":")
    return range(int(first), int(end) if end else int(first) + 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0:500", help="one seed, or FROM:TO")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--bug", choices=("", *BUGS), default="", help="a bug to plant")
    return parser


if __name__ == "__main__":
    sys.exit(main())
