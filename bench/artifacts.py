"""The artifacts that are measured, built for this machine's architecture.

`built` is as a user would get them: the service by `make build`, which trims it after `sam build`,
all others by plain `sam build`. `equal` is a copy in which every artifact had the same treatment:
bytecode that Lambda would use, and none of botocore's descriptions of services that nobody calls.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BuildFailedError
from bench.places import BENCH, ROOT, RUNTIME, WORK
from local.deployment import architecture
from local.environments import install
from local.paths import content_hash
from local.progress import step
from ops.trim import trim

_SERVICES = {"dynamodb", "secretsmanager", "sqs", "kms", "sts", "sso", "sso-oidc", "ssm"}


_TRIMMING = [ROOT / "ops" / name for name in ("trim.py", "bytecode.py", "descriptions.py")]


@dataclass(frozen=True, slots=True)
class Artifacts:
    """Folders with one artifact for each function, under its logical id."""

    service: Path
    peers: Path
    floor: Path


def built() -> Artifacts:
    """Build what has changed since the last time; raises BuildFailedError."""
    install("awslambdaric", RUNTIME, BENCH / "requirements.lock", WORK / "awslambdaric.log")
    folder = WORK / "built"
    _build(ROOT / "template.yaml", [ROOT / "functions", *_TRIMMING], folder / "service")
    _build(BENCH / "peers/template.yaml", [BENCH / "peers"], folder / "peers")
    _build(BENCH / "floor/template.yaml", [BENCH / "floor"], folder / "floor")
    return Artifacts(folder / "service", folder / "peers", folder / "floor")


def equal(of: Artifacts) -> Artifacts:
    """The copies with equal treatment, made anew where the original is newer."""
    folder = WORK / "equal"
    for origin in (of.service, of.peers, of.floor):
        copy, stamp = folder / origin.name, folder / f"{origin.name}.stamp"
        wanted = (origin / "stamp").read_text()
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        with step(f"Giving {origin.name} bytecode and trimming it"):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(origin, copy, ignore=_trimmed)
            for artifact in (one for one in copy.iterdir() if one.is_dir()):
                compile_for_lambda(artifact)
        stamp.write_text(wanted)
    return Artifacts(folder / "service", folder / "peers", folder / "floor")


def compile_for_lambda(artifact: Path) -> None:
    """Bytecode that is used whatever the sources' time stamps are, which in Lambda are of 1980."""
    command: list[str | Path] = [
        RUNTIME / "bin/python",
        "-m",
        "compileall",
        "-q",
        "--invalidation-mode",
    ]
    subprocess.run([*command, "unchecked-hash", artifact], check=True, env=_environment())


def _trimmed(folder: str, names: list[str]) -> set[str]:
    """Of botocore's descriptions, those that nobody calls."""
    if not folder.endswith("/botocore/data"):
        return set()
    services = {name for name in names if (Path(folder) / name).is_dir()}
    return services - _SERVICES


def _build(template: Path, sources: Sequence[Path], folder: Path) -> None:
    found = (file for source in sources for file in (source, *source.rglob("*")))
    files = [file for file in found if file.is_file() and file.suffix != ".pyc"]
    wanted = content_hash([template, *files], sys.version)
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command: list[str | Path] = [
        Path(sys.executable).with_name("sam"),
        "build",
        "--template-file",
        template,
    ]
    command += ["--build-dir", folder, "--base-dir", template.parent]
    command += ["--parameter-overrides", f"Architecture={architecture()}"]
    log = WORK / f"sam-build-{folder.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with step(f"Building {folder.name} (sam build)"), log.open("wb") as output:
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=_environment(), check=False
        )
    if done.returncode:
        raise BuildFailedError(f"sam build failed; see {log}")
    if folder.name == "service":
        # As `make build` does.
        trim(folder)
    stamp.write_text(wanted)


def _environment() -> Mapping[str, str]:
    # sam build asks the first `python3.13` on PATH, and version managers' shims fail it.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = {"SAM_CLI_TELEMETRY": "0", "PYTHONWARNINGS": "ignore"}
    return {"HOME": str(Path.home()), "PATH": path} | quiet
