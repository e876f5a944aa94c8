"""The pauses between attempts to deliver a webhook. Pure; all times in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_PAUSE = 43_200 - 60
"""Maximum pause. SQS limits the visibility timeout to 12 hours after the message is received; one
minute is left for the attempt itself."""

_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The pauses between the attempts. For n pauses, there are n + 1 attempts."""

    pauses: Sequence[int]

    def pause_after(self, attempt: int, retry_after: int | None, chance: float) -> int:
        """Seconds to wait after attempt number `attempt` (the first is 1); 0 after the last one.

        The pause is at least `retry_after`, and at most MAX_PAUSE. `chance` is a random number from
        0 to 1 that varies the pause by up to 10 % in both directions, so that events that failed
        together are not retried together.
        """
        if attempt > len(self.pauses):
            return 0
        pause = self.pauses[attempt - 1] * (1 + _JITTER * (2 * chance - 1))
        return min(MAX_PAUSE, max(round(pause), retry_after or 0))
