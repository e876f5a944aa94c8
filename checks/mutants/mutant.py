"""One mutant, and its way into a process."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from local.paths import ROOT


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault; `old` and `new` are the lines that differ, without indentation."""

    file: str
    code: str
    function: str
    in_body: bool
    lines: tuple[int, int]
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def module(self) -> str:
        """The name under which the module is imported."""
        return ".".join(Path(self.file).relative_to("functions").with_suffix("").parts)

    def __str__(self) -> str:
        removed, added = [f"- {line}" for line in self.old], [f"+ {line}" for line in self.new]
        lines = [f"@@ {self.function or 'module'}", *removed, *added]
        return "\n".join(line.rstrip() for line in lines)


def unchanged(file: str) -> Mutant:
    """A module without a fault, which every test has to like."""
    return Mutant(file, (ROOT / file).read_text(), "", in_body=False, lines=(1, 1), old=(), new=())


class Importer(MetaPathFinder, Loader):
    """Imports the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(name, ROOT / self.mutant.file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(_compiled(self.mutant), module.__dict__)  # noqa: S102  # nosec B102 - our own text


def import_it(mutant: Mutant) -> None:
    """Whoever imports the module from now on gets the mutant."""
    sys.meta_path.insert(0, Importer(mutant))


def put_in(mutant: Mutant) -> bool:
    """Give the function, which is imported already, the mutant's code; False where that fails."""
    try:
        found: Any = importlib.import_module(mutant.module)
        for name in mutant.function.split("."):
            found = inspect.getattr_static(found, name)
        found = getattr(found, "__func__", getattr(found, "fget", found))
        function: FunctionType = inspect.unwrap(found)
        function.__code__ = _code_of(_compiled(mutant), mutant.function.split("."))
    except (AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def _compiled(mutant: Mutant) -> CodeType:
    return compile(mutant.code, ROOT / mutant.file, "exec", dont_inherit=True)


def _code_of(code: CodeType, names: Sequence[str]) -> CodeType:
    """The code of a function out of its module's; generic ones stand in a scope of their own."""
    for name in names:
        scopes = [code]
        while scopes:
            inner = [one for one in scopes.pop(0).co_consts if isinstance(one, CodeType)]
            named = [one for one in inner if one.co_name == name]
            if named:
                code = named[0]
                break
            scopes += [one for one in inner if one.co_name.startswith("<generic parameters")]
        else:
            raise LookupError(name)
    return code
