"""When a webhook that failed is tried again. Pure; all times in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 43_200 - 60
"""SQS lets a message wait 12 hours from the moment that it was received, and not a second more."""

_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Retries:
    """The pauses between the attempts; an event has one attempt more than there are pauses."""

    pauses: Sequence[int]

    def pause_after(self, attempt: int, retry_after: int | None, chance: float) -> int:
        """How long to wait after this attempt (the first is 1); 0 after the last one.

        The receiver's `Retry-After` is waited for, up to 12 hours. `chance` (0 to 1) spreads the
        pause by a tenth to both sides, so that what failed together does not come back together.
        """
        if attempt > len(self.pauses):
            return 0
        pause = self.pauses[attempt - 1] * (1 + _JITTER * (2 * chance - 1))
        return min(LONGEST, max(round(pause), retry_after or 0))
