"""What became of an initiate whose answer nobody has: ask Finpay, and guess nothing.

Whoever acts at Finpay on an INITIATING payment holds its lease. A payment leaves this module either
received, or in a state in which nothing at Finpay can be paid for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.domain.change import Applied, Change, NextAttempt
from payments.domain.clock import Clock
from payments.domain.errors import GatewayError, OutcomeUnknown, PaymentInProgress
from payments.domain.gateway_status import GatewayStatus
from payments.domain.ids import NewId
from payments.domain.payment import LEASE_MS, Entry, Failure, Lease, Payment, Source, derived_id
from payments.domain.sync_schedule import is_over
from payments.domain.transitions import Status, Trigger
from payments.services.apply_status import ApplyStatus, StatusUpdate
from payments.services.sync_status import SyncStatus

if TYPE_CHECKING:
    from payments.domain.ports import Gateway, PaymentStore

_POLL_SECONDS = 2
_MOST_ATTEMPTS = 5
_CANCEL_MS = 10_000  # what a cancel may take, with the pauses before it
_TAKEN = Failure("rejected", "", "Finpay has another order of this id")


@dataclass(frozen=True, slots=True)
class Resolve:
    """Resolves unknown outcomes of the payments of a store."""

    payments: PaymentStore
    gateway: Gateway
    sync_status: SyncStatus
    apply_status: ApplyStatus
    clock: Clock
    new_id: NewId

    def to_ask_again(self, found: Payment) -> Payment:
        """The payment as Finpay knows it, or INITIATING, held, and free to be asked for.

        Raises PaymentInProgress while somebody else holds it, OutcomeUnknown if Finpay does not
        tell, Unavailable.
        """
        held = self._hold(found, to_ask=True)
        cleared = self._clear(held)
        if cleared.payment.status is not Status.INITIATING:
            return cleared.payment
        # What Finpay never saw may be sent under the same id; what it cancelled may not.
        if cleared.trigger is Trigger.NEVER_RECEIVED:
            return held
        if len(held.previous_attempt_ids) >= _MOST_ATTEMPTS - 1:
            return self.apply_status.apply_trigger(held, cleared.trigger, Source.INITIATE).payment
        return self._start_next_attempt(held)

    def to_close(self, found: Payment, source: Source) -> StatusUpdate:
        """End a payment that nobody asked for again; raises like `to_ask_again`."""
        held = self._hold(found, to_ask=False)
        cleared = self._clear(held)
        if cleared.payment.status is not Status.INITIATING:
            return cleared
        return self.apply_status.apply_trigger(held, cleared.trigger, source)

    def _hold(self, found: Payment, *, to_ask: bool) -> Payment:
        now = self.clock()
        if found.is_leased(now):
            raise PaymentInProgress(_POLL_SECONDS)
        last_attempt_at = now if to_ask else found.last_attempt_at
        held = self.payments.take_lease(
            found, Lease(self.new_id(), now + LEASE_MS), last_attempt_at
        )
        if held is None:
            raise PaymentInProgress(_POLL_SECONDS)
        return held

    def _clear(self, held: Payment) -> StatusUpdate:
        """Settle it if Finpay can tell; else make sure that nothing there can be paid for it."""
        try:
            return self._cleared(held)
        except GatewayError as error:
            raise OutcomeUnknown(error.code) from None

    def _cleared(self, held: Payment) -> StatusUpdate:
        synced = self.sync_status(held, holds_lease=True)
        update, reported = synced.update, synced.reported
        if update.payment.status is not Status.INITIATING or reported is None:
            return update
        match update.trigger:
            case Trigger.CANCEL_CONFIRMED:
                return update
            case Trigger.EXPIRY_CONFIRMED | Trigger.FAILURE_CONFIRMED:
                return _moved(self.apply_status(held.order_id, reported))
            case Trigger.OPEN if reported.is_of_another(held.amount, held.currency):
                return _moved(
                    self.apply_status.apply_trigger(
                        held, Trigger.REFUSED, Source.STATUS_CHECK, failure=_TAKEN
                    )
                )
            case Trigger.OPEN if self._is_cancelled(held, reported):
                return update._replace(trigger=Trigger.CANCEL_AGREED)
            case Trigger.OPEN if is_over(held, self.clock()):
                return _moved(
                    self.apply_status.apply_trigger(
                        held,
                        Trigger.EXPIRY_CONFIRMED,
                        update.source,
                        payload_digest=reported.payload_digest,
                    )
                )
        # Perhaps it was paid at this moment, or says something that nobody knows.
        raise OutcomeUnknown

    def _is_cancelled(self, held: Payment, reported: GatewayStatus) -> bool:
        """Whether Finpay agreed to cancel what is surely ours, well before our lease ends."""
        if held.lease is None or held.lease.until - self.clock() < _CANCEL_MS:
            raise OutcomeUnknown
        is_ours = reported.is_of(held.amount, held.currency)
        return is_ours and self.gateway.cancel(held.gateway_order_id)

    def _start_next_attempt(self, held: Payment) -> Payment:
        """Go on under an order id that Finpay does not know yet. Written before it is asked."""
        write_id = self.new_id()
        entry = Entry(
            Status.INITIATING,
            self.clock(),
            Source.INITIATE,
            write_id,
            saw=Trigger.NEXT_ATTEMPT.name,
        )
        change = Change(
            order_id=held.order_id,
            sources=frozenset({Status.INITIATING}),
            entry=entry,
            version=held.version,
            lease=held.lease.id if held.lease else None,
            next_attempt=NextAttempt(
                derived_id(held.order_id, write_id),
                (*held.previous_attempt_ids, held.gateway_order_id),
            ),
        )
        result = self.payments.apply(change)
        if not isinstance(result, Applied):
            raise OutcomeUnknown
        return result.payment


def _moved(update: StatusUpdate) -> StatusUpdate:
    """A update that had its effect; another was quicker where it had not."""
    if update.payment.status is Status.INITIATING:
        raise OutcomeUnknown
    return update
