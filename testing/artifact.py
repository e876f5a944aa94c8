"""An artifact as `sam build` would leave it, but out of .venv, which has the same pins."""

import re
import shutil
from importlib import metadata
from pathlib import Path

from testing.template import ROOT

FUNCTIONS = ROOT / "functions"
_PIN = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def assemble(artifact: Path) -> None:
    """Put functions/ and the packages of its requirements.txt into a new folder, no bytecode."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(FUNCTIONS, artifact, ignore=ignore)
    for name in _PIN.findall((FUNCTIONS / "requirements.txt").read_text()):
        for file in metadata.files(name) or ():
            # Scripts lie outside of site-packages; its bytecode is as old as its installation.
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = artifact / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
