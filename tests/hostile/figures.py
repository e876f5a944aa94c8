"""Figures that a run is to show, at its end."""

import pytest


class Figures:
    """What tests counted; conftest prints it after the run."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, line: str) -> None:
        self.lines.append(line)


FIGURES = pytest.StashKey[Figures]()
