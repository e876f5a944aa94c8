"""`make bench`: all parts side by side; `ARGS="cold warm"` chooses parts.

`ROUNDS` is the number of cold starts of each subject, 15 if nothing is said.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench import artifact, artifacts, bill, cold, end_to_end, growth, profile, report, warm
from bench.part import Part

_BATCHES = 15


def main(wanted: list[str]) -> int:
    """Run the parts, print them, write what they found."""
    unknown = set(wanted) - set(report.ORDER)
    if unknown:
        print(f"No such part: {', '.join(sorted(unknown))}; there are {', '.join(report.ORDER)}")
        return 2
    rounds = int(os.environ.get("ROUNDS", "15"))
    results = report.kept()
    for name, measure in _parts(rounds, results).items():
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        part = measure()
        report.show(part)
        results[name] = report.document_of(part, time.monotonic() - started)
        report.write(results)
    report.verdict(report.values_of(results))
    return 0


def _parts(rounds: int, results: report.Results) -> Mapping[str, Callable[[], Part]]:
    built = artifacts.built()

    def measured() -> dict[str, Any]:
        return {name: part["measured"] for name, part in results.items()}

    return {
        "cold": lambda: cold.measure(built, artifacts.equal(built), rounds),
        "warm": lambda: warm.measure(built, _BATCHES),
        "profile": lambda: profile.measure(built),
        "artifact": lambda: artifact.measure(built),
        "cost": lambda: bill.measure(measured()),
        "end_to_end": lambda: end_to_end.measure(built),
        "growth": lambda: growth.measure(built),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
