"""`python -m ops.trim .aws-sam/build`: after `sam build`, leaves in each artifact only what runs.

It adds the bytecode that Lambda would have to make anew at every cold start, and takes away what
no function reads. A deployment works without this step, only slower. What it does to one artifact
does not depend on the architecture, so arm64 is trimmed on x86 as well.
"""

import re
import shutil
import sys
from pathlib import Path

from ops.bytecode import write_bytecode
from ops.descriptions import TrimError, keep_descriptions, our_packages

_RUNTIME = re.compile(r"^\s*Runtime: (\S+)$", re.MULTILINE)
# Of what a package says about itself scanners for vulnerabilities read this, and nothing else is
# read by anybody.
_METADATA = "METADATA"
_NEVER_READ = ("boto3/data", "boto3/examples", "wrapt-stubs", "*.data", "**/*.pyi", "**/py.typed")


def trim(build: Path) -> list[Path]:
    """Trim all artifacts in the folder that `sam build` left, and return them.

    To do it twice is the same as once. Raises TrimError, before anything is changed, where the
    functions would not run what this Python compiles.
    """
    template = build / "template.yaml"
    if not template.is_file():
        raise TrimError(f"{build} holds no template.yaml: sam build comes first")
    check_runtimes(set(_RUNTIME.findall(template.read_text())))
    artifacts = sorted(path.parent for path in build.glob("*/payments"))
    for artifact in artifacts:
        keep_descriptions(artifact)
        _drop_never_read(artifact)
        write_bytecode(artifact, our_packages(artifact))
    return artifacts


def check_runtimes(runtimes: set[str]) -> None:
    """Raise TrimError if this Python's bytecode is not what each of these runtimes would run.

    Lambda would ignore it without a word.
    """
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if runtimes != {ours}:
        theirs = ", ".join(sorted(runtimes)) or "no Python"
        raise TrimError(f"the functions run on {theirs}, and {ours} cannot compile for that")


def _drop_never_read(artifact: Path) -> None:
    for pattern in _NEVER_READ:
        for path in list(artifact.glob(pattern)):
            _remove(path)
    for package in artifact.glob("*.dist-info"):
        for path in package.iterdir():
            if path.name != _METADATA:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def main(arguments: list[str]) -> str | None:
    """Trim; what it returns is what went wrong, for `sys.exit`."""
    try:
        (build,) = arguments
        artifacts = trim(Path(build))
    except ValueError:
        return "usage: python -m ops.trim FOLDER, the one that `sam build` wrote to"
    except TrimError as error:
        return str(error)
    print(f"Trimmed {len(artifacts)} artifacts in {build}")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
