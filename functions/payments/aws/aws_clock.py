"""The time of AWS, which all containers have in common.

The clock of a container can be minutes off. Leases, schedules and confirmations compare the time
with one that another container wrote, so a wrong clock would end a lease early or block it for
long. Each response of AWS has the time in its Date header, in whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from payments.domain.clock import Clock

_HALF_SECOND_MS = 500
_TOLERANCE_MS = 2_000
"""A smaller difference can come from the whole seconds of the header and from a slow response."""


@dataclass(slots=True)
class AwsClock:
    """A Clock: this container's clock, corrected by the latest response of AWS."""

    local: Clock
    ahead: int = 0
    """Milliseconds by which the container's clock is ahead of AWS's; 0 within the tolerance."""

    def __call__(self) -> int:
        """Return the time in epoch milliseconds."""
        return self.local() - self.ahead

    def watch(self, client: Any) -> Any:
        """Correct the clock by each response to this client; return the client."""
        client.meta.events.register("after-call", self._read_date)
        return client

    def correct(self, date: str) -> None:
        """Correct the clock by the Date header of a response that has just arrived."""
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return
        ahead = self.local() - int(told.timestamp()) * 1000 - _HALF_SECOND_MS
        self.ahead = ahead if abs(ahead) > _TOLERANCE_MS else 0

    def _read_date(self, parsed: dict[str, Any], **_: Any) -> None:
        self.correct(parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", ""))
