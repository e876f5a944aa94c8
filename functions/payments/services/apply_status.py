"""Apply a gateway status or another trigger to a payment.

Callbacks, status syncs and cancels all use this module, so the same rules apply to each of them.
The usual case is one conditional write without a read. If the condition fails, the write returns
the stored payment, or nothing if the order is unknown. The stored payment shows whether the gateway
status is a duplicate or does not match the payment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Self

from payments.domain.clock import Clock
from payments.domain.errors import OrderMismatch, PaymentNotFound, Unavailable
from payments.domain.gateway_status import GatewayStatus, QuarantineReason
from payments.domain.ids import NewId
from payments.domain.money_rules import (
    after,
    change_of_ledger,
    first_ledger,
    is_about_money,
    is_full,
    report_of,
)
from payments.domain.payment import Entry, Failure, IssuedCode, Payment, Source
from payments.domain.payment_change import MAX_WRITE_ATTEMPTS, Applied, Change, Refused
from payments.domain.transition_table import Rule, Status, Trigger, rule_for, usual_rule
from payments.domain.trigger_rules import (
    change_of,
    has_room_for,
    is_duplicate,
    is_to_confirm,
    next_sync_after,
    rule_of,
)
from payments.ledger.identity import is_known

if TYPE_CHECKING:
    from payments.domain.interfaces import PaymentStore, Quarantine


class Effect(StrEnum):
    """The effect on a payment: a new status, a history entry only, or nothing."""

    MOVED = "moved"
    RECORDED = "recorded"
    NOTHING = "nothing"


class StatusUpdate(NamedTuple):
    """The payment after a trigger was applied, the trigger, its effect and its source."""

    payment: Payment
    trigger: Trigger
    effect: Effect
    source: Source

    @classmethod
    def nothing(cls, payment: Payment, trigger: Trigger, source: Source) -> Self:
        """An update for a trigger that had no effect on the payment."""
        return cls(payment, trigger, Effect.NOTHING, source)


type Observe = Callable[[StatusUpdate], None]
"""Receives each applied update before it is returned, so that metrics cover every use case."""


class ApplyStatus(NamedTuple):
    """Applies gateway statuses and other triggers to payments in the payment store."""

    payments: PaymentStore
    quarantine: Quarantine
    clock: Clock
    new_id: NewId
    observe: Observe = lambda _: None

    def __call__(self, order_id: str, reported: GatewayStatus) -> StatusUpdate:
        """Apply a gateway status that a signature or an authenticated status check has verified.

        Raises PaymentNotFound if the payment does not exist, OrderMismatch if the gateway status is
        for an order at Finpay that does not belong to the payment, and Unavailable if the outcome
        of the write is not known.
        """
        update = self._apply(order_id, reported)
        self.observe(update)
        return update

    def _apply(self, order_id: str, reported: GatewayStatus) -> StatusUpdate:
        trigger = reported.trigger_if_matching()
        rule, moved = usual_rule(trigger), True
        if rule and rule.target:
            result = self._write_unread(order_id, reported, rule, rule.target)
        else:
            result = Refused(self.payments.get(order_id))
        for _ in range(MAX_WRITE_ATTEMPTS):
            if isinstance(result, Applied):
                effect = Effect.MOVED if moved else Effect.RECORDED
                return StatusUpdate(result.payment, trigger, effect, reported.source)
            payment = result.found
            if payment is None:
                raise PaymentNotFound(order_id)
            if not payment.has_attempt(reported.gateway_order_id):
                raise OrderMismatch(order_id)
            trigger = reported.trigger(payment.amount, payment.currency)
            if trigger is Trigger.MISMATCH:
                self.quarantine.keep(
                    order_id, QuarantineReason.MISMATCH, reported.payload_digest, reported
                )
            if is_about_money(trigger, reported, payment):
                change = self._change_of_money(reported, trigger, payment)
            else:
                change = self._change_of_status(reported, trigger, payment)
            if change is None:
                return StatusUpdate.nothing(payment, trigger, reported.source)
            moved = change.entry.status is not payment.status
            result = self.payments.apply(change)
        raise Unavailable("too many concurrent changes to the payment")

    def apply_trigger(
        self,
        payment: Payment,
        trigger: Trigger,
        source: Source,
        *,
        payload_digest: str = "",
        code: IssuedCode | None = None,
        failure: Failure | None = None,
    ) -> StatusUpdate:
        """Apply a trigger that is given directly and is not derived from a gateway status.

        `payment` is the payment as the caller read it. If the stored payment changed after that,
        nothing is written, and the returned update contains the changed payment and
        Effect.NOTHING. Raises Unavailable.
        """
        rule = rule_for(payment.status, trigger)
        if rule is None:
            return StatusUpdate.nothing(payment, trigger, source)
        observed = "" if rule.target else trigger.name
        status = rule.target or payment.status
        entry = Entry(status, self.clock(), source, self.new_id(), payload_digest, observed)
        change = replace(change_of(payment, rule, entry), code=code, failure=failure)
        result = self.payments.apply(change)
        if not isinstance(result, Applied):
            return StatusUpdate.nothing(result.found or payment, trigger, source)
        effect = Effect.MOVED if rule.target else Effect.RECORDED
        update = StatusUpdate(result.payment, trigger, effect, source)
        self.observe(update)
        return update

    def _write_unread(
        self, order_id: str, reported: GatewayStatus, rule: Rule, target: Status
    ) -> Applied | Refused:
        """Write without a read, on condition that status, amount, currency and order match.

        An open payment has no money, so its ledger is new.
        """
        entry = self._entry(reported, target)
        is_paid = rule.trigger is Trigger.PAID
        change = Change(
            order_id=order_id,
            sources=rule.sources,
            entry=entry,
            amount=reported.amount,
            currency=reported.currency,
            gateway_order_id=reported.gateway_order_id,
            only_current=not is_paid,
            next_sync=next_sync_after(rule, entry),
            ledger=first_ledger(report_of(reported, rule.trigger, entry.at)) if is_paid else None,
        )
        return self.payments.apply(change)

    def _change_of_money(
        self, reported: GatewayStatus, trigger: Trigger, payment: Payment
    ) -> Change | None:
        report = report_of(reported, trigger, self.clock())
        if is_known(report, payment.ledger):
            return None
        if is_full(payment):
            self.quarantine.keep(
                payment.order_id, QuarantineReason.LEDGER_FULL, reported.payload_digest, reported
            )
            return None
        ledger, status = after(payment, report)
        observed = reported.status if status is payment.status else ""
        return change_of_ledger(payment, ledger, self._entry(reported, status, observed))

    def _change_of_status(
        self, reported: GatewayStatus, trigger: Trigger, payment: Payment
    ) -> Change | None:
        rule = rule_of(reported, payment, trigger)
        if rule is None or is_duplicate(reported, rule, payment):
            return None
        if not has_room_for(rule, payment):
            if is_to_confirm(rule, payment):
                self.payments.schedule_sync(payment.order_id, self.clock())
            return None
        observed = "" if rule.target else reported.status
        entry = self._entry(reported, rule.target or payment.status, observed)
        return change_of(payment, rule, entry)

    def _entry(self, reported: GatewayStatus, status: Status, observed: str = "") -> Entry:
        return Entry(
            status, self.clock(), reported.source, self.new_id(), reported.payload_digest, observed
        )
