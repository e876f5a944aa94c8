"""A file that outlives `kill -9`: what was written is there when the process starts again.

Each entry is a line of JSON and is with the operating system before `write` returns, so it
survives the process, though not a power failure. The line that a dying process was writing is cut
off: nobody was told of it yet. Standard library only, since the local AWS uses it too.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

type Record = Callable[[str, Any], None]
"""Takes the kind of an entry and its facts."""


def forget(_kind: str, _facts: Any) -> None:
    """Record nothing."""


class Journal:
    """Only its owner may read the file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(descriptor, file.read_bytes().rfind(b"\n") + 1)
        self._output = os.fdopen(descriptor, "ab")

    def entries(self) -> Iterator[tuple[str, Any]]:
        """What is in the file, oldest first."""
        for line in self._file.read_bytes().splitlines():
            yield from json.loads(line).items()

    def write(self, kind: str, facts: Any) -> None:
        line = json.dumps({kind: facts}, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self._output.write(line)
            self._output.flush()

    def close(self) -> None:
        self._output.close()
