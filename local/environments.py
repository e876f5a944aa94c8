"""Environments with pinned packages, made once; `python -m local.environments LOCK FOLDER`.

Tools whose own pins fit no others get one of their own. It runs without any package installed.
"""

import shutil
import subprocess  # each call is judged where it is made  # nosec B404
import sys
from pathlib import Path

from local.errors import MissingToolError
from local.paths import LOCAL, content_hash
from local.progress import step


def install(name: str, folder: Path, lock: Path, log: Path) -> None:
    """Make the environment unless it is there and of this Python and these pins.

    Raises MissingToolError when packages cannot be fetched or are not those that `lock` means.
    """
    wanted = content_hash([lock], sys.version)
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted and (folder / "bin/python").exists():
        return
    with step(f"Installing {name}, once", log):
        shutil.rmtree(folder, ignore_errors=True)
        _make(name, folder, lock, log)
        stamp.write_text(wanted)


def _make(name: str, folder: Path, lock: Path, log: Path) -> None:
    pip = [str(folder / "bin/python"), "-m", "pip", "install"]
    pip += ["--disable-pip-version-check", "--progress-bar", "off"]
    pip += ["--require-hashes", "-r", str(lock)]
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("wb") as output:
            for command in ([sys.executable, "-m", "venv", str(folder)], pip):
                subprocess.run(command, check=True, stdout=output, stderr=subprocess.STDOUT)  # nosec B603
    except subprocess.CalledProcessError as error:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        message = f"{name} could not be installed (is there a network?); see {log}\n{last}"
        raise MissingToolError(message) from error


def main(lock: str, folder: str) -> str | None:
    """Install; what it returns is what went wrong, for `sys.exit`."""
    try:
        install(lock, Path(folder), Path(lock), LOCAL / "setup.log")
    except MissingToolError as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
