"""What the doctor finds."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Health(StrEnum):
    """Well, not well, or not to be said."""

    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"


class Finding(NamedTuple):
    """One thing that was looked at; `remedy` is what to do, where it is bad."""

    subject: str
    health: Health
    said: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "subject": self.subject,
            "health": self.health,
            "said": self.said,
            "remedy": self.remedy or None,
        }

    def line(self) -> str:
        """In one line, and what to do in another."""
        to_do = f"\n         do: {self.remedy}" if self.remedy else ""
        return f"{self.health:8} {self.subject}: {self.said}{to_do}"


def good(subject: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(subject, Health.GOOD, said)


def bad(subject: str, said: str, remedy: str) -> Finding:
    """Somebody has to do something."""
    return Finding(subject, Health.BAD, said, remedy)


def skipped(subject: str, said: str) -> Finding:
    """Here it cannot be looked at."""
    return Finding(subject, Health.SKIPPED, said)
