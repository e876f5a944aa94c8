"""`python -m tests.property.simulation`: run worlds, say what happened, stop at a violation."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.property.simulation.bugs import BUGS, planted
from tests.property.simulation.ledger import ViolationError
from tests.property.simulation.world import Report, simulate

CHUNK = 10
HUNT = 1_000
"""A planted bug has to be found in so many worlds."""


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 0 when no promise was broken in any world, or when every planted bug was found."""
    chosen = _parser().parse_args(given)
    if chosen.hunt:
        return _hunt(chosen.jobs)
    seeds = _read_seeds(chosen.seeds)
    if len(seeds) == 1:
        return _replay(seeds[0], chosen.bug)
    started, total = time.monotonic(), Report()
    for outcome in _outcomes(seeds, chosen.jobs):
        if isinstance(outcome, str):
            print(outcome)
            return 1
        total += outcome
    print(_figures(total, time.monotonic() - started))
    return 0


def run(seeds: Sequence[int]) -> Report | str:
    """The report of some worlds, or what to say of the first violation."""
    total = Report()
    for seed in seeds:
        try:
            total += simulate(seed)
        except ViolationError as error:
            return f"VIOLATION with seed {seed}: {error}\nReplay: make soak SEEDS={seed}"
    return total


def hunt(bug: str) -> str:
    """Where a planted bug is found: bug, seed and broken promise, apart by tabs."""
    with planted(bug):
        for seed in range(HUNT):
            try:
                simulate(seed)
            except ViolationError as error:
                return f"{bug}\t{seed}\t{str(error).partition(':')[0]}"
    return f"{bug}\tnot found"


def _hunt(jobs: int) -> int:
    with ProcessPoolExecutor(jobs) as pool:
        found = list(pool.map(hunt, BUGS))
    print("\n".join(found))
    return int(any(line.endswith("not found") for line in found))


def _replay(seed: int, bug: str) -> int:
    """One world, with its last events where it broke a promise."""
    try:
        with planted(bug):
            print(_figures(simulate(seed), 0))
    except ViolationError as error:
        print(*error.__notes__, f"VIOLATION with seed {seed}: {error}", sep="\n")
        return 1
    return 0


def _outcomes(seeds: Sequence[int], jobs: int) -> Iterator[Report | str]:
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(run, chunks)
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
    parser = argparse.ArgumentParser(
        prog="python -m tests.property.simulation", description=__doc__
    )
    parser.add_argument("--seeds", default="0:500", help="one seed to replay, or FROM:TO")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--bug", choices=("", *BUGS), default="", help="a bug to replay with")
    parser.add_argument("--hunt", action="store_true", help="find every planted bug instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
