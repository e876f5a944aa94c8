"""What a cold start imports, and how many instructions it takes. Figures are in figures.json.

Instructions are counted by valgrind and are the same in each run, which no time is. They do differ
between builds of Python, so each build has its own figures; `python -m tests.external.cold` writes
those of this one, and the list of imports.
"""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from ops import trim
from testing.artifact import assemble
from testing.template import ROOT
from tests.external.cold.starts import conditions_of

FIGURES = Path(__file__).with_name("figures.json")
BUILD = f"{sys.version.replace('\n', ' ')} {platform.machine()} {'-'.join(platform.libc_ver())}"
"""Of Python: what the counts depend on beside the code and its pins."""

_PROGRAM = Path(__file__).with_name("first_answer.py")
_VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
# Of these it matters which of their parts are imported; a whole package is listed by its name.
_IN_PARTS = {"payments": 3, "aws_lambda_powertools": 3}


def figures() -> dict[str, Any]:
    """The committed figures."""
    loaded: dict[str, Any] = json.loads(FIGURES.read_text())
    return loaded


def build_artifact(folder: Path) -> Path:
    """An artifact of all functions, trimmed as `make build` does it."""
    artifact = folder / "artifact"
    assemble(artifact)
    (folder / "template.yaml").write_text((ROOT / "template.yaml").read_text())
    trim.trim(folder)
    return artifact


def first_answer(artifact: Path, start: str) -> dict[str, Any]:
    """The function's `answer` and the `modules` that it took."""
    return _read(_run([], artifact, start))


def imported(modules: list[str]) -> list[str]:
    """The modules as they are listed: private parts of the standard library count for nothing."""
    parts = (name.split(".") for name in modules)
    short = {".".join(one[: _IN_PARTS.get(one[0], 1)]) for one in parts}
    return sorted(name for name in short if not name.startswith("_"))


def instructions(artifact: Path, start: str) -> int:
    """From the start of Python to the end of the first answer."""
    done = _run(_VALGRIND, artifact, start)
    counted = _COUNTED.search(done.stderr)
    assert counted, done.stderr
    return int(counted[1].replace(",", ""))


def _run(under: list[str], artifact: Path, start: str) -> subprocess.CompletedProcess[str]:
    start_file = artifact.with_name("start.json")
    start_file.write_text(json.dumps(conditions_of(start)))
    # No setting of this machine's, nothing of .venv's, and no bytecode but what the artifact has.
    program = [sys.executable, "-I", "-S", "-B", str(_PROGRAM), str(artifact), str(start_file)]
    seed = {"PYTHONHASHSEED": "0"}
    command = [*under, *program]
    return subprocess.run(command, env=seed, capture_output=True, text=True, check=True)


def _read(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered
