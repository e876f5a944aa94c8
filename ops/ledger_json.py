"""The money of a payment for machines. Times in ISO 8601 (WIB), amounts in rupiah."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ops import refund_advice, wib
from payments.ledger.entry import Judgement, Report

if TYPE_CHECKING:
    from ops.quarantine import Kept
    from payments.domain.payment import Payment
    from payments.ledger.received import Received


def document(of: Payment, kept: Sequence[Kept]) -> dict[str, Any]:
    """All entries of the ledger, what follows from them, and what to give back."""
    standing, advice = of.standing, refund_advice.advice(of, kept)
    possible = standing.possible
    return {
        "complete": not refund_advice.is_incomplete(kept),
        "entries": [_entry(number, one) for number, one in numbered(of)],
        "counts": received(standing.shown) if standing.shown else None,
        "excess": [received(one) for one in refund_advice.excess_of(of)],
        "possible": [
            received(one) | {"sameAs": _references(one.same_as) if one.same_as else None}
            for one in possible
        ],
        "disputed": [
            received(one) | {"amounts": [report.amount for report in one.reports.values()]}
            for one in refund_advice.disputed(of)
        ],
        "overpaidAmount": standing.overpaid,
        "refundedAmount": standing.refunded,
        "unexplainedRefunds": numbers_of(of, standing.refunds.positions),
        "unexplainedAmount": standing.refunds.unexplained,
        "giveBack": [
            received(one.money) | {"giveBackAmount": one.amount} for one in advice.give_back
        ],
        "warnings": list(advice.warnings),
        "inQuestion": in_question(of),
        "decisions": _decisions(of),
    }


def review(of: Payment) -> dict[str, Any]:
    """What is in question, and what was decided."""
    asked = set(in_question(of))
    return {
        "inQuestion": [_entry(number, one) for number, one in numbered(of) if number in asked],
        "decisions": _decisions(of),
    }


def numbered(of: Payment) -> list[tuple[int, Report]]:
    """The reports of a payment as they are shown: numbered from 1, without the decisions."""
    return list(enumerate((one for one in of.ledger if isinstance(one, Report)), 1))


def numbers_of(of: Payment, positions: frozenset[int]) -> list[int]:
    """The numbers of reports by their positions in the ledger."""
    shown = [position for position, one in enumerate(of.ledger) if isinstance(one, Report)]
    return [number for number, position in enumerate(shown, 1) if position in positions]


def in_question(of: Payment) -> list[int]:
    """The numbers of the reports that a decision covers now."""
    return numbers_of(of, of.standing.undecided)


def received(of: Received) -> dict[str, Any]:
    """A payment received."""
    return {
        "amount": of.amount,
        "currency": of.first.currency,
        "paidAt": wib.iso(of.paid_at),
        "channel": of.channel,
        "orderId": of.first.gateway_order_id,
        "references": _references(of),
    }


def _references(of: Received) -> list[str]:
    return refund_advice.references_of(of)


def _entry(number: int, of: Report) -> dict[str, Any]:
    return {
        "number": number,
        "kind": of.kind,
        "amount": of.amount,
        "currency": of.currency,
        "paidAt": wib.iso(of.paid_at),
        "recordedAt": wib.iso(of.recorded_at),
        "channel": of.channel,
        "reference": of.reference,
        "orderReference": of.order_reference,
        "orderId": of.gateway_order_id,
        "source": of.reporter,
    }


def _decisions(of: Payment) -> list[dict[str, Any]]:
    return [_decision(of, one) for one in of.ledger if isinstance(one, Judgement)]


def _decision(payment: Payment, of: Judgement) -> dict[str, Any]:
    return {
        "decision": of.decision,
        "at": wib.iso(of.decided_at),
        "by": of.by,
        "reason": of.reason,
        "version": of.version,
        "covers": numbers_of(payment, of.covers),
        "onPossibleMoney": of.is_about_possible,
    }
