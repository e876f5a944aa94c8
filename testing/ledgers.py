"""Payments of 1,000 rupiah whose money tests report and decide about, step by step, without I/O."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

from payments.domain.money_rules import after, entries_of_decision
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Kind, Report, Reporter
from payments.ledger.identity import is_known
from testing.builders import NOW, make_payment, make_report

type Step = Report | Decision

ACCEPT, REJECT, RETURN = Decision.ACCEPTED, Decision.REJECTED, Decision.RETURNED
_SECOND = 1000
FIRST_SECOND = NOW // _SECOND * _SECOND
"""The time of money `at` 0: epoch milliseconds of a whole second, as Finpay names them."""


def report(kind: Kind, reference: str | None = None, **more: Any) -> Report:
    """A report for the order A-1. A status check made it if its reference begins with S."""
    is_check = reference is not None and reference.startswith("S")
    fields: dict[str, Any] = {
        "reporter": Reporter.STATUS_CHECK if is_check else Reporter.CALLBACK,
        "gateway_order_id": "A-1",
        "reference": reference,
    }
    return make_report(kind, **fields | more)


def paid(
    reference: str | None = None, at: int | None = None, amount: int | None = 1000, **more: Any
) -> Report:
    """Money; `at` is in seconds."""
    when = None if at is None else FIRST_SECOND + at * _SECOND
    return report(Kind.PAID, reference, paid_at=when, amount=amount, **more)


def refunded(reference: str | None = None, amount: int | None = 1000, **more: Any) -> Report:
    return report(Kind.REFUNDED, reference, amount=amount, **more)


def partly(reference: str | None, amount: int | None, **more: Any) -> Report:
    return report(Kind.PARTIALLY_REFUNDED, reference, amount=amount, **more)


CANCELLED = report(
    Kind.CANCELLED,
    reporter=Reporter.STATUS_CHECK,
    amount=None,
    currency=None,
    order_amount=None,
)
"""A status check reports the order of the money as cancelled."""

PENDING = make_payment(
    order_id="A-1",
    gateway_order_id="A-2",
    previous_attempt_ids=("A-1",),
    status=Status.PENDING,
)
"""The payment before any money, at its second order at Finpay."""


def take(payment: Payment, step: Step) -> Payment:
    """The payment after a report or a decision. What is known or not in question changes nothing.

    As in the service, a cancellation is only about money that counts.
    """
    if isinstance(step, Decision):
        return _decided(payment, step)
    counts = payment.status in {Status.PAID, Status.PARTIALLY_REFUNDED}
    if is_known(step, payment.ledger) or (step.kind is Kind.CANCELLED and not counts):
        return payment
    return _with(payment, step)


def take_all(*steps: Step) -> Payment:
    """A payment after some steps."""
    return reduce(take, steps, PENDING)


def _decided(payment: Payment, decision: Decision) -> Payment:
    if not payment.standing.undecided:
        return payment
    entries = entries_of_decision(payment, decision, 0, "somebody", "because")
    return _with(payment, *entries)


def _with(payment: Payment, *entries: Any) -> Payment:
    ledger, status = after(payment, *entries)
    return replace(payment, ledger=ledger.entries, status=status, version=payment.version + 1)
