"""What to say of a payment whose money came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ops import wib
from ops.agreement import (
    has_money,
    is_decided,
    is_refund_of_excess,
    odd_one,
    unrecorded_money,
)
from ops.cases import Case, Diagnosis
from ops.refund_advice import advice, disputed, name_of
from ops.rupiah import reported, rupiah
from ops.unasked import asked_no_more
from payments.aws.deliveries_table import KEPT_DAYS
from payments.domain.clock import DAY, WIB
from payments.domain.transition_table import Status
from payments.webhooks.delivery_attempt import OTHER_MACHINE, DeliveryAttempt, DeliveryOutcome
from payments.webhooks.events import EVENT_TYPES, PAID_LATE

if TYPE_CHECKING:
    from ops.finpay import Said
    from payments.aws.deliveries_table import Told
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.payment import Payment

_PAID_EVENTS = {EVENT_TYPES[Status.PAID], PAID_LATE}
_OFF = {DeliveryOutcome.GONE, DeliveryOutcome.DISABLED}
_OFF_BECAUSE = {
    "gone": ("it once answered 410 there", "storefront enable-webhooks {}"),
    "no-secret": ("it has no webhook secret that is alive", "storefront rotate-webhook-secret {}"),
    OTHER_MACHINE: ("the local stack sends webhooks to this machine only", "storefront list"),
}
"""Why a shop is told nothing, by the attempt's word for it, and what is to be done."""


def of_paid(payment: Payment, told: Sequence[Told], said: Sequence[Said], now: int) -> Diagnosis:
    """The answer for a payment whose money came."""
    if found := _of_difference(payment, said) or _of_money(payment, said):
        return found
    if payment.status is not Status.PAID:
        sentence = f"The money came and went back: the payment is {payment.status}."
        return Diagnosis(Case.MONEY_BACK, sentence, f"webhook deliveries {payment.order_id}")
    if odd := odd_one(payment, said[1:]):
        return differs(payment, odd)
    return _of_told(payment, _last_attempt(told), now)


def _of_difference(payment: Payment, said: Sequence[Said]) -> Diagnosis | None:
    """Of a payment of whose money Finpay says otherwise; None if it does not."""
    counts, others = said[:1], said[1:]
    if payment.status is Status.PAID:
        in_doubt = counts and _is_in_doubt(payment, counts[0])
        return differs(payment, counts[0].reported) if in_doubt else None
    odd = odd_one(payment, others) if any(has_money(payment, one) for one in others) else None
    return differs(payment, odd) if odd else None


def _paid_at_finpay(payment: Payment, other: GatewayStatus) -> Diagnosis:
    """Of money that only Finpay knows, and that is certainly other money."""
    amount = reported(other.effective_paid_amount, other.currency)
    sentence = (
        f"It is {payment.status}, and Finpay has other money for it that is not recorded here:"
        f" {amount} of its order {other.gateway_order_id}, reference {other.reference or 'none'}."
    )
    if disputed(payment):
        sentence += " Give nothing back yet: reports of the money that is recorded differ."
    else:
        sentence += " One of the two is to go back."
    return Diagnosis(Case.PAID_TWICE, sentence, f"report --date {_day_of(payment)}")


def _of_money(payment: Payment, said: Sequence[Said]) -> Diagnosis | None:
    """Of money that is not as usual; the first of what is the matter."""
    if other := unrecorded_money(payment, said):
        return _paid_at_finpay(payment, other)
    standing, order_id = payment.standing, payment.order_id
    found = advice(payment, ())
    why = " ".join(found.warnings)
    report = f"report --date {_day_of(payment)}"
    if standing.overpaid:
        amount = rupiah(standing.overpaid, payment.currency)
        back = "; ".join(f"{rupiah(one.amount)} of {name_of(one.money)}" for one in found.give_back)
        what = f"give back {back} at Finpay." if back else why
        sentence = f"It is {payment.status}, and {amount} came beyond what counts: {what}"
        return Diagnosis(Case.PAID_TWICE, sentence, report)
    if standing.possible:
        sentence = f"It is {payment.status}, and may have been paid once more. {why}"
        return Diagnosis(Case.POSSIBLY_PAID_TWICE, sentence, "review list")
    if disputed(payment):
        sentence = f"It is {payment.status}, and reports of its money differ. {why}"
        return Diagnosis(Case.DISPUTED, sentence, f"payment show {order_id}")
    if standing.refunds.positions:
        return Diagnosis(Case.REFUND_UNEXPLAINED, f"It is {payment.status}. {why}", report)
    return None


