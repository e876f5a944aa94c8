"""What an operator decided of a payment, and about which money. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.domain.money_rules import report_of
from payments.domain.payment import Source
from payments.ledger.identity import received_in

if TYPE_CHECKING:
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.payment import Entry, Payment
    from payments.ledger.received import Received


def decision(payment: Payment) -> Entry | None:
    """The decision to which a payment owes its status; None if it owes it to something else."""
    last = [entry for entry in payment.history if not entry.observed][-1]
    return last if last.by is Source.OPERATOR else None


def was_known(payment: Payment, reported: GatewayStatus) -> bool:
    """Whether Finpay had reported the very same before an operator decided."""
    decided = decision(payment)
    if decided is None:
        return False
    before = payment.history[: payment.history.index(decided)]
    return reported.payload_digest in {entry.payload_digest for entry in before}


def decided_money(payment: Payment) -> list[Received]:
    """The payments received that an operator decided about."""
    return [one for one in payment.standing.received if one.decision]


def is_of_decided_money(payment: Payment, reported: GatewayStatus) -> bool:
    """Whether reported money is, for certain, money that an operator decided about."""
    trigger = reported.trigger(payment.amount, payment.currency)
    report = report_of(reported, trigger, payment.updated_at)
    received = received_in([*payment.ledger, report], payment.terms)
    # The report is the last entry, so it is in the money that has this position.
    of = next(one for one in received if len(payment.ledger) in one.reports)
    return of.decision is not None and not of.is_disputed
