"""Where the stack finds the project and keeps its own things."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
# Kept between runs and used by all of them.
MINISTACK_ENVIRONMENT = LOCAL / "ministack"
CHECKOV_ENVIRONMENT = LOCAL / "checkov"
BUILD = LOCAL / "build"


def content_hash(files: Iterable[Path], *also: str) -> str:
    """Return a hash of the files' names and contents and of the other facts given."""
    digest = hashlib.sha256(repr(also).encode())
    for file in sorted(files):
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
