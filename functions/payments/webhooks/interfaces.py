"""Ports of the webhooks: event queue, HTTP, delivery log, storefronts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from payments.webhooks.delivery_attempt import DeliveryAttempt, EndpointResponse
from payments.webhooks.endpoint import Receiver
from payments.webhooks.events import Event


class EventQueue(Protocol):
    """The queue of events to deliver."""

    def send(self, events: Sequence[Event]) -> None:
        """Queue events; raises Unavailable."""


class WebhookSender(Protocol):
    """Sends one webhook request."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> EndpointResponse:
        """Send the request and return the endpoint's reply; does not raise."""


class Deliveries(Protocol):
    """The delivery log."""

    def note(self, event: Event, attempt: DeliveryAttempt) -> None:
        """Add an attempt to the event's log; raises Unavailable."""


class Receivers(Protocol):
    """Webhook secrets and endpoints of the storefronts; both methods raise Unavailable."""

    def of(self, storefront_id: str) -> Receiver | None:
        """A storefront's secrets and disabled endpoints; None for an unknown storefront."""

    def disable(self, storefront_id: str, endpoint_hash: str) -> None:
        """Disable an endpoint that answered 410, until an operator enables it again."""
