"""Ports of the use cases. The composition root provides the implementations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from payments.domain.gateway_status import GatewayStatus, QuarantineReason
from payments.domain.payment import IssuedCode, Lease, Payment
from payments.domain.payment_change import Applied, Change, Refused


class PaymentStore(Protocol):
    """Payments by order id. Every method raises Unavailable if the outcome is unknown."""

    def reserve(self, payment: Payment) -> Payment | None:
        """Store a new payment; return the existing payment if the order id is taken, else None."""

    def get(self, order_id: str) -> Payment | None:
        """Read a payment with strong consistency; return None if there is none."""

    def apply(self, change: Change) -> Applied | Refused:
        """Apply a change if its conditions hold."""

    def withdraw(self, order_id: str, lease: str) -> None:
        """Delete a payment if it is in its first version and has this lease; else do nothing."""

    def take_lease(
        self, payment: Payment, lease: Lease, last_attempt_at: int, next_sync_at: int | None = None
    ) -> Payment | None:
        """Replace the lease of an INITIATING payment, and set its `last_attempt_at`.

        With a `next_sync_at` (epoch milliseconds), also schedule the next status sync. Returns None
        if the lease or the status changed since the payment was read.
        """

    def update_lease(self, order_id: str, lease: Lease) -> None:
        """Store the lease anew; do nothing if another caller has taken it or none exists."""

    def schedule_sync(self, order_id: str, due_at: int) -> None:
        """Schedule a status sync (epoch milliseconds), unless an earlier one is scheduled."""

    def begin_sync(
        self, order_id: str, due_at: int, next_due_at: int, write_id: str
    ) -> Payment | None:
        """Begin the status sync that is due at `due_at`, and schedule the next one.

        Returns None if another caller began it or it is no longer due.
        """

    def end_sync(self, order_id: str, write_id: str, due_at: int | None) -> None:
        """Schedule the next status sync; with a `due_at` of None, end the schedule.

        Does nothing if another write changed the schedule since the status sync `write_id` began.
        """

    def begin_confirmation(
        self, order_id: str, now: int, before: int, write_id: str
    ) -> Payment | None:
        """Begin the confirmation of an unverified callback.

        Returns None if a confirmation began since `before` (epoch milliseconds) or if there is no
        such payment.
        """


class DuePayments(Protocol):
    """The index of payments by their next status sync. Raises Unavailable."""

    def due(self, shard: str, now: int) -> Iterator[tuple[str, int]]:
        """Yield order id and due time of the due payments of a shard, the oldest due time first."""


class SyncQueue(Protocol):
    """The queue of status syncs. Both methods raise Unavailable."""

    def waiting(self) -> int:
        """Return the approximate number of status syncs that are queued or in progress."""

    def send(self, syncs: Sequence[tuple[str, int]]) -> None:
        """Queue status syncs, each as order id and due time (epoch milliseconds)."""


class Quarantine(Protocol):
    """Callbacks that were not applied, by order id and payload digest."""

    def keep(
        self,
        order_id: str,
        reason: QuarantineReason,
        payload_digest: str,
        reported: GatewayStatus | None,
    ) -> None:
        """Store one record per payload digest, however often it is received. Raises Unavailable."""


class Gateway(Protocol):
    """Finpay. Requests raise a GatewayError, or Unavailable if the credentials cannot be read.

    A request is sent only once, except that it is sent again with a new key if Finpay refused the
    key and the merchant has changed it.
    """

    def is_reachable(self) -> bool:
        """Return False while status checks and cancels fail without being sent."""

    def is_recovering(self) -> bool:
        """Return True while one request finds out if Finpay answers again; others would fail."""

    def initiate(self, body: Mapping[str, object], storefront_id: str) -> IssuedCode:
        """Request a payment code for a storefront, whose id is not sent."""

    def check(self, gateway_order_id: str) -> GatewayStatus | None:
        """Return the gateway status of an order, or None if Finpay does not know the order."""

    def cancel(self, gateway_order_id: str) -> bool:
        """Cancel an order; return False if Finpay definitely refused."""
