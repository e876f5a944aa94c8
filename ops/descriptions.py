"""botocore's descriptions of AWS's services, cut down to those that the functions call.

They are 28 of its 30 MB, and botocore looks through all of them for each client. Which services
are called stands in the code of the artifact and nowhere else: `….client("dynamodb")`.
"""

import ast
import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_DATA = "botocore/data"
_ENDPOINTS = "endpoints.json"
# Examples are for botocore's manual.
_NEVER_READ = "examples-*"


class TrimError(Exception):
    """Nothing good would come of trimming; the message says why."""


def services_called(artifact: Path) -> frozenset[str]:
    """The services that the functions make clients of, by botocore's names."""
    sources = [path for top in our_packages(artifact) for path in top.rglob("*.py")]
    return frozenset(name for source in sources for name in _clients(ast.parse(source.read_text())))


def keep_descriptions(artifact: Path) -> None:
    """Drop what describes other services, and the prose; raises TrimError if botocore lacks one."""
    data, services = artifact / _DATA, services_called(artifact)
    if missing := sorted(name for name in services if not (data / name).is_dir()):
        raise TrimError(f"{artifact}: botocore does not describe: {', '.join(missing)}")
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in services:
            shutil.rmtree(entry)
    for service in services:
        for version in (data / service).iterdir():
            _shorten(version)
    endpoints = json.loads((data / _ENDPOINTS).read_text())
    for partition in endpoints["partitions"]:
        known = partition["services"].items()
        partition["services"] = {name: where for name, where in known if name in services}
    _write(data / _ENDPOINTS, endpoints)


def our_packages(artifact: Path) -> Iterator[Path]:
    """The folders of an artifact that hold this project's code."""
    yield artifact / "payments"
    yield from (app.parent for app in artifact.glob("*/app.py"))


def _clients(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="client" | "create_client"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def _shorten(version: Path) -> None:
    """Leave a service's description without its prose, and no longer packed."""
    for path in version.glob(_NEVER_READ):
        path.unlink()
    for path in version.glob("*.json.gz"):
        description = json.loads(gzip.decompress(path.read_bytes()))
        _write(path.with_suffix(""), _without_prose(description))
        path.unlink()


def _without_prose(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_prose(one) for one in node]
    if not isinstance(node, dict):
        return node
    # A member of a request may bear the name, and then it is no prose but a shape.
    return {
        name: _without_prose(value)
        for name, value in node.items()
        if name != "documentation" or not isinstance(value, str)
    }


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":")))
