"""The table of states and the ledger agree about the first money of a payment."""

import pytest

from payments.domain.money_rules import after, entries_of_decision
from payments.domain.payment import Payment
from payments.domain.transition_table import MONEY, TABLE, Rule, Status, Trigger
from payments.ledger.entry import Decision, Kind, LedgerEntry, Report, Reporter
from testing.builders import NOW, make_payment, make_report

REPORTS = {
    Trigger.PAID: make_report(reference="M1"),
    Trigger.MISMATCH: make_report(reference="M1", amount=900),
    Trigger.REFUNDED: make_report(Kind.REFUNDED, reference="M1"),
    Trigger.PARTIALLY_REFUNDED: make_report(Kind.PARTIALLY_REFUNDED, reference="M1", amount=300),
    Trigger.CANCEL_CONFIRMED: make_report(
        Kind.CANCELLED, reporter=Reporter.STATUS_CHECK, amount=None, currency=None
    ),
}
DECISIONS = {
    Trigger.ACCEPTED: Decision.ACCEPTED,
    Trigger.REJECTED: Decision.REJECTED,
    Trigger.RETURNED: Decision.RETURNED,
}
# The ledger of a payment whose status follows from it.
BEFORE: dict[Status, tuple[Report, ...]] = {
    Status.PAID: (REPORTS[Trigger.PAID],),
    Status.PARTIALLY_REFUNDED: (REPORTS[Trigger.PAID], REPORTS[Trigger.PARTIALLY_REFUNDED]),
    Status.REVIEW: (REPORTS[Trigger.MISMATCH],),
}
ROWS = [
    (source, rule)
    for rule in TABLE
    if rule.trigger in MONEY | {*DECISIONS}
    or (rule.trigger is Trigger.CANCEL_CONFIRMED and Status.PAID in rule.sources)
    for source in sorted(rule.sources)
]


def payment_in(status: Status) -> Payment:
    return make_payment(status=status, ledger=BEFORE.get(status, ()))


def entries(payment: Payment, trigger: Trigger) -> list[LedgerEntry]:
    if trigger in DECISIONS:
        return entries_of_decision(payment, DECISIONS[trigger], NOW, "somebody", "because")
    return [REPORTS[trigger]]


@pytest.mark.parametrize(("source", "rule"), ROWS)
def test_a_row_about_first_money_is_what_the_ledger_says(source: Status, rule: Rule) -> None:
    payment = payment_in(source)
    ledger, status = after(payment, *entries(payment, rule.trigger))
    assert status is rule.target
    late = [entry for entry in ledger.entries if isinstance(entry, Report) and entry.late]
    assert len(late) == rule.late


@pytest.mark.parametrize("status", BEFORE)
def test_a_ledger_that_a_row_starts_from_gives_its_status(status: Status) -> None:
    assert after(payment_in(status))[1] is status


def test_the_table_has_the_first_money_of_every_payment_without_money() -> None:
    without = {*Status} - {*BEFORE} - {Status.REFUNDED}
    assert {(source, rule.trigger) for source, rule in ROWS if source in without} == {
        (source, trigger) for source in without for trigger in MONEY
    }
