"""What webhooks need of the outside world: a queue, HTTP, the delivery log, the storefronts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from payments.webhooks.attempts import Attempt, Reply
from payments.webhooks.endpoint import Receiver
from payments.webhooks.events import Event


class EventQueue(Protocol):
    """Events that storefronts are to be told of; raises Unavailable."""

    def send(self, events: Sequence[Event]) -> None:
        """Queue events."""


class PostWebhook(Protocol):
    """Sends a webhook once."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the receiver answered."""


class Deliveries(Protocol):
    """The log of what storefronts were told; raises Unavailable."""

    def note(self, event: Event, attempt: Attempt) -> None:
        """Add an attempt to the event's log."""


class Receivers(Protocol):
    """Who is told of payments; both methods raise Unavailable."""

    def of(self, storefront_id: str) -> Receiver | None:
        """The receiver of a storefront's webhooks; None if there is no such storefront."""

    def disable(self, storefront_id: str, endpoint_hash: str) -> None:
        """Send nothing more to an endpoint that answered 410, until an operator says so."""
