"""A process of a Lambda function: it can die between any two steps, and its clock is its own."""

from dataclasses import dataclass
from typing import Any

from tests.property.simulation.chance import Chance
from tests.property.simulation.hub import Hub

SKEW_MS = 1_500


class DiedError(BaseException):
    """The process is gone. Nothing in it can catch this, as nothing outlives a SIGKILL."""


@dataclass
class Process:
    """One container while it serves one invocation after the other."""

    hub: Hub
    chance: Chance
    function: str
    skew: int
    ends_at: int = 0
    dependencies: Any = None
    """What the composition root built for it."""

    def clock(self) -> int:
        return self.hub.now + self.skew

    def spend(self, duration: int) -> None:
        """Time passes in a call to the outside; the process may die before and after it."""
        self.may_die()
        left = self.ends_at - self.hub.now
        self.hub.wait(min(duration, max(left, 0)))
        if duration >= left:
            self.chance.faults["timeout of a function"] += 1
            raise DiedError
        self.may_die()

    def may_die(self) -> None:
        if self.chance.strikes("crash"):
            raise DiedError
