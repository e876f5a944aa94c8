"""Resolve the unknown outcome of an initiate request through a status check at Finpay.

An INITIATING payment is changed at Finpay only while its lease is held. A resolved payment either
has the status that Finpay reports, or has no order at Finpay that can be paid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.clock import Clock
from payments.domain.errors import (
    GatewayError,
    OutcomeUnknown,
    PaymentInProgress,
    PreviousUnanswered,
    Unavailable,
    Unresolved,
)
from payments.domain.gateway_status import GatewayStatus
from payments.domain.ids import NewId
from payments.domain.payment import LEASE_MS, Entry, Failure, Lease, Payment, Source, derived_id
from payments.domain.payment_change import Applied, Change, NextAttempt
from payments.domain.sync_schedule import first_sync_time, is_expired
from payments.domain.transition_table import Status, Trigger
from payments.services.apply_status import ApplyStatus, StatusUpdate
from payments.services.leases import note_unanswered, release
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.interfaces import Gateway, PaymentStore

# A request that is being worked on usually ends within seconds.
_POLL_SECONDS = 2
_MAX_ATTEMPTS = 5
# Maximum duration of a cancel request, including the reads of credentials and circuit state.
_CANCEL_BUDGET_MS = 10_000
_ID_IN_USE = Failure("rejected", "", "Finpay has another order with this id")


class _CancelUnanswered(OutcomeUnknown):
    """Finpay did not answer the request to cancel, and may still process it."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """Resolves unknown outcomes of payments in the payment store."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    apply_status: ApplyStatus
    clock: Clock
    new_id: NewId

    def to_ask_again(self, found: Payment) -> Payment:
        """Resolve the payment before a code is requested again.

        Returns the payment with its current status. If the status is still INITIATING, the caller
        holds the lease of the payment and can request a code. Raises PaymentInProgress while
        another request holds the lease, Unresolved if the status check does not resolve the
        outcome, OutcomeUnknown if Finpay does not answer, or Unavailable.
        """
        leased = self._take_lease(found, to_ask=True)
        resolved = self._resolve(leased)
        if resolved.payment.status is not Status.INITIATING:
            return resolved.payment
        # Only an order that Finpay never received may be sent again under the same id.
        if resolved.trigger is Trigger.NEVER_RECEIVED:
            return leased
        if len(leased.previous_attempt_ids) >= _MAX_ATTEMPTS - 1:
            closed = self.apply_status.apply_trigger(leased, resolved.trigger, Source.INITIATE)
            return closed.payment
        return self._start_next_attempt(leased)

    def to_close(self, found: Payment, source: Source) -> StatusUpdate:
        """Resolve the payment without a new request for a code.

        Raises the same errors as `to_ask_again`.
        """
        leased = self._take_lease(found, to_ask=False)
        resolved = self._resolve(leased)
        if resolved.payment.status is not Status.INITIATING:
            return resolved
        return self.apply_status.apply_trigger(leased, resolved.trigger, source)

    def _take_lease(self, found: Payment, *, to_ask: bool) -> Payment:
        now = self.clock()
        if found.lease and found.lease.is_held(now):
            if found.lease.has_ended(now):
                raise PreviousUnanswered(math.ceil((found.lease.until - now) / 1000))
            raise PaymentInProgress(_POLL_SECONDS)
        lease = Lease(self.new_id(), now + LEASE_MS)
        if to_ask:
            leased = self.payments.take_lease(found, lease, now, first_sync_time(now))
        else:
            leased = self.payments.take_lease(found, lease, found.last_attempt_at)
        if leased is None:
            raise PaymentInProgress(_POLL_SECONDS)
        return leased

    def _resolve(self, leased: Payment) -> StatusUpdate:
        """Apply the status that Finpay reports, or ensure that no order there can be paid.

        Raises Unresolved if what Finpay reports permits neither of the two, and OutcomeUnknown if
        Finpay does not answer.
        """
        try:
            return self._resolve_by_status(leased)
        except _CancelUnanswered:
            note_unanswered(self.payments, leased)
            raise
        except (Unresolved, Unavailable):
            release(self.payments, leased)
            raise
        except GatewayError as error:
            release(self.payments, leased)
            raise OutcomeUnknown(error.code) from None

    def _resolve_by_status(self, leased: Payment) -> StatusUpdate:
        reported, update = self.sync_status(leased, holds_lease=True)
        if update.payment.status is not Status.INITIATING or reported is None:
            return update
        match update.trigger:
            case Trigger.CANCEL_CONFIRMED:
                return update
            case Trigger.EXPIRY_CONFIRMED | Trigger.FAILURE_CONFIRMED:
                return _require_moved(self.apply_status(leased.order_id, reported))
            case Trigger.OPEN if reported.differs_from_order(leased.amount, leased.currency):
                return _require_moved(
                    self.apply_status.apply_trigger(
                        leased, Trigger.REFUSED, Source.STATUS_CHECK, failure=_ID_IN_USE
                    )
                )
            case Trigger.OPEN if self._cancel_at_finpay(leased, reported):
                return update._replace(trigger=Trigger.CANCEL_AGREED)
            case Trigger.OPEN if is_expired(leased, self.clock()):
                return _require_moved(
                    self.apply_status.apply_trigger(
                        leased,
                        Trigger.EXPIRY_CONFIRMED,
                        update.source,
                        payload_digest=reported.payload_digest,
                    )
                )
        # The order may have been paid just now, or the gateway status is not a known one.
        raise Unresolved

    def _cancel_at_finpay(self, leased: Payment, reported: GatewayStatus) -> bool:
        """Cancel the order at Finpay if it belongs to this payment; return whether Finpay agreed.

        Raises OutcomeUnknown if the lease may expire before the cancel request ends, or another
        GatewayError.
        """
        if leased.lease is None or leased.lease.until - self.clock() < _CANCEL_BUDGET_MS:
            raise OutcomeUnknown
        is_ours = reported.matches_order(leased.amount, leased.currency)
        try:
            return is_ours and self.gateway.cancel(leased.gateway_order_id)
        except OutcomeUnknown as error:
            raise _CancelUnanswered(error.code) from None

    def _start_next_attempt(self, leased: Payment) -> Payment:
        """Store a new gateway order id, before Finpay gets a request under that id."""
        write_id = self.new_id()
        entry = Entry(
            Status.INITIATING,
            self.clock(),
            Source.INITIATE,
            write_id,
            observed=Trigger.NEXT_ATTEMPT.name,
        )
        change = Change(
            order_id=leased.order_id,
            sources=frozenset({Status.INITIATING}),
            entry=entry,
            version=leased.version,
            lease=leased.lease.id if leased.lease else None,
            next_attempt=NextAttempt(
                derived_id(leased.order_id, write_id),
                (*leased.previous_attempt_ids, leased.gateway_order_id),
            ),
        )
        result = self.payments.apply(change)
        if not isinstance(result, Applied):
            raise OutcomeUnknown
        return result.payment


def _require_moved(update: StatusUpdate) -> StatusUpdate:
    """Return the update if it changed the status.

    Raises OutcomeUnknown if a concurrent write prevented the change.
    """
    if update.payment.status is Status.INITIATING:
        raise OutcomeUnknown
    return update
