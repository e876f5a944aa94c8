"""The bytecode of an artifact, such that Lambda really uses it.

`sam build` sets all times to 1980 and Lambda's file system is read-only: ordinary .pyc files, which
bear the time of their source, count as stale there. These are said to be good without a look. They
say no columns, only lines: a third less to load, and a traceback has no ^^^^. Ours leave docstrings
to the sources beside them; packages keep theirs, since a package may ask for its own.
"""

import subprocess  # each call is judged where it is made  # nosec B404
import sys
from collections.abc import Iterable
from pathlib import Path

TASK = "/var/task"
"""Where Lambda unpacks an artifact. Code that was compiled for there needs no correction there."""

# compileall names what it optimizes so that only `python -OO` would load it; hence py_compile.
_WITHOUT_DOCSTRINGS = """
import sys
from importlib.util import cache_from_source
from py_compile import PycInvalidationMode, compile

artifact, task, *modules = sys.argv[1:]
for module in modules:
    compile(
        f"{artifact}/{module}",
        cfile=cache_from_source(f"{artifact}/{module}", optimization=""),
        dfile=f"{task}/{module}",
        doraise=True,
        optimize=2,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
"""


def write_bytecode(artifact: Path, ours: Iterable[Path]) -> None:
    """Put a .pyc beside each module; raises CalledProcessError for a module that is none.

    `ours` are the folders within the artifact that are not packages of others.
    """
    python = [sys.executable, "-I", "-X", "no_debug_ranges"]
    compileall = ["-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    paths = ["-s", str(artifact), "-p", TASK, str(artifact)]
    _run([*python, *compileall, *paths])
    modules = [str(one.relative_to(artifact)) for top in ours for one in top.rglob("*.py")]
    _run([*python, "-c", _WITHOUT_DOCSTRINGS, str(artifact), TASK, *modules])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)  # this Python, on files of ours  # nosec B603
