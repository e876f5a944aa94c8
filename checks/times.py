"""`python -m checks.times`: runs commands and writes what they took into CONTRIBUTING.md.

Without arguments it runs all commands of the table there, in half an hour; with some, only those.
"""

import os
import re
import resource
import subprocess  # the commands of our own table  # nosec B404
import sys
import time
from collections.abc import Sequence
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "CONTRIBUTING.md"
_ROW = re.compile(
    r"^\| `(?P<command>[^`]+)` \| (?P<purpose>[^|]+) \| [^|]* \| [^|]* \|$", re.MULTILINE
)
_MINUTE = 60


def main(chosen: Sequence[str]) -> None:
    """Measure the chosen commands, or all; exits with the code of one that fails."""
    known = [row["command"] for row in _ROW.finditer(DOCUMENT.read_text())]
    if unknown := [command for command in chosen if command not in known]:
        raise SystemExit(f"no row of {DOCUMENT.name} has the command {unknown[0]}")
    took = {command: _measure(command) for command in chosen or known}

    def renewed(row: re.Match[str]) -> str:
        if row["command"] not in took:
            return row[0]
        wall, cpu = map(told, took[row["command"]])
        return f"| `{row['command']}` | {row['purpose']} | {wall} | {cpu} |"

    DOCUMENT.write_text(_ROW.sub(renewed, DOCUMENT.read_text()))


def told(seconds: float) -> str:
    """A duration as a reader wants it: `1.4 s`, `26 s`, `3 min 5 s`."""
    if seconds < 10:  # noqa: PLR2004 - below that, tenths tell something
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _measure(command: str) -> tuple[float, float]:
    """Wall and CPU seconds of a command and all that it started."""
    before, started = _cpu(), time.monotonic()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["functions", "."])}
    done = subprocess.run(  # nosec B603
        ["/bin/sh", "-c", command], cwd=DOCUMENT.parent, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    return time.monotonic() - started, _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
