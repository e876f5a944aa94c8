"""The pins: what `make lock` wrote, and what it was made from."""

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = {
    "functions/requirements.txt": ["functions/requirements.in"],
    "requirements.lock": ["functions/requirements.in", "requirements-dev.txt"],
    "local/requirements.lock": ["local/requirements.txt"],
    "checks/requirements.lock": ["checks/requirements.txt"],
    "bench/requirements.lock": ["bench/requirements.txt"],
}
"""Each file of pins with hashes, and the files that `make lock` makes it from."""


def wanted(text: str) -> list[Requirement]:
    """The requirements in a file that is written by hand."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


def locked(text: str) -> dict[str, tuple[Requirement, list[str]]]:
    """The requirements in a lock by name, with their hashes."""
    found: dict[str, tuple[Requirement, list[str]]] = {}
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        line = entry.strip()
        if line and not line.startswith("#"):
            requirement = Requirement(line.partition(" --hash")[0].strip())
            hashes = re.findall(r"--hash=(sha256:[0-9a-f]{64})(?=\s|$)", line)
            found[canonicalize_name(requirement.name)] = (requirement, hashes)
    return found
