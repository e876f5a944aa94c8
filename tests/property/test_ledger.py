"""Each sequence of a few reports of money, with decisions and replays, keeps the promises.

All reports are for a payment of 1,000 rupiah. A status check's references begin with S. `A-2` is
the payment's current order at Finpay, `A-1` the earlier one.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, permutations
from typing import NamedTuple

import pytest

from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import REFUNDS, Decision, Kind, LedgerEntry, Report, Reporter
from payments.ledger.identity import is_known
from payments.ledger.received import Received
from payments.webhooks.events import events_of
from testing.ledgers import (
    ACCEPT,
    CANCELLED,
    PENDING,
    REJECT,
    RETURN,
    Step,
    paid,
    partly,
    refunded,
    take,
)

CORE: list[Report] = [
    paid("M1", 1),
    paid("M2", 2),
    paid("M1", 1, 900),
    paid("M3", 3, 900),
    paid("S1", 1),
    paid("S9", 9),
    paid(None, 1),
    paid(None, 9),
    paid("M1", 1, gateway_order_id="A-2"),
    refunded("M1"),
    refunded(),
    partly("M1", 300),
    partly(None, 300),
    CANCELLED,
]
ALL: list[Report] = [
    *CORE,
    paid("S3", 3, 900),
    paid(),
    paid(None, 5, 900),
    paid("M4", 4, None),
    paid(gateway_order_id="A-2"),
    paid("M5", 5, currency="USD"),
    refunded("M2"),
    refunded("M3", 900),
    refunded("S1"),
    refunded("R7"),
    refunded("M1", gateway_order_id="A-2"),
    partly("M1", 700),
]
RARE: list[Report] = [
    refunded(None, 900),
    refunded("M1", None),
    partly("M1", 1000),
    partly(None, None),
]
COUNTS = {Status.PAID, Status.PARTIALLY_REFUNDED, Status.REFUNDED}
LEADS_TO = {ACCEPT: COUNTS, REJECT: {Status.CANCELLED}, RETURN: {Status.REFUNDED}}

type Steps = tuple[Step, ...]
type Course = tuple[Steps, Payment]
"""Steps, and the payment after them."""


def told(steps: Steps) -> str:
    """Steps in a few words."""
    return ", ".join(
        step.value
        if isinstance(step, Decision)
        else f"{step.kind} {step.reference or '-'} {step.gateway_order_id} {step.amount}"
        f" {step.currency} @{step.paid_at}"
        for step in steps
    )


@lru_cache(maxsize=50_000)
def after_all(steps: Steps) -> Payment:
    """The payment after some steps; sequences share their beginnings."""
    return take(after_all(steps[:-1]), steps[-1]) if steps else PENDING


def walk(start: Steps, kinds: list[Report], length: int) -> Iterator[Course]:
    """Each course that starts so, of up to `length` different reports and up to one decision."""
    yield from _walk((start, after_all(start)), kinds, length, is_decided=False)


def _walk(
    course: Course, kinds: list[Report], length: int, *, is_decided: bool
) -> Iterator[Course]:
    yield course
    steps, payment = course
    if not is_decided and payment.standing.undecided:
        for decision in Decision:
            decided = ((*steps, decision), take(payment, decision))
            yield from _walk(decided, kinds, length, is_decided=True)
    if sum(isinstance(step, Report) for step in steps) < length:
        for report in kinds:
            after = payment if report in steps else take(payment, report)
            if after is not payment:
                reported = ((*steps, report), after)
                yield from _walk(reported, kinds, length, is_decided=is_decided)


def assert_promises(course: Course) -> None:
    steps, payment = course
    for promise in PROMISES:
        assert promise(steps, payment), f"{promise.__name__}: {told(steps)}"


def no_replay_changes_anything(_: Steps, payment: Payment) -> bool:
    """Not even one that is spelled otherwise. A status check is no replay: it tells what is now."""
    return all(
        take(payment, again) is payment
        for entry in payment.ledger
        if isinstance(entry, Report) and entry.reporter is not Reporter.OPERATOR
        if entry.kind is not Kind.CANCELLED
        for again in (entry, _spelled_otherwise(entry))
    )


def _spelled_otherwise(report: Report) -> Report:
    """The same money with a time that tells nothing new, and what is not compared."""
    paid_at = 77_000 if report.reference else None
    return report._replace(recorded_at=1, channel="X", order_reference="O-9", paid_at=paid_at)


def no_money_is_forgotten(steps: Steps, payment: Payment) -> bool:
    """Each report is in the ledger, and each report of money is of one payment received."""
    reports = [step for step in steps if isinstance(step, Report) and step is not CANCELLED]
    if not all(is_known(report, payment.ledger) for report in reports):
        return False
    held = sorted(position for one in payment.standing.received for position in one.reports)
    return held == [n for n, entry in enumerate(payment.ledger) if _is_money(entry)]


def a_report_of_money_never_leaves_a_payment_open(steps: Steps, payment: Payment) -> bool:
    return steps == (CANCELLED,) or payment.status is not Status.PENDING


def all_money_is_accounted_for(_: Steps, payment: Payment) -> bool:
    """It counts, is in excess, or went back; except what was rejected."""
    standing = payment.standing
    owed = [one for one in standing.received if one.is_certain and _is_owed(one, standing.shown)]
    came = sum(one.amount or 0 for one in owed)
    back = sum(standing.refunds.of(one) for one in owed if one is not standing.shown)
    shown = standing.shown.amount or 0 if standing.shown else 0
    return came == shown + standing.overpaid + back


def _is_owed(one: Received, shown: Received | None) -> bool:
    is_rejected = one.decision is Decision.REJECTED
    return one is shown or (not is_rejected and one.first.currency == PENDING.currency)


def references_of_one_reporter_are_different_money(steps: Steps, payment: Payment) -> bool:
    """Unless an operator decided, or a status check put money in question."""
    if CANCELLED in steps or any(isinstance(step, Decision) for step in steps):
        return True
    certain = [
        one.first.gateway_order_id
        for one in payment.standing.received
        if one.is_certain or one.is_questioned
    ]
    for reporter in (Reporter.CALLBACK, Reporter.STATUS_CHECK):
        for order in ("A-1", "A-2"):
            references = {
                entry.reference
                for entry in payment.ledger
                if isinstance(entry, Report) and _is_money(entry) and entry.reporter is reporter
                if entry.gateway_order_id == order and entry.reference
            }
            if certain.count(order) < len(references):
                return False
    return True


def no_more_goes_back_than_came(_: Steps, payment: Payment) -> bool:
    known = [one for one in payment.standing.received if one.amount is not None]
    return all(0 <= payment.standing.refunds.of(one) <= (one.amount or 0) for one in known)


def only_certain_money_that_matches_or_was_accepted_counts(_: Steps, payment: Payment) -> bool:
    if payment.status not in {Status.PAID, Status.PARTIALLY_REFUNDED}:
        return True
    shown = payment.standing.shown
    if shown is None or not shown.is_certain:
        return False
    return shown.decision is Decision.ACCEPTED or shown.matches(payment.terms)


def the_refund_of_an_excess_does_not_touch_the_payment(_: Steps, payment: Payment) -> bool:
    shown = payment.standing.shown
    if payment.status is not Status.PAID or _has_refund(payment) or not shown:
        return True
    return all(
        _is_kept(payment, take(payment, refund), one.amount or 0)
        for one in payment.standing.received
        if one.is_certain and one is not shown and one.decision is not Decision.REJECTED
        if one.amount and one.first.currency == payment.currency
        for refund in _refunds_of(one)
    )


def _refunds_of(one: Received) -> Iterator[Report]:
    order = one.first.gateway_order_id
    for reporter in (Reporter.CALLBACK, Reporter.STATUS_CHECK):
        if reference := one.reference(reporter):
            more = {"gateway_order_id": order, "reporter": reporter}
            yield refunded(reference, one.amount, **more)


def _is_kept(before: Payment, after: Payment, back: int) -> bool:
    kept = before.received, before.status, before.standing.refunded
    return (
        (after.received, after.status, after.standing.refunded) == kept
        and after.standing.overpaid == before.standing.overpaid - back
        and [event.type for event in events_of(before, after)] == ["payment.overpaid"]
    )


def what_was_decided_is_not_in_question(steps: Steps, payment: Payment) -> bool:
    """In REVIEW a decision leads to its own status. About possible money it keeps PAID.

    After a refund without a reference it may not: the refund belongs to what is left.
    """
    decision = steps[-1]
    if not isinstance(decision, Decision):
        return True
    before = after_all(steps[:-1])
    if before.standing.undecided & payment.standing.undecided:
        return False
    if before.status is Status.REVIEW:
        return payment.status in LEADS_TO[decision] or _asks_about_a_refund(before, payment)
    return payment.status is before.status or _has_refund(before)


def _asks_about_a_refund(before: Payment, after: Payment) -> bool:
    """Whether only a refund of more than came, which other money explained before, is in question.

    Of a payment of 900 by one reporter and 1,000 by the other, 1,000 goes back: if an operator
    decides that they are not the same, 100 are unexplained.
    """
    in_question = [after.ledger[position] for position in after.standing.undecided]
    are_refunds = all(isinstance(one, Report) and one.kind in REFUNDS for one in in_question)
    asked = after.standing.refunds.positions - before.standing.refunds.positions
    return are_refunds and bool(asked)


def _is_money(entry: LedgerEntry) -> bool:
    return isinstance(entry, Report) and entry.kind is Kind.PAID


def _has_refund(payment: Payment) -> bool:
    return any(isinstance(entry, Report) and entry.kind in REFUNDS for entry in payment.ledger)


PROMISES = (
    no_replay_changes_anything,
    no_money_is_forgotten,
    a_report_of_money_never_leaves_a_payment_open,
    all_money_is_accounted_for,
    references_of_one_reporter_are_different_money,
    no_more_goes_back_than_came,
    only_certain_money_that_matches_or_was_accepted_counts,
    the_refund_of_an_excess_does_not_touch_the_payment,
    what_was_decided_is_not_in_question,
)


class Sums(NamedTuple):
    """What a ledger comes to. `certain` counts payments received; the others are in rupiah."""

    status: Status
    paid: int | None
    overpaid: int
    refunded: int
    certain: int
    unexplained: int


def sums_of(payment: Payment) -> Sums:
    standing = payment.standing
    return Sums(
        payment.status,
        standing.shown.amount if standing.shown else None,
        standing.overpaid,
        standing.refunded,
        sum(one.is_certain for one in standing.received),
        standing.refunds.unexplained,
    )


def is_disputed(reports: tuple[Report, ...]) -> bool:
    """Whether a reference is told with two amounts, of which the first stands."""
    amounts = {
        (report.reporter, report.reference, report.gateway_order_id): set[tuple[int | None, str]]()
        for report in reports
        if report.kind is Kind.PAID and report.reference
    }
    for report in reports:
        key = (report.reporter, report.reference, report.gateway_order_id)
        if report.kind is Kind.PAID and key in amounts:
            amounts[key].add((report.amount, report.currency or ""))
    return any(len(told) > 1 for told in amounts.values())


def assert_same_sums_in_any_order(kinds: list[Report], first: Report, length: int) -> None:
    """Of each set of reports whose first, in the order of `kinds`, is this one."""
    others = kinds[kinds.index(first) + 1 :]
    for more in combinations(others, length - 1):
        reports = (first, *more)
        if CANCELLED not in reports and not is_disputed(reports):
            sums = {sums_of(after_all(steps)) for steps in permutations(reports)}
            assert len(sums) == 1, f"{told(reports)}: {sums}"


def by_name(report: Report) -> str:
    return told((report,))


@pytest.mark.parametrize("first", ALL, ids=by_name)
def test_whatever_follows_a_report_no_promise_is_broken(first: Report) -> None:
    for course in walk((first,), ALL, length=3):
        assert_promises(course)


@pytest.mark.parametrize("first", [*ALL, *RARE], ids=by_name)
@pytest.mark.parametrize("length", [2, 3])
def test_the_order_of_arrival_changes_no_sum(first: Report, length: int) -> None:
    assert_same_sums_in_any_order([*ALL, *RARE], first, length)


@pytest.mark.extended
@pytest.mark.parametrize("first", RARE, ids=by_name)
def test_a_rare_report_breaks_no_promise_either(first: Report) -> None:
    for other in [*ALL, *RARE]:
        for steps in ((first, other), (other, first)):
            if first is not other:
                for course in walk(steps, [*ALL, *RARE], length=3):
                    assert_promises(course)


@pytest.mark.extended
@pytest.mark.parametrize("first", CORE, ids=by_name)
def test_four_reports_break_no_promise(first: Report) -> None:
    for course in walk((first,), CORE, length=4):
        assert_promises(course)


@pytest.mark.extended
@pytest.mark.parametrize("first", [*ALL, *RARE], ids=by_name)
def test_the_order_of_four_reports_changes_no_sum(first: Report) -> None:
    assert_same_sums_in_any_order([*ALL, *RARE], first, length=4)


def test_money_that_is_disputed_is_what_came_first() -> None:
    right, wrong = paid("M1", 1), paid("M1", 1, 900)
    assert is_disputed((right, wrong))
    assert sums_of(after_all((right, wrong))).paid == 1000
    assert sums_of(after_all((wrong, right))).paid == 900
