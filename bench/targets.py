"""What the project set out to reach, beside what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.part import Table

_CLIENT, _BOTH = "boto3 DynamoDB client", "boto3 and requests"
_FASTAPI, _POWERTOOLS = "FastAPI + Mangum", "Powertools in full"


@dataclass(frozen=True, slots=True)
class Target:
    """At most `limit` of the value of this name in a part."""

    text: str
    value: str
    limit: float
    digits: int = 2

    def row(self, values: Mapping[str, float]) -> list[str]:
        """The text, the limit, what was measured, and whether that is met."""
        found = values.get(self.value)
        if found is None:
            return [self.text, f"≤ {self.limit:g}", "not measured", ""]
        told = f"{found:,.{self.digits}f}"
        return [
            self.text,
            f"≤ {self.limit:g}",
            told,
            "met" if self.is_met(values) else "**not met**",
        ]

    def is_met(self, values: Mapping[str, float]) -> bool:
        """Whether it was measured and met."""
        return values.get(self.value, float("inf")) <= self.limit


TARGETS = [
    Target(
        f"callback, cold, against {_CLIENT}, as built", f"cold built callback / {_CLIENT}", 0.70
    ),
    Target(f"API, cold, against {_BOTH}, as built", f"cold built API / {_BOTH}", 0.70),
    Target(
        f"callback, cold, against {_FASTAPI}, as built", f"cold built callback / {_FASTAPI}", 0.30
    ),
    Target(f"API, cold, against {_FASTAPI}, as built", f"cold built API / {_FASTAPI}", 0.35),
    Target(
        f"callback, cold, against {_POWERTOOLS}, all alike",
        f"cold equal callback / {_POWERTOOLS}",
        0.75,
    ),
    Target(f"API, cold, against {_POWERTOOLS}, all alike", f"cold equal API / {_POWERTOOLS}", 0.80),
    Target(f"callback, warm CPU, against {_FASTAPI}", f"warm callback / {_FASTAPI}", 0.80),
    Target(f"initiate, warm CPU, against {_FASTAPI}", f"warm initiate / {_FASTAPI}", 0.88),
    Target(f"status, warm CPU, against {_FASTAPI}", f"warm status / {_FASTAPI}", 0.70),
    Target("DynamoDB calls of a warm callback", "dynamodb calls callback", 1, 0),
    Target("DynamoDB calls of a warm initiate", "dynamodb calls initiate", 2.0, 2),
    Target("DynamoDB calls of a warm status", "dynamodb calls status", 1, 0),
    Target("secret calls, warm", "secret calls warm", 0, 2),
    Target("write units of a paid payment", "write units", 3, 0),
    Target("item, bytes", "item bytes", 1024, 0),
    Target("callback with 100,000 payments against 10", "growth callback", 1.10),
    Target("status with 100,000 payments against 10", "growth status", 1.10),
    Target("own code zipped, bytes", "own code zipped", 415_000, 0),
    Target("whole zip, bytes", "zip", 10_000_000, 0),
]


def table(values: Mapping[str, float]) -> Table:
    """All targets."""
    headers = ["Target", "at most", "measured", ""]
    return Table("Targets", headers, [target.row(values) for target in TARGETS])