def differs(payment: Payment, reported: GatewayStatus | None) -> Diagnosis:
    """The answer where Finpay says this of an order of the payment; None: it does not know it."""
    status = "paid" if payment.status is Status.PAID else payment.status
    says = f"says {reported.status}" if reported else "knows no such order"
    if reported and reported.gateway_order_id != payment.effective_gateway_order_id:
        says += f" of its order {reported.gateway_order_id}"
    sentence = f"It is {status} here, and Finpay {says}."
    if reported and reported.gateway_order_id in asked_no_more(payment):
        return Diagnosis(Case.FINPAY_DIFFERS, sentence, f"report --date {_day_of(payment)}")
    return Diagnosis(Case.FINPAY_DIFFERS, sentence, f"reconcile {payment.order_id}")


def _is_in_doubt(payment: Payment, said: Said) -> bool:
    """Whether Finpay says of the order that counts that it has no money for it."""
    if said.error or has_money(payment, said):
        return False
    if said.reported and is_refund_of_excess(payment, said.reported):
        return False
    return not is_decided(payment, said)


def _of_told(payment: Payment, last: DeliveryAttempt | None, now: int) -> Diagnosis:
    """Of a payment that is well here: was its shop told?"""
    late = payment.received is not None and payment.received.late
    paid = (
        f"It was paid at {wib.told(payment.received.paid_at)}" if payment.received else "It is paid"
    )
    if late:
        paid += ", after it had been given up"
    again = f"webhook redeliver {payment.order_id}"
    if last is None and now - _since(payment) >= KEPT_DAYS * DAY:
        over = f"the log of what its shop was told is over, after {KEPT_DAYS} days"
        see = f"payment list --storefront {payment.storefront_id}"
        return Diagnosis(Case.LOG_IS_OVER, f"{paid}, and {over}: the shop has to check.", see)
    if last is None:
        return Diagnosis(Case.NOT_TOLD_YET, f"{paid}, and its shop was not told yet.", again)
    if last.outcome in _OFF:
        why, following = _OFF_BECAUSE.get(last.why or "gone", (last.why, "storefront list"))
        sentence = f"{paid}, and its shop is not told: {why}."
        return Diagnosis(Case.WEBHOOK_OFF, sentence, following.format(payment.storefront_id))
    at = wib.told(last.at)
    if last.outcome is DeliveryOutcome.FAILED:
        sentence = f"{paid}, and its shop did not take the webhook: {_reply(last)} at {at}."
        return Diagnosis(Case.WEBHOOK_FAILING, sentence, again)
    sentence = f"{paid}, and its shop took the webhook at {at}: the shop has to check."
    return Diagnosis(Case.PAID_LATE if late else Case.PAID, sentence, again)


def _last_attempt(told: Sequence[Told]) -> DeliveryAttempt | None:
    """The latest attempt to tell that it was paid."""
    attempts = [one for of in told if of.event.type in _PAID_EVENTS for one in of.attempts]
    return max(attempts, key=lambda one: one.at, default=None)


def _reply(attempt: DeliveryAttempt) -> str:
    if attempt.status is None:
        return f"no answer came ({attempt.why})"
    return f"it answered {attempt.status}"


def _since(payment: Payment) -> int:
    """When it came to its status here, of which its shop was to be told."""
    return max(entry.at for entry in payment.history if not entry.observed)


def _day_of(payment: Payment) -> str:
    """The day in WIB on which it was paid."""
    at = payment.received.paid_at if payment.received else payment.updated_at
    return f"{datetime.fromtimestamp(at // 1000, WIB):%Y-%m-%d}"
