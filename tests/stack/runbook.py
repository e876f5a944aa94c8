"""docs/runbook.md as a test reads it: its commands, how they end and what they print."""

import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from testing.template import ROOT

RUNBOOK = ROOT / "docs/runbook.md"
PATIENCE_SECONDS = 180

_BLOCK = re.compile(
    r"(?:<!-- test: (?P<mark>[^\n]*) -->\n)?```sh\n(?P<command>.*?)```"
    r"(?:\n\n```text\n(?P<shown>.*?)```)?",
    re.DOTALL,
)
# What is another each time, and what stands for it.
_VARIES = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d WIB", "TIME"),
    (r"\d{4}-\d\d-\d\d", "DAY"),
    (r"next: (TIME|never)", "next: WHEN"),  # the schedule may have been quicker
    (r"\b\d+ ms", "N ms"),
    (r"\b88027\d{11}\b", "CODE"),
    (r"\bFP\d{14}\b", "REFERENCE"),
    (r"\b[0-9a-f]{16}\b", "HASH"),
    (r"(?m)^( +)\d+\. (TIME  failed)", r"\1N. \2"),
)
# Only these can be said again until the stack has done what it was told.
_LOOKS_ONLY = re.compile(r"python -m ops (payment show|webhook deliveries) \S+\n")


@dataclass(frozen=True)
class Block:
    """A block of commands, the exit codes that it may end with, and what is shown below it."""

    command: str
    codes: frozenset[int]
    shown: str | None

    def run(self, environment: Mapping[str, str]) -> tuple[int, str]:
        """Exit code and output. What only reads is run again until it is as shown, for a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            done = subprocess.run(
                ["sh", "-uc", self.command],
                env=environment,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            code, output = done.returncode, done.stdout + done.stderr
            as_shown = self.shown is None or shape(output) == shape(self.shown)
            if as_shown or not _LOOKS_ONLY.fullmatch(self.command) or time.monotonic() > deadline:
                return code, output
            time.sleep(1)


def blocks() -> list[Block]:
    """The blocks that are to be run."""
    found = []
    for match in _BLOCK.finditer(RUNBOOK.read_text()):
        mark = match["mark"] or "exits with 0"
        if mark.startswith("skip, "):
            continue
        codes = frozenset(map(int, re.findall(r"\d", mark.removeprefix("exits with"))))
        found.append(Block(match["command"], codes, match["shown"]))
    return found


def shape(output: str) -> list[str]:
    """The lines of an output without what is another each time; the same line again is one."""
    for pattern, instead in _VARIES:
        output = re.sub(pattern, instead, output)
    lines: list[str] = []
    for line in output.splitlines():
        if lines[-1:] != [line]:
            lines.append(line)
    return lines
