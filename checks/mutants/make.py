"""Print the mutants of the files named on the command line, as JSON.

Runs in mutmut's environment, which has nothing of ours.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from checks.mutants.operators import OPERATORS

_NEVER_RUN = ("from __future__", "import ", "if TYPE_CHECKING", "type ")


def mutants(path: Path) -> Iterator[dict[str, Any]]:
    """Each mutant once: its whole text, the lines that differ, the function that they are in."""
    source = path.read_text()
    # No comment in the code may spare a line: what is spared stands in docs/mutants.md.
    visitor = MutationVisitor([*mutation_operators, *OPERATORS], IgnoredCode(set(), set(), set()))
    module = MetadataWrapper(cst.parse_module(source)).visit(visitor)
    tree = ast.parse(source)
    seen = {source}
    for mutation in visitor.mutations:
        code = module.deep_replace(mutation.original_node, mutation.mutated_node).code
        if code in seen or not _compiles(code):
            continue
        seen.add(code)
        first, old, new = _difference(source, code)
        if not old or old[0].strip().startswith(_NEVER_RUN):
            continue
        if old[0].strip().startswith("raise ") and [line.strip() for line in new] != ["pass"]:
            continue  # the words of an error: that it is raised, and its class, are what counts
        last = first + len(old) - 1
        function, in_body = _place(tree, first, last)
        yield {
            "file": str(path),
            "code": code,
            "function": function,
            "in_body": in_body,
            "lines": [first, last],
            "old": [line.strip() for line in old],
            "new": [line.strip() for line in new],
        }


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _difference(before: str, after: str) -> tuple[int, list[str], list[str]]:
    """The number of the first line that differs, and the lines that do."""
    old, new = before.splitlines(), after.splitlines()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start == len(old) - end:  # lines were only added: count the one before as changed
        start -= 1
    return start + 1, old[start : len(old) - end], new[start : len(new) - end]


def _place(tree: ast.Module, first: int, last: int) -> tuple[str, bool]:
    """The outermost function around these lines, or the class; and whether they are in its body."""
    body: list[ast.stmt] = tree.body
    names: list[str] = []
    while True:
        around = [one for one in body if _begin(one) <= first and last <= (one.end_lineno or 0)]
        if not around or not isinstance(around[0], ast.FunctionDef | ast.ClassDef):
            return ".".join(names), False
        names.append(around[0].name)
        if isinstance(around[0], ast.FunctionDef):
            return ".".join(names), first >= around[0].body[0].lineno
        body = around[0].body


def _begin(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


if __name__ == "__main__":
    found = [mutant for name in sys.argv[1:] for mutant in mutants(Path(name))]
    json.dump(found, sys.stdout)
