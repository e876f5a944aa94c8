"""What to say to "I paid, where is my order?", and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ops import wib
from ops.rupiah import rupiah
from payments.attempts import OTHER_MACHINE, Attempt, Outcome
from payments.looks import is_over
from payments.transitions import Proof, Status
from payments.webhook_events import EVENT_TYPES, PAID_LATE

if TYPE_CHECKING:
    from ops.finpay import Said
    from payments.deliveries import Told
    from payments.payment import Payment


class Case(StrEnum):
    """What is the matter, in one word for machines."""

    WRONG_AMOUNT = "wrong-amount"
    REVIEW = "review"
    CALLBACK_LOST = "callback-lost"
    MONEY_BACK = "money-back"
    WEBHOOK_FAILING = "webhook-failing"
    WEBHOOK_OFF = "webhook-off"
    NOT_TOLD_YET = "not-told-yet"
    PAID_LATE = "paid-late"
    PAID = "paid"
    FINPAY_DIFFERS = "finpay-differs"
    FINPAY_REFUSES = "finpay-refuses"
    FINPAY_SILENT = "finpay-silent"
    NOT_ASKED = "not-asked"
    NO_CODE_YET = "no-code-yet"
    NOT_PAID_YET = "not-paid-yet"
    TIME_IS_OVER = "time-is-over"
    CLOSED = "closed"


class Answer(NamedTuple):
    """One plain sentence, and the words of the command to run next."""

    case: Case
    sentence: str
    next: str


_PAID_EVENTS = {EVENT_TYPES[Status.PAID], PAID_LATE}
_OFF = {Outcome.GONE, Outcome.DISABLED}
_HERE = {Status.PAID, Status.REFUNDED, Status.PARTIALLY_REFUNDED}
_OFF_BECAUSE = {
    "gone": ("it once answered 410 there", "storefront enable-webhooks {}"),
    "no-secret": ("it has no webhook secret that is alive", "storefront rotate-webhook-secret {}"),
    OTHER_MACHINE: ("the local stack sends webhooks to this machine only", "storefront list"),
}
"""Why a shop is told nothing, by the attempt's word for it, and what is to be done."""
_AS_PAID = {Proof.PAID, Proof.PAID_AGAIN, Proof.PAID_BEFORE}
_TAKEN = _AS_PAID | {Proof.MISMATCH}


def answer(payment: Payment, told: Sequence[Told], said: Sequence[Said] | None, now: int) -> Answer:
    """The answer for a payment, its webhooks and what Finpay says; None if it was not asked."""
    if payment.status is Status.REVIEW:
        return _in_review(payment)
    if payment.status in _HERE:
        return _of_paid(payment, told, said or ())
    return _of_unpaid(payment, said, now)


def _in_review(payment: Payment) -> Answer:
    came = payment.settled.paid_amount if payment.settled else None
    ordered, following = rupiah(payment.amount), f"review accept {payment.order_id}"
    if came is None or came == payment.amount:
        sentence = "What came does not fit the order, and a person has to decide what becomes of it"
        return Answer(Case.REVIEW, f"{sentence}: accept, reject or returned.", following)
    sentence = f"{rupiah(came)} came for an order of {ordered}, and a person has to decide"
    return Answer(Case.WRONG_AMOUNT, f"{sentence}: accept, reject or returned.", following)


def _of_paid(payment: Payment, told: Sequence[Told], said: Sequence[Said]) -> Answer:
    order_id = payment.order_id
    if payment.status is not Status.PAID:
        sentence = f"The money came and went back: the payment is {payment.status}."
        return Answer(Case.MONEY_BACK, sentence, f"webhook deliveries {order_id}")
    if said and said[0].claim:
        proof = said[0].claim.proof(payment.amount, payment.currency)
        if proof not in _AS_PAID:
            sentence = f"It is paid here, and Finpay says {said[0].claim.status}."
            return Answer(Case.FINPAY_DIFFERS, sentence, f"reconcile {order_id}")
    late = payment.settled is not None and payment.settled.late
    paid = (
        f"It was paid at {wib.told(payment.settled.paid_at)}" if payment.settled else "It is paid"
    )
    if late:
        paid += ", after it had been given up"
    last = _last_attempt(told)
    again = f"webhook redeliver {order_id}"
    if last is None:
        return Answer(Case.NOT_TOLD_YET, f"{paid}, and its shop was not told yet.", again)
    if last.outcome in _OFF:
        why, following = _OFF_BECAUSE.get(last.why or "gone", (last.why, "storefront list"))
        sentence = f"{paid}, and its shop is not told: {why}."
        return Answer(Case.WEBHOOK_OFF, sentence, following.format(payment.storefront_id))
    if last.outcome is Outcome.FAILED:
        why = f"{paid}, and its shop did not take the webhook: {_reply(last)}"
        return Answer(Case.WEBHOOK_FAILING, f"{why} at {wib.told(last.at)}.", again)
    sentence = (
        f"{paid}, and its shop took the webhook at {wib.told(last.at)}: the shop has to look."
    )
    return Answer(Case.PAID_LATE if late else Case.PAID, sentence, again)


def _of_unpaid(payment: Payment, said: Sequence[Said] | None, now: int) -> Answer:
    if said is None:
        see = f"payment show {payment.order_id}"
        return Answer(Case.NOT_ASKED, f"It is {payment.status}; Finpay was not asked.", see)
    for one in said:
        if one.claim and one.claim.proof(payment.amount, payment.currency) in _TAKEN:
            sentence = f"Finpay has the money ({one.claim.status}) and no callback has told us."
            return Answer(Case.CALLBACK_LOST, sentence, f"reconcile {payment.order_id}")
    for one in said:
        if one.error:
            case = Case.FINPAY_REFUSES if one.refused else Case.FINPAY_SILENT
            sentence = f"Nobody can say: Finpay was asked, and {one.error}."
            due = f" It is asked again at {wib.told(payment.due_at)}." if payment.due_at else ""
            return Answer(case, sentence + due, "doctor")
    return _without_money(payment, now)


def _without_money(payment: Payment, now: int) -> Answer:
    """Of a payment that is not paid here, and not at Finpay either."""
    order_id = payment.order_id
    ask, see = f"reconcile {order_id}", f"payment show {order_id}"
    if payment.status is Status.INITIATING:
        return Answer(Case.NO_CODE_YET, "No code was given out, so nobody can have paid it.", ask)
    if payment.status is Status.PENDING and is_over(payment, now):
        return Answer(Case.TIME_IS_OVER, "Its time is over and Finpay has seen no money.", ask)
    if payment.status is Status.PENDING:
        until = f"the code can be paid until {wib.told(payment.expires_at)}"
        return Answer(Case.NOT_PAID_YET, f"Finpay has seen no money for it yet; {until}.", see)
    sentence = f"No money came for it and it is {payment.status}: the customer needs a new order."
    return Answer(Case.CLOSED, sentence, f"payment list --storefront {payment.storefront_id}")


def _last_attempt(told: Sequence[Told]) -> Attempt | None:
    """The latest attempt to tell that it was paid."""
    attempts = [one for of in told if of.event.type in _PAID_EVENTS for one in of.attempts]
    return max(attempts, key=lambda one: one.at, default=None)


def _reply(attempt: Attempt) -> str:
    if attempt.status is None:
        return f"no answer came ({attempt.why})"
    return f"it answered {attempt.status}"
