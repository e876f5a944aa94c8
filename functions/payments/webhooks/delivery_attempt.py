"""Attempts to deliver a webhook, and their outcomes."""

from dataclasses import dataclass
from enum import StrEnum

OTHER_MACHINE = "other-machine"
"""The value of `why` if the local stack refuses a URL whose host is not this machine."""


@dataclass(frozen=True, slots=True)
class EndpointResponse:
    """An endpoint's HTTP status, and its Retry-After in seconds.

    `status` is None if the endpoint did not answer; `why` is then a short constant for the reason.
    """

    status: int | None = None
    retry_after: int | None = None
    why: str = ""


class DeliveryOutcome(StrEnum):
    """The outcome of an attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    """The endpoint answered 410. It receives no further webhooks."""
    DISABLED = "disabled"
    """Nothing was sent, and the event is not retried; `why` gives the reason."""
    FAILED = "failed"
    """The endpoint did not accept the webhook; the event is retried."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One entry of a payment's delivery log.

    `at` is in epoch ms. `status` is the endpoint's HTTP status; if it is None, `why` gives the
    reason.
    """

    at: int
    took_ms: int
    outcome: DeliveryOutcome
    status: int | None = None
    why: str = ""
