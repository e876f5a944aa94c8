"""How a gateway status without money changes a payment: its rule and its change. Pure."""

from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import HISTORY_LIMIT, Entry, Payment
from payments.domain.payment_change import Change, NextSync
from payments.domain.sync_schedule import first_late_sync_time, first_sync_time
from payments.domain.transition_table import CLOSED, MONEY, OPEN, Rule, Status, Trigger, rule_for

# No status sync follows these: Finpay issued no code, or an operator decided.
_FINAL = frozenset({Trigger.REFUSED, Trigger.REJECTED})
# A status check has to confirm these before they change a payment with money.
_TO_CONFIRM = frozenset({Trigger.CANCELLED, Trigger.CANCEL_AGREED})
_PAID = frozenset({Status.PAID, Status.PARTIALLY_REFUNDED})


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
        return NextSync(entry.at) if rule.trigger in _TO_CONFIRM and entry.status in _PAID else None
    if rule.target in OPEN:
        return NextSync(first_sync_time(entry.at))
    needs_sync = rule.target in CLOSED and rule.trigger not in _FINAL
    return NextSync(first_late_sync_time(entry.at) if needs_sync else None)


def rule_of(reported: GatewayStatus, payment: Payment, trigger: Trigger) -> Rule | None:
    """Return the rule for a gateway status, or None if it changes nothing.

    A gateway status of another attempt changes nothing, unless it reports money; see money_rules.
    """
    counts = reported.gateway_order_id == payment.effective_gateway_order_id
    return rule_for(payment.status, trigger) if counts else None


def is_duplicate(reported: GatewayStatus, rule: Rule, payment: Payment) -> bool:
    """Return whether the gateway status was applied or recorded before."""
    entries = [
        entry for entry in payment.history if entry.payload_digest == reported.payload_digest
    ]
    if rule.target:
        # A repeated gateway status must not undo an operator's decision about it.
        return any(entry.status is rule.target and not entry.observed for entry in entries)
    if is_to_confirm(rule, payment):
        return any(entry.status in _PAID for entry in entries)
    return bool(entries)


def is_to_confirm(rule: Rule, payment: Payment) -> bool:
    """Return whether a status check has to follow, because the observation may undo money."""
    return rule.trigger in _TO_CONFIRM and payment.status in _PAID


def has_room_for(rule: Rule, payment: Payment) -> bool:
    """Return whether the history has room. It always has for a transition."""
    return rule.target is not None or len(payment.history) < HISTORY_LIMIT
