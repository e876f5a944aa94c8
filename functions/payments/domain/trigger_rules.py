"""How a gateway status changes a payment: its trigger, its rule and its change. Pure."""

from dataclasses import replace

from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import HISTORY_LIMIT, Entry, Payment, ReceivedMoney, Source
from payments.domain.payment_change import Change, NextSync
from payments.domain.sync_schedule import first_late_sync_time
from payments.domain.transition_table import CLOSED, MONEY, OPEN, Rule, Status, Trigger, rule_for

# No status sync follows these: Finpay issued no code, or an operator decided.
_FINAL = frozenset({Trigger.REFUSED, Trigger.REJECTED})
# A status check has to confirm these before they change a PAID payment.
_TO_CONFIRM = frozenset({Trigger.CANCELLED, Trigger.CANCEL_AGREED})


def change_of(payment: Payment, rule: Rule, entry: Entry) -> Change:
    """Return the change that applies a rule to exactly the version of the payment that was read."""
    return Change(
        order_id=payment.order_id,
        sources=frozenset({payment.status}),
        entry=entry,
        version=payment.version,
        lease=payment.lease.id if payment.lease and rule.trigger not in MONEY else None,
        next_sync=next_sync_after(rule, entry),
    )


def next_sync_after(rule: Rule, entry: Entry) -> NextSync | None:
    """Return the schedule of status syncs after a rule is applied; None if it does not change."""
    if rule.target is None:
        return (
            NextSync(entry.at)
            if rule.trigger in _TO_CONFIRM and entry.status is Status.PAID
            else None
        )
    if rule.target in OPEN:
        return None
    if rule.late and entry.by is Source.CALLBACK:
        # The payment may have been voided after the callback was sent; a status check is current.
        return NextSync(entry.at)
    needs_sync = rule.target in CLOSED and rule.trigger not in _FINAL
    return NextSync(first_late_sync_time(entry.at) if needs_sync else None)


def trigger_of(reported: GatewayStatus, payment: Payment) -> Trigger:
    """Return the trigger that a gateway status is for a payment that was read."""
    trigger = reported.trigger(payment.amount, payment.currency)
    if payment.received is None:
        return trigger
    other_order = reported.gateway_order_id != payment.effective_gateway_order_id
    if trigger in {Trigger.REFUNDED, Trigger.PARTIALLY_REFUNDED} and other_order:
        return Trigger.REFUNDED_OTHER
    is_same = False if other_order else reported.is_same_money(payment.received)
    if (
        trigger is Trigger.MISMATCH
        and is_same
        and reported.effective_paid_amount == payment.received.paid_amount
    ):
        return Trigger.PAID_BEFORE
    if trigger is not Trigger.PAID:
        return trigger
    # Recorded money on a closed payment means that an operator decided about that money. If the
    # references are of different kinds, this may be other money, which needs a new decision.
    decided = payment.status in CLOSED
    may_differ = is_same is None and bool(reported.reference and payment.received.reference)
    if is_same is False or (decided and may_differ):
        return Trigger.PAID_AGAIN
    was_known = decided and payment.received.paid_amount == payment.amount
    return Trigger.PAID_BEFORE if was_known else trigger


def rule_of(reported: GatewayStatus, payment: Payment, trigger: Trigger) -> Rule | None:
    """Return the rule for a gateway status, or None if it changes nothing.

    A gateway status of another attempt changes a payment only if it reports money.
    """
    counts = reported.gateway_order_id == payment.effective_gateway_order_id or trigger in MONEY
    return rule_for(payment.status, trigger) if counts else None


def with_money(change: Change, reported: GatewayStatus, rule: Rule) -> Change:
    """Add the received money to a change if the rule is about money."""
    if rule.target not in {Status.PAID, Status.REVIEW} or rule.trigger not in MONEY:
        return change
    is_later_attempt = reported.gateway_order_id != change.order_id
    received = ReceivedMoney(
        paid_amount=reported.effective_paid_amount,
        paid_at=reported.paid_at or change.entry.at,
        payment_reference=reported.payment_reference,
        channel=reported.channel,
        gateway_order_id=reported.gateway_order_id if is_later_attempt else None,
        late=rule.late,
        order_reference=reported.order_reference,
    )
    return replace(change, received=received)


def is_duplicate(reported: GatewayStatus, rule: Rule, payment: Payment) -> bool:
    """Return whether the gateway status was applied or recorded before.

    Also returns True for an observation if the history is full.
    """
    entries = [
        entry for entry in payment.history if entry.payload_digest == reported.payload_digest
    ]
    if rule.target:
        # A repeated gateway status must not undo an operator's decision about it.
        return any(entry.status is rule.target and not entry.observed for entry in entries)
    if rule.trigger in _TO_CONFIRM and payment.status is Status.PAID:
        return any(entry.status is Status.PAID for entry in entries)
    return bool(entries) or len(payment.history) >= HISTORY_LIMIT
