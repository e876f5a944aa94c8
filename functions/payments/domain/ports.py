"""What the use cases need of the world. The composition root brings the real things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from payments.domain.change import Applied, Change, Refused
from payments.domain.gateway_status import GatewayStatus, Reason
from payments.domain.payment import IssuedCode, Lease, Payment


class PaymentStore(Protocol):
    """Payments by order id. Every method raises Unavailable when the outcome is not known."""

    def reserve(self, payment: Payment) -> Payment | None:
        """Store a new payment; return the one that is there already, if there is one."""

    def get(self, order_id: str) -> Payment | None:
        """Read a payment, strongly consistent."""

    def apply(self, change: Change) -> Applied | Refused:
        """Change a payment, if the change applies to it."""

    def withdraw(self, order_id: str, lease: str) -> None:
        """Remove a payment that never got beyond the reservation holding this lease."""

    def take_lease(self, payment: Payment, lease: Lease, last_attempt_at: int) -> Payment | None:
        """Take the lease from whoever was seen with it; None if another was quicker.

        `last_attempt_at` is when its new holder may ask Finpay for a code.
        """

    def begin_sync(
        self, order_id: str, due_at: int, next_due_at: int, write_id: str
    ) -> Payment | None:
        """Begin the status sync that was due then; None if another did or it is due no more."""

    def end_sync(self, order_id: str, write_id: str, due_at: int | None) -> None:
        """Set or end the watch, unless the payment moved since the status sync with this id began."""

    def begin_confirmation(
        self, order_id: str, now: int, before: int, write_id: str
    ) -> Payment | None:
        """Begin to ask about an unverified callback; None if somebody did since `before`."""


class DuePayments(Protocol):
    """The index of payments that Finpay has to be asked about; raises Unavailable."""

    def due(self, shard: str, now: int) -> Iterator[tuple[str, int]]:
        """Order ids and due times of a shard's payments whose time has come, oldest first."""


class SyncQueue(Protocol):
    """Status syncs that wait for their turn; raises Unavailable."""

    def waiting(self) -> int:
        """About how many status syncs are queued or under way."""

    def send(self, syncs: Sequence[tuple[str, int]]) -> None:
        """Queue status syncs: order id and due time each."""


class Quarantine(Protocol):
    """Payload digest of callbacks that proved nothing or did not match."""

    def keep(
        self,
        order_id: str,
        reason: Reason,
        payload_digest: str,
        reported: GatewayStatus | None,
    ) -> None:
        """Store it once, however often the same callback comes; raises Unavailable."""


class Gateway(Protocol):
    """Finpay. What asks it raises a GatewayError or, without credentials, Unavailable.

    Nothing is sent twice but what Finpay refused, if there is a new key since.
    """

    def is_reachable(self) -> bool:
        """False while the circuit is open: a call would be refused without being made."""

    def initiate(self, body: Mapping[str, object]) -> IssuedCode:
        """Ask for a code."""

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        """What Finpay says of an order, or None if it knows no such order."""

    def cancel(self, gateway_order_id: str) -> bool:
        """Whether Finpay agreed to cancel an order; False if it refused for certain."""
