"""What is deployed: sizes, modules that a cold start imports, memory at its most."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench import subjects
from bench.artifacts import Artifacts
from bench.container import Container
from bench.outside import Outside
from bench.part import Part, Table
from bench.places import ROOT
from bench.subjects import FLOORS, PEERS, SERVICE, Subject

_EMPTY = "empty handler"


def measure(built: Artifacts) -> Part:
    """The part `artifact`."""
    with Outside() as outside:
        all_subjects = [
            *(subjects.service(built, name, task, outside.url) for name, task in SERVICE.items()),
            *(subjects.peer(built, name, "callback", outside.url) for name in PEERS),
            *(subjects.floor(built, name, outside.url) for name in FLOORS),
        ]
        found = {subject.name: _measured(subject) for subject in all_subjects}
    for one in found.values():
        # What the runtime itself imports is no part of it.
        one["modules"] -= found[_EMPTY]["modules"] if one is not found[_EMPTY] else 0
    rows = [
        [
            name,
            f"{one['zipped'] / 1e6:.2f}",
            f"{one['unzipped'] / 1e6:.1f}",
            f"{one['own'] / 1e3:.0f}" if name in SERVICE else "",
            f"{one['modules']:.0f}",
            f"{one['peak'] / 1e6:.0f}",
        ]
        for name, one in found.items()
    ]
    headers = ["", "zip, MB", "unzipped, MB", "own code zipped, kB", "modules", "peak memory, MB"]
    values = {
        "own code zipped": max(found[name]["own"] for name in SERVICE),
        "zip": max(found[name]["zipped"] for name in SERVICE),
    }
    note = (
        "Modules are those that a cold start imports to its first answer, beyond an empty "
        "handler's; memory is what was resident at most by then."
    )
    return Part("artifact", note, [Table("Artifacts", headers, rows)], values, found)


def _measured(subject: Subject) -> dict[str, float]:
    folder = subject.handler.artifact
    files = [file for file in folder.rglob("*") if file.is_file()]
    own = [file for file in files if file.relative_to(folder).parts[0] in set(_own_packages())]
    with Container(subject.handler, "-X", "importtime") as container:
        subject.check(container.invoke(subject.event))
        peak = container.peak_bytes()
        modules = container.end().count("import time:")
    return {
        "zipped": _zipped(files, folder),
        "unzipped": sum(file.stat().st_size for file in files),
        "own": _zipped(own, folder),
        "modules": modules,
        "peak": peak,
    }


def _own_packages() -> Iterator[str]:
    return (one.name for one in (ROOT / "functions").iterdir() if one.is_dir())


def _zipped(files: list[Path], folder: Path) -> int:
    """Bytes of a zip as `sam deploy` makes it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    return written.tell()
