"""A process of a Lambda function: it can die between any two steps, and its clock is its own."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any, Never

from greenlet import getcurrent

from payments.aws.aws_clock import AwsClock
from tests.property.simulation.chance import Chance
from tests.property.simulation.hub import MINUTE, Hub

_APART_MS = 10 * MINUTE
_NEARLY_RIGHT_MS = 1_500
_LAG_MS = 10 * MINUTE
"""How far the clock of a container is behind, at the most, when it was frozen and goes on."""


def skew(chance: Chance) -> int:
    """How far the clock of a new container is ahead, in milliseconds."""
    most = _APART_MS if chance.maybe(0.5) else _NEARLY_RIGHT_MS
    return chance.between(-most, most)


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
    """What the composition root built for it: its caches, connections and counters."""
    frozen_at: int = 0
    lag: int = 0
    is_dead: bool = False
    clock: AwsClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = AwsClock(self.own_clock)

    def own_clock(self) -> int:
        """What the machine says; nobody corrects it."""
        return self.hub.now + self.skew - self.lag

    def hear_from_aws(self) -> None:
        """A response of AWS has arrived, with the time in its header."""
        now = datetime.fromtimestamp(self.hub.now // 1000, UTC)
        self.clock.correct(format_datetime(now, usegmt=True))

    def thaw(self) -> None:
        """Go on with what is remembered, and with a clock that stood still for a part of it."""
        frozen = self.hub.now - self.frozen_at
        self.lag = self.chance.between(0, min(frozen, _LAG_MS))

    def spend(self, duration: int) -> None:
        """Time passes in a call to the outside; the process may die before and after it."""
        self.may_die()
        left = self.ends_at - self.hub.now
        self.hub.wait(min(duration, max(left, 0)))
        self.lag = 0  # The clock is set again in the meantime.
        if duration >= left and not self.is_dead:
            self.chance.faults["timeout of a function"] += 1
            self.is_dead = True
        self.may_die()

    def may_die(self) -> None:
        """All that it does side by side dies with it, each at its next step."""
        if self.is_dead or self.chance.strikes("crash"):
            self.is_dead = True
            raise DiedError

    def side_by_side[T, R](
        self, work: Callable[[T], R], items: Sequence[T], width: int
    ) -> list[Callable[[], R]]:
        """What threads do, in greenlets: where one waits, the others go on."""
        waiting = deque(enumerate(items))
        outcomes: dict[int, Callable[[], R]] = {}

        def thread() -> None:
            getcurrent().process = self  # type: ignore[attr-defined]
            while waiting and not self.is_dead:
                number, item = waiting.popleft()
                outcomes[number] = self._outcome_of(work, item)

        self.hub.together([thread] * min(width, len(items)))
        self.may_die()
        return [outcomes[number] for number in range(len(items))]

    def _outcome_of[T, R](self, work: Callable[[T], R], item: T) -> Callable[[], R]:
        try:
            result = work(item)
        except DiedError:
            return partial(_raise, DiedError())
        except Exception as error:  # noqa: BLE001 - raised again where the outcome is taken
            return partial(_raise, error)
        return lambda: result


def _raise(error: BaseException) -> Never:
    raise error
