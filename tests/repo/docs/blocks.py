"""The code blocks of the documents, each with what tests it.

A comment before a block says `test: skip, REASON`, or `test: FILE::FUNCTION` for a test that runs
what the block says in its own way. Without one it is run as it stands.
"""

import re
from typing import NamedTuple

from testing.template import ROOT

DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for pattern in ("*.md", "docs/*.md") for path in ROOT.glob(pattern)
)
ON_THE_STACK = ("README.md", "docs/api.md", "docs/test-mode.md")
"""Their shell blocks are run one after the other against a running local stack."""

_IN_ITS_OWN_WAY = {"docs/runbook.md": "tests/stack/test_runbook.py"}
"""Documents whose blocks all have a test of their own."""

_BLOCK = re.compile(
    r"(?:<!-- test: (?P<test>[^\n]*) -->\n)?^```(?P<language>\S*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A code block; `skip` is why nothing runs it, `tests` are what runs it in their own way."""

    document: str
    language: str
    text: str
    skip: str = ""
    tests: tuple[str, ...] = ()

    @property
    def runs_as_it_stands(self) -> bool:
        return not self.skip and not self.tests


def blocks(document: str) -> list[Block]:
    """The blocks of a document, in their order."""
    text = (ROOT / document).read_text()
    return [_block(document, match) for match in _BLOCK.finditer(text)]


def _block(document: str, match: re.Match[str]) -> Block:
    told = match["test"] or ""
    language, text = match["language"], match["text"]
    if document in _IN_ITS_OWN_WAY and not told.startswith("skip, "):
        return Block(document, language, text, tests=(_IN_ITS_OWN_WAY[document],))
    if told.startswith("skip, "):
        return Block(document, language, text, skip=told.removeprefix("skip, "))
    return Block(document, language, text, tests=tuple(filter(None, told.split(", "))))
