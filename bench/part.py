"""What one part of the benchmark found: tables for people, values for the targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a title."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """As a document shows it."""
        lines = [list(self.headers), ["---"] * len(self.headers), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def text(self) -> str:
        """As a terminal shows it: columns of one width each."""
        lines = [self.headers, *self.rows]
        widths = [max(len(line[n]) for line in lines) for n in range(len(self.headers))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if n == 0 else cell.rjust(width)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part by its name in `ARGS`; `values` are what targets speak of, by name."""

    name: str
    note: str
    tables: Sequence[Table]
    values: Mapping[str, float]
    measured: Mapping[str, Any] = field(default_factory=dict)
