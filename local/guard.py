"""Ends the stack's processes when the stack was killed and could not end them itself.

Reads `start GROUP` and `end GROUP` lines; the end of the input means that the stack is gone. It
works for every way to die, SIGKILL included, and for what the processes started in turn.
"""

import os
import signal
import sys
from collections.abc import Iterable


def main(lines: Iterable[str]) -> None:
    for group in groups_left(lines):
        end_group(group)


def groups_left(lines: Iterable[str]) -> set[int]:
    """Return the process groups that were started and not ended."""
    left: set[int] = set()
    for line in lines:
        event, _, group = line.partition(" ")
        if event == "start":
            left.add(int(group))
        else:
            left.discard(int(group))
    return left


def end_group(group: int) -> None:
    """Kill a whole group at once: what is to outlive it is on the disk already."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of zombies
        return


if __name__ == "__main__":
    # Ctrl-C reaches everything in the terminal; the guard leaves only when the stack has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    main(sys.stdin)
