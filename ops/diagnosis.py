"""What to say to "I paid, where is my order?", and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops import wib
from ops.agreement import UNPAID, has_money, is_decided, odd_one
from ops.cases import Case, Diagnosis
from ops.decided import decided_money, decision
from ops.diagnosis_paid import differs, of_paid
from ops.refund_advice import is_incomplete
from ops.rupiah import rupiah
from payments.domain.sync_schedule import is_expired
from payments.domain.transition_table import Status, Trigger

if TYPE_CHECKING:
    from ops.finpay import Said
    from ops.quarantine import Kept
    from payments.aws.deliveries_table import Told
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.payment import Entry, Payment


_HERE = {Status.PAID, Status.REFUNDED, Status.PARTIALLY_REFUNDED}


def diagnose(
    payment: Payment,
    told: Sequence[Told],
    kept: Sequence[Kept],
    said: Sequence[Said] | None,
    now: int,
) -> Diagnosis:
    """The diagnosis of a payment, its webhooks, its quarantined callbacks and what Finpay says.

    `said` is None if Finpay was not asked.
    """
    if is_incomplete(kept):
        return _of_full_ledger(payment)
    if payment.status is Status.REVIEW:
        return _in_review(payment)
    if payment.status in _HERE:
        return of_paid(payment, told, said or (), now)
    return _of_unpaid(payment, said, now)


def _of_full_ledger(payment: Payment) -> Diagnosis:
    sentence = (
        f"It is {payment.status}, and more reports of money came than it holds:"
        " ask Finpay for all payments and refunds of the order, and give nothing back before."
    )
    return Diagnosis(Case.LEDGER_FULL, sentence, f"quarantine show {payment.order_id}")


def _in_review(payment: Payment) -> Diagnosis:
    came = payment.received.paid_amount if payment.received else None
    # The decision is a person's, so that no command that makes one is put into his mouth.
    ordered, following = rupiah(payment.amount), "review list"
    if came is None or came == payment.amount:
        sentence = "What came does not fit the order, and a person has to decide what becomes of it"
        return Diagnosis(Case.REVIEW, f"{sentence}: accept, reject or returned.", following)
    sentence = f"{rupiah(came)} came for an order of {ordered}, and a person has to decide"
    return Diagnosis(Case.WRONG_AMOUNT, f"{sentence}: accept, reject or returned.", following)


def _of_unpaid(payment: Payment, said: Sequence[Said] | None, now: int) -> Diagnosis:
    if said is None:
        see = f"payment show {payment.order_id}"
        return Diagnosis(Case.NOT_ASKED, f"It is {payment.status}; Finpay was not asked.", see)
    for one in said:
        if one.reported and has_money(payment, one) and not is_decided(payment, one):
            sentence = f"Finpay has the money ({one.reported.status}) and no callback has told us."
            return Diagnosis(Case.CALLBACK_LOST, sentence, f"reconcile {payment.order_id}")
    for one in said:
        if one.error:
            case = Case.FINPAY_REFUSES if one.refused else Case.FINPAY_SILENT
            sentence = f"Nobody can say: Finpay was asked, and {one.error}."
            due = (
                f" It is asked again at {wib.told(payment.next_sync_at)}."
                if payment.next_sync_at
                else ""
            )
            return Diagnosis(case, sentence + due, "doctor")
    return _without_news_of_money(payment, said[0].reported, odd_one(payment, said[1:]), now)


def _without_news_of_money(
    payment: Payment, reported: GatewayStatus | None, odd: GatewayStatus | None, now: int
) -> Diagnosis:
    """Of what Finpay says of the order that counts, and of another of which it says odd things."""
    if odd:
        return differs(payment, odd)
    if decided := decision(payment):
        return _decided(payment, decided)
    if not _is_unpaid(payment, reported, now):
        return differs(payment, reported)
    return _without_money(payment, now)


def _decided(payment: Payment, decided: Entry) -> Diagnosis:
    """Of a payment that an operator gave up. What he knew of is nothing to be taken up again."""
    came = [
        "an amount that Finpay did not tell"
        if one.amount is None
        else rupiah(one.amount, one.first.currency)
        for one in decided_money(payment)
    ]
    sentence = (
        f"An operator decided at {wib.told(decided.at)} that no money is owed:"
        f" {' and '.join(came) or 'no money'} had come"
        f" for an order of {rupiah(payment.amount, payment.currency)}."
    )
    return Diagnosis(Case.DECIDED, sentence, f"payment list --storefront {payment.storefront_id}")


def _is_unpaid(payment: Payment, reported: GatewayStatus | None, now: int) -> bool:
    """Whether no money came at Finpay, and a code that can be paid here can be paid there too.

    Which way a payment was given up is all the same: nobody paid it.
    """
    trigger = reported.trigger(payment.amount, payment.currency) if reported else None
    if payment.status is Status.PENDING and not is_expired(payment, now):
        return trigger is Trigger.OPEN
    return trigger is None or trigger in UNPAID


def _without_money(payment: Payment, now: int) -> Diagnosis:
    """Of a payment that is not paid here, and not at Finpay either."""
    order_id = payment.order_id
    ask, see = f"reconcile {order_id}", f"payment show {order_id}"
    if payment.status is Status.INITIATING:
        return Diagnosis(
            Case.NO_CODE_YET, "No code was given out, so nobody can have paid it.", ask
        )
    if payment.status is Status.PENDING and is_expired(payment, now):
        return Diagnosis(Case.TIME_IS_OVER, "Its time is over and Finpay has seen no money.", ask)
    if payment.status is Status.PENDING:
        until = f"the code can be paid until {wib.told(payment.expires_at)}"
        return Diagnosis(Case.NOT_PAID_YET, f"Finpay has seen no money for it yet; {until}.", see)
    sentence = f"No money came for it and it is {payment.status}: the customer needs a new order."
    return Diagnosis(Case.CLOSED, sentence, f"payment list --storefront {payment.storefront_id}")
