"""Bugs in the ledger and in what follows from it; see tests.property.simulation.bugs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

from payments.aws import ledger_items, payment_write_expressions
from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.domain import money_rules
from payments.domain import payment as payment_module
from payments.domain.gateway_status import QuarantineReason
from payments.domain.payment import Payment
from payments.domain.transition_table import Trigger
from payments.ledger import identity, refunds, standing
from payments.ledger.entry import REFUNDS, Judgement, Kind, Ledger, LedgerEntry, Report, Reporter
from payments.ledger.received import Received
from payments.ledger.refunds import Refunds
from payments.ledger.standing import Standing
from payments.services import apply_status, review_decision
from payments.services.review_decision import Review
from payments.webhooks import events, publish_events
from payments.webhooks.events import OVERPAID, REFUNDED, Event
from tests.property.simulation.planting import bug, method

type Reread = Callable[[Ledger], Ledger]


def _received(reread: Reread) -> Any:
    """What came follows from another ledger than the stored one."""
    real = identity.received_in
    return mock.patch.object(
        standing, "received_in", lambda ledger, terms: real(reread(ledger), terms)
    )


def _refunds(reread: Reread) -> Any:
    """What went back follows from another ledger than the stored one."""
    named, every = refunds.named_refunds_in, refunds.refunds_in
    return mock.patch.multiple(
        standing,
        named_refunds_in=lambda ledger, *rest: named(reread(ledger), *rest),
        refunds_in=lambda ledger, *rest: every(reread(ledger), *rest),
    )


def _reports(change: Callable[[int, Report], Report]) -> Reread:
    """The same ledger with other reports."""
    return lambda ledger: [
        change(position, entry) if isinstance(entry, Report) else entry
        for position, entry in enumerate(ledger)
    ]


# Which reports are the same money


@bug
def a_known_reference_with_another_time_is_entered_again() -> Any:
    def is_known(report: Report, ledger: Ledger) -> bool:
        return any(
            isinstance(entry, Report)
            and entry._replace(recorded_at=0, late=False) == report._replace(recorded_at=0)
            for entry in ledger
        )

    return mock.patch.object(apply_status, "is_known", is_known)


@bug
def a_replay_is_entered_again_after_a_decision() -> Any:
    real = identity.is_known

    def is_known(report: Report, ledger: Ledger) -> bool:
        decided = any(isinstance(entry, Judgement) for entry in ledger)
        return not decided and real(report, ledger)

    return mock.patch.object(apply_status, "is_known", is_known)


@bug
def references_of_callbacks_and_status_checks_are_compared() -> Any:
    return _received(_reports(lambda _, report: report._replace(reporter=Reporter.CALLBACK)))


@bug
def money_without_a_reference_is_always_other_money() -> Any:
    return _received(
        _reports(lambda n, report: report._replace(reference=report.reference or f"at {n}"))
    )


@bug
def money_without_a_reference_is_forgotten_if_other_money_is_known() -> Any:
    def named_only(ledger: Ledger) -> Ledger:
        paid = [e for e in ledger if isinstance(e, Report) and e.kind is Kind.PAID]
        if not any(entry.reference for entry in paid):
            return ledger
        return _reports(
            lambda _, report: report if report.reference else report._replace(kind=Kind.CANCELLED)
        )(ledger)

    return _received(named_only)


@bug
def money_for_two_orders_at_finpay_is_compared() -> Any:
    return _received(_reports(lambda _, report: report._replace(gateway_order_id="one")))


@bug
def possible_money_is_in_excess() -> Any:
    real = standing.standing_of

    def standing_of(*given: Any) -> Standing:
        found = real(*given)
        more = sum(one.amount or 0 for one in found.possible)
        return found._replace(overpaid=found.overpaid + more)

    return mock.patch.object(payment_module, "standing_of", standing_of)


# What went back


@bug
def every_refund_is_of_what_counts() -> Any:
    real = refunds.refunds_in

    def refunds_in(ledger: Ledger, money: Any, counted: Received | None) -> Refunds:
        found = real(ledger, money, counted)
        if counted is None:
            return found
        total = min(sum(found.amounts.values()), counted.amount or 0)
        return found._replace(amounts={counted.position: total})

    return mock.patch.object(standing, "refunds_in", refunds_in)


@bug
def refunds_of_one_reference_add_up() -> Any:
    def added_up(ledger: Ledger) -> Ledger:
        sums: Counter[Any] = Counter()

        def add(_: int, report: Report) -> Report:
            if report.kind not in REFUNDS or report.amount is None:
                return report
            named = report.reporter, report.gateway_order_id, report.reference
            sums[named] += report.amount
            return report._replace(kind=Kind.REFUNDED, amount=sums[named])

        return _reports(add)(ledger)

    return _refunds(added_up)


@bug
def refunds_of_callbacks_and_status_checks_are_added() -> Any:
    def as_callback(position: int, report: Report) -> Report:
        if report.reporter is not Reporter.STATUS_CHECK:
            return report
        return report._replace(reporter=Reporter.CALLBACK, reference=f"at {position}")

    return _refunds(_reports(as_callback))


@bug
def the_refund_of_any_order_refunds_the_payment() -> Any:
    def of_counted(money: Any) -> Reread:
        first = money[0].first.gateway_order_id if money else ""
        return _reports(lambda _, report: report._replace(gateway_order_id=first))

    real = refunds.refunds_in

    def refunds_in(ledger: Ledger, money: Any, counted: Received | None) -> Refunds:
        return real(of_counted([counted] if counted else [])(ledger), money, counted)

    return mock.patch.object(standing, "refunds_in", refunds_in)


# What is stored


@bug
def the_ledger_keeps_its_last_entries_only() -> Any:
    real = money_rules.change_of_ledger

    return mock.patch.object(
        apply_status,
        "change_of_ledger",
        lambda payment, ledger, entry: real(
            payment, replace(ledger, entries=ledger.entries[-2:]), entry
        ),
    )


@bug
def money_beyond_a_full_ledger_is_dropped() -> Any:
    def keep(real: Any, self: Any, order_id: str, reason: QuarantineReason, *rest: Any) -> None:
        if reason is not QuarantineReason.LEDGER_FULL:
            real(self, order_id, reason, *rest)

    return method(DynamoQuarantine, "keep", keep)


@bug
def references_are_not_stored() -> Any:
    real = ledger_items.ledger_attributes

    def ledger_attributes(*given: Any) -> Any:
        return [
            {name: value for name, value in entry.items() if name != "reference"}
            for entry in real(*given)
        ]

    return mock.patch.object(payment_write_expressions, "ledger_attributes", ledger_attributes)


@bug
def a_cancellation_after_the_money_is_no_entry() -> Any:
    real = money_rules.is_about_money

    def is_about_money(trigger: Trigger, *rest: Any) -> bool:
        return trigger is not Trigger.CANCEL_CONFIRMED and real(trigger, *rest)

    return mock.patch.object(apply_status, "is_about_money", is_about_money)


# Decisions


@bug
def a_decision_is_not_bound_to_a_version() -> Any:
    def review(real: Any, self: Review, order_id: str, decision: Any, **how: Any) -> Payment:
        found = self.payments.get(order_id)
        assert found
        payment: Payment = real(self, order_id, decision, **how | {"version": found.version})
        return payment

    return method(Review, "__call__", review)


def _decision(change: Callable[[Payment, Judgement], Judgement]) -> Any:
    real = money_rules.entries_of_decision

    def entries_of_decision(payment: Payment, *rest: Any) -> list[LedgerEntry]:
        return [
            change(payment, entry) if isinstance(entry, Judgement) else entry
            for entry in real(payment, *rest)
        ]

    return mock.patch.object(review_decision, "entries_of_decision", entries_of_decision)


@bug
def a_decision_covers_money_that_comes_later() -> Any:
    def and_later(payment: Payment, judgement: Judgement) -> Judgement:
        first = len(payment.ledger) + 2
        return judgement._replace(covers=judgement.covers | {*range(first, first + 9)})

    return _decision(and_later)


@bug
def a_decision_about_possible_money_is_about_all() -> Any:
    def about_all(payment: Payment, judgement: Judgement) -> Judgement:
        reports = (n for n, entry in enumerate(payment.ledger) if isinstance(entry, Report))
        return judgement._replace(covers=judgement.covers | {*reports})

    return _decision(about_all)


@bug
def a_decision_names_nobody() -> Any:
    return _decision(lambda _, judgement: judgement._replace(by=""))


@bug
def a_decision_is_forgotten() -> Any:
    return _received(lambda ledger: [entry for entry in ledger if isinstance(entry, Report)])


# What storefronts are told


def _events(change: Callable[[Payment, Payment, list[Event]], list[Event]]) -> Any:
    real = events.events_of
    return mock.patch.object(
        publish_events,
        "events_of",
        lambda before, after: change(before, after, real(before, after)),
    )


@bug
def an_excess_is_not_told() -> Any:
    return _events(lambda _, __, owed: [event for event in owed if event.type != OVERPAID])


@bug
def a_further_refund_is_not_told() -> Any:
    return _events(
        lambda before, after, events: [
            event for event in events if event.type != REFUNDED or before.status is not after.status
        ]
    )


@bug
def the_refund_of_an_excess_is_told_as_a_refund() -> Any:
    def as_refund(before: Payment, after: Payment, owed: list[Event]) -> list[Event]:
        less = after.standing.overpaid < before.standing.overpaid
        return [
            replace(event, type=REFUNDED, body=event.body.replace(OVERPAID, REFUNDED))
            if less and event.type == OVERPAID
            else event
            for event in owed
        ]

    return _events(as_refund)
