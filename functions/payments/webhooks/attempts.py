"""Attempts to deliver a webhook, and what came of them."""

from dataclasses import dataclass
from enum import StrEnum

OTHER_MACHINE = "other-machine"
"""Why nothing was sent: the local stack sends nothing to other machines, at no attempt."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered: HTTP status, and the seconds in its Retry-After.

    Without a status no answer came; `why` then says why, in one of a few words.
    """

    status: int | None = None
    retry_after: int | None = None
    why: str = ""


class Outcome(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    """The receiver wants no more, and gets no more at this endpoint."""
    DISABLED = "disabled"
    """Nothing was sent, and nothing will be; `why` says why."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One entry of a payment's delivery log.

    `at` in epoch ms; `status` is the receiver's, or None, and `why` says why there is none.
    """

    at: int
    took_ms: int
    outcome: Outcome
    status: int | None = None
    why: str = ""
