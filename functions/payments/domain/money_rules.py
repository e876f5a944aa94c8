"""How reports of money and operators' decisions change a payment. Pure."""

from dataclasses import replace

from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import LEDGER_LIMIT, Entry, Payment, Source
from payments.domain.payment_change import Change, NewLedger, NextSync
from payments.domain.transition_table import CLOSED, MONEY, Status, Trigger
from payments.ledger.entry import Decision, Judgement, Kind, LedgerEntry, Report, Reporter, Terms
from payments.ledger.received import Received
from payments.ledger.standing import Outcome

_KINDS = {
    Trigger.PAID: Kind.PAID,
    Trigger.MISMATCH: Kind.PAID,
    Trigger.REFUNDED: Kind.REFUNDED,
    Trigger.PARTIALLY_REFUNDED: Kind.PARTIALLY_REFUNDED,
    Trigger.CANCEL_CONFIRMED: Kind.CANCELLED,
}
_REPORTERS = {Source.CALLBACK: Reporter.CALLBACK, Source.STATUS_CHECK: Reporter.STATUS_CHECK}
_STATUS = {
    Outcome.PAID: Status.PAID,
    Outcome.PARTIALLY_REFUNDED: Status.PARTIALLY_REFUNDED,
    Outcome.REFUNDED: Status.REFUNDED,
    Outcome.REVIEW: Status.REVIEW,
    Outcome.REJECTED: Status.CANCELLED,
}
_ENDED = CLOSED | {Status.REFUNDED}
"""Money that counts after one of these is late."""
_PAID = {Status.PAID, Status.PARTIALLY_REFUNDED}


def is_about_money(trigger: Trigger, reported: GatewayStatus, payment: Payment) -> bool:
    """Whether the ledger decides about a gateway status.

    A cancellation is about money only if a status check reports it for an order with money.
    """
    if trigger is not Trigger.CANCEL_CONFIRMED:
        return trigger in MONEY
    is_of_money = any(
        one.first.gateway_order_id == reported.gateway_order_id and not one.is_rejected
        for one in payment.standing.received
    )
    return is_of_money and payment.status in _PAID


def report_of(reported: GatewayStatus, trigger: Trigger, now: int) -> Report:
    """The entry of the ledger for a gateway status that is about money."""
    kind = _KINDS[trigger]
    has_amount = kind is not Kind.CANCELLED
    return Report(
        kind=kind,
        reporter=_REPORTERS[reported.source],
        recorded_at=now,
        gateway_order_id=reported.gateway_order_id,
        amount=reported.effective_paid_amount if has_amount else None,
        currency=reported.currency if has_amount else None,
        order_amount=reported.amount if has_amount else None,
        paid_at=reported.paid_at if has_amount else None,
        reference=reported.payment_reference if has_amount else None,
        order_reference=reported.order_reference if has_amount else None,
        channel=reported.channel if has_amount else None,
    )


def is_full(payment: Payment) -> bool:
    """Whether the ledger has no room for another report of Finpay's."""
    reported = [
        entry
        for entry in payment.ledger
        if isinstance(entry, Report) and entry.reporter is not Reporter.OPERATOR
    ]
    return len(reported) >= LEDGER_LIMIT


def first_ledger(report: Report) -> NewLedger:
    """The ledger of an open payment after money that has exactly its terms."""
    if report.amount is None or report.currency is None:
        raise ValueError("money without an amount or a currency matches no payment")
    return NewLedger((report,), Terms(report.amount, report.currency))


def after(payment: Payment, *entries: LedgerEntry) -> tuple[NewLedger, Status]:
    """The ledger with these entries, and the status that follows from it.

    Money is marked as late if the payment had ended before, and is paid by it.
    """
    ledger = (*payment.ledger, *entries)
    standing = replace(payment, ledger=ledger).standing
    status = _STATUS.get(standing.outcome, payment.status)
    last = ledger[-1]
    is_paid = status is Status.PAID and _has_ended(payment)
    if is_paid and isinstance(last, Report) and last.kind is Kind.PAID:
        ledger = (*ledger[:-1], last._replace(late=True))
    return NewLedger(ledger, payment.terms), status


def _has_ended(payment: Payment) -> bool:
    """Whether the storefront may have given the payment up."""
    if payment.status is Status.REVIEW:
        return any(entry.status in CLOSED for entry in payment.history)
    return payment.status in _ENDED


def entries_of_decision(
    payment: Payment, decision: Decision, now: int, by: str, reason: str
) -> list[LedgerEntry]:
    """The entries of an operator's decision about what is in question now.

    An accepted payment without reported money gets money of its own, and returned money gets a
    refund. Later reports of the same are known by these.
    """
    standing = payment.standing
    covers = standing.undecided
    in_question = [one for one in standing.received if covers & one.reports.keys()]
    added: list[LedgerEntry] = []
    if decision is Decision.ACCEPTED and not in_question:
        added.append(
            Report(
                kind=Kind.PAID,
                reporter=Reporter.OPERATOR,
                recorded_at=now,
                gateway_order_id=_order_of(payment, covers),
                amount=payment.amount,
                currency=payment.currency,
                order_amount=payment.amount,
            )
        )
        covers |= {len(payment.ledger)}
    if decision is Decision.RETURNED:
        added += [_refund_of(one, now) for one in in_question]
    is_about_possible = standing.outcome is not Outcome.REVIEW
    return [
        *added,
        Judgement(decision, covers, now, by, reason, payment.version, is_about_possible),
    ]


def _order_of(payment: Payment, covers: frozenset[int]) -> str:
    """The order at Finpay of the reports that a decision covers."""
    covered = [payment.ledger[position] for position in sorted(covers)]
    orders = [report.gateway_order_id for report in covered if isinstance(report, Report)]
    return next(iter(orders), payment.gateway_order_id)


def _refund_of(money: Received, now: int) -> Report:
    return Report(
        kind=Kind.REFUNDED,
        reporter=Reporter.OPERATOR,
        recorded_at=now,
        gateway_order_id=money.first.gateway_order_id,
        amount=money.amount,
        currency=money.first.currency,
        about=money.position,
    )


def change_of_ledger(payment: Payment, ledger: NewLedger, entry: Entry) -> Change:
    """The write of a ledger on exactly the version of the payment that was read."""
    change = Change(
        order_id=payment.order_id,
        sources=frozenset({payment.status}),
        entry=entry,
        version=payment.version,
        ledger=ledger,
    )
    if entry.status is payment.status or {entry.status, payment.status} == _PAID:
        return change
    last = ledger.entries[-1]
    if isinstance(last, Report) and last.late and entry.by is Source.CALLBACK:
        # The payment may have been voided after the callback was sent; a status check is current.
        return replace(change, next_sync=NextSync(entry.at))
    return replace(change, next_sync=NextSync(None))
