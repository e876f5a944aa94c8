"""The survivors that docs/mutants.md has a reason for.

There, a heading of level three names the module; each mutant is a block of `diff`, and the text
after one or several blocks is their reason.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from checks.mutants.mutant import Mutant

_SECTION = re.compile(r"^### `(functions/\S+\.py)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCKS = re.compile(r"((?:^```diff\n.*?^```\n\s*)+)([^`\s#][^\n]*)?", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```diff\n(.*?)\n```$", re.MULTILINE | re.DOTALL)

type Key = tuple[str, str]
"""The file, and the mutant as text."""


def read(document: Path) -> Mapping[Key, str]:
    """The reason of each; raises ValueError where one is missing."""
    reasons: dict[Key, str] = {}
    for file, section in _SECTION.findall(document.read_text()):
        for blocks, reason in _BLOCKS.findall(section):
            if not reason:
                raise ValueError(f"{document.name} has no reason for a mutant of {file}:\n{blocks}")
            reasons |= {(file, text): reason for text in _BLOCK.findall(blocks)}
    return reasons


def key_of(mutant: Mutant) -> Key:
    """How the document names a mutant: by its lines, not by their numbers."""
    return mutant.file, str(mutant)


def split(
    survivors: Iterable[Mutant], reasons: Mapping[Key, str], files: Iterable[str]
) -> tuple[Counter[str], list[Mutant], list[Key]]:
    """How many survivors of each file have a reason, which have none; reasons without survivor."""
    justified: Counter[str] = Counter()
    unjustified: list[Mutant] = []
    stale = {key for key in reasons if key[0] in set(files)}
    for mutant in survivors:
        key = key_of(mutant)
        stale.discard(key)
        if key in reasons:
            justified[mutant.file] += 1
        else:
            unjustified.append(mutant)
    return justified, unjustified, sorted(stale)
