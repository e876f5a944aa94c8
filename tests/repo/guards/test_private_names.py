"""Tests, and what they share, use no private name of another module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.template import ROOT

# Attributes like module._name are for ruff (SLF001); these are the other ways.
PATCHES = {"setattr", "object", "patch", "multiple", "delattr"}


def sources() -> list[Path]:
    found = [file for name in ("tests", "testing", "bench") for file in (ROOT / name).rglob("*.py")]
    return [file for file in found if "peers" not in file.parts]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def uses(source: str) -> Iterator[str]:
    """Each private name that is imported, or named in a patch."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if is_private(alias.name))
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name not in PATCHES:
                continue
            for given in node.args[:2]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    last = given.value.rpartition(".")[2]
                    if is_private(last):
                        yield given.value


def test_no_test_uses_a_private_name_of_another_module() -> None:
    files = sources()
    assert len(files) > 200
    found = {str(file.relative_to(ROOT)): [*uses(file.read_text())] for file in files}
    assert not {file: names for file, names in found.items() if names}


@pytest.mark.parametrize(
    "source",
    [
        "from payments.domain.gateway_status import _PROOFS",
        "monkeypatch.setattr(store, '_SYNC_PAGE', 3)",
        "mock.patch.object(deliver, '_outcome', None)",
        "monkeypatch.setattr('payments.aws.payments_table._SYNC_PAGE', 3)",
    ],
)
def test_each_way_to_use_one_is_found(source: str) -> None:
    assert [*uses(source)]


def test_a_public_name_is_none() -> None:
    assert not [
        *uses("from payments.domain.gateway_status import TRIGGERS\nsetattr(store, 'SYNC_PAGE', 3)")
    ]
