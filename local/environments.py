"""Tools whose own pins fit no others get an environment of their own, made once."""

import shutil
import subprocess  # nosec B404 - each call is judged where it is made
import sys
from pathlib import Path

from local.errors import MissingToolError
from local.paths import content_hash
from local.progress import step


def install(name: str, folder: Path, lock: Path, log: Path) -> None:
    """Make the environment unless it is there and of this Python and these pins.

    Raises MissingToolError when packages cannot be fetched or are not those that `lock` means.
    """
    wanted = content_hash([lock], sys.version)
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted and (folder / "bin/python").exists():
        return
    with step(f"Installing {name}, once"):
        shutil.rmtree(folder, ignore_errors=True)
        _make(name, folder, lock, log)
        stamp.write_text(wanted)


def _make(name: str, folder: Path, lock: Path, log: Path) -> None:
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("wb") as output:
            for command in ([sys.executable, "-m", "venv", str(folder)], pip):
                subprocess.run(command, check=True, stdout=output, stderr=subprocess.STDOUT)  # nosec B603
    except subprocess.CalledProcessError as error:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        message = f"{name} could not be installed (is there a network?); see {log}\n{last}"
        raise MissingToolError(message) from error
