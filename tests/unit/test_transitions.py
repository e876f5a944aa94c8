"""The table of states, walked exhaustively against the promises it makes."""

from itertools import product

import pytest

from payments.domain.transition_table import MONEY, TABLE, Status, Trigger, rule_for, usual_rule

S, P = Status, Trigger
OPEN = {S.INITIATING, S.PENDING}
CLOSED = {S.EXPIRED, S.CANCELLED, S.FAILED}
EVERY = list(product(Status, Trigger))

# Written down a second time, from the design's table: whatever is not here keeps the status.
MOVES = {
    (S.INITIATING, P.CODE_ISSUED): S.PENDING,
    (S.INITIATING, P.REFUSED): S.FAILED,
    (S.INITIATING, P.PAID): S.PAID,
    (S.PENDING, P.PAID): S.PAID,
    (S.EXPIRED, P.PAID): S.PAID,
    (S.CANCELLED, P.PAID): S.PAID,
    (S.FAILED, P.PAID): S.PAID,
    (S.INITIATING, P.MISMATCH): S.REVIEW,
    (S.PENDING, P.MISMATCH): S.REVIEW,
    (S.EXPIRED, P.MISMATCH): S.REVIEW,
    (S.CANCELLED, P.MISMATCH): S.REVIEW,
    (S.FAILED, P.MISMATCH): S.REVIEW,
    (S.INITIATING, P.NEVER_RECEIVED): S.FAILED,
    (S.PENDING, P.EXPIRED): S.EXPIRED,
    (S.INITIATING, P.EXPIRY_CONFIRMED): S.EXPIRED,
    (S.PENDING, P.EXPIRY_CONFIRMED): S.EXPIRED,
    (S.PENDING, P.CANCELLED): S.CANCELLED,
    (S.INITIATING, P.CANCEL_AGREED): S.CANCELLED,
    (S.PENDING, P.CANCEL_AGREED): S.CANCELLED,
    (S.INITIATING, P.CANCEL_CONFIRMED): S.CANCELLED,
    (S.PENDING, P.CANCEL_CONFIRMED): S.CANCELLED,
    (S.PENDING, P.FAILED): S.FAILED,
    (S.INITIATING, P.FAILURE_CONFIRMED): S.FAILED,
    (S.PENDING, P.FAILURE_CONFIRMED): S.FAILED,
    (S.INITIATING, P.REFUNDED): S.REVIEW,
    (S.PENDING, P.REFUNDED): S.REVIEW,
    (S.EXPIRED, P.REFUNDED): S.REVIEW,
    (S.CANCELLED, P.REFUNDED): S.REVIEW,
    (S.FAILED, P.REFUNDED): S.REVIEW,
    (S.INITIATING, P.PARTIALLY_REFUNDED): S.REVIEW,
    (S.PENDING, P.PARTIALLY_REFUNDED): S.REVIEW,
    (S.EXPIRED, P.PARTIALLY_REFUNDED): S.REVIEW,
    (S.CANCELLED, P.PARTIALLY_REFUNDED): S.REVIEW,
    (S.FAILED, P.PARTIALLY_REFUNDED): S.REVIEW,
    (S.PAID, P.CANCEL_CONFIRMED): S.REVIEW,
    (S.PARTIALLY_REFUNDED, P.CANCEL_CONFIRMED): S.REVIEW,
    (S.PAID, P.REFUNDED): S.REFUNDED,
    (S.PAID, P.PARTIALLY_REFUNDED): S.PARTIALLY_REFUNDED,
    (S.PARTIALLY_REFUNDED, P.REFUNDED): S.REFUNDED,
    (S.REVIEW, P.ACCEPTED): S.PAID,
    (S.REVIEW, P.REJECTED): S.CANCELLED,
    (S.REVIEW, P.RETURNED): S.REFUNDED,
}

# What is recorded and moves nothing; whatever is in neither table is not even recorded. Money that
# comes after other money is in neither: the ledger decides about it.
RECORDED = {
    P.CODE_ISSUED: set(Status) - OPEN,
    P.NEXT_ATTEMPT: {S.INITIATING},
    P.OPEN: {S.PAID},
    P.EXPIRED: {S.INITIATING, S.PAID},
    P.EXPIRY_CONFIRMED: {S.PAID},
    P.CANCELLED: {S.INITIATING, S.PAID, S.PARTIALLY_REFUNDED},
    P.CANCEL_AGREED: {S.PAID, S.PARTIALLY_REFUNDED, S.EXPIRED, S.CANCELLED, S.FAILED},
    P.FAILED: {S.INITIATING, S.PAID},
    P.FAILURE_CONFIRMED: {S.PAID},
    P.UNKNOWN: set(Status),
}


@pytest.mark.parametrize(("status", "trigger"), EVERY)
def test_every_status_and_trigger_leads_where_the_design_says(
    status: Status, trigger: Trigger
) -> None:
    rule = rule_for(status, trigger)
    assert (rule.target if rule else None) == MOVES.get((status, trigger))
    if (status, trigger) not in MOVES:
        assert (rule is not None) == (status in RECORDED.get(trigger, set()))


def test_a_status_is_stored_and_shown_by_its_name() -> None:
    assert {status.value: status.name for status in Status} == {s.name: s.name for s in Status}


def test_money_is_what_somebody_paid_whatever_became_of_it() -> None:
    assert set(Trigger) - MONEY == set(Trigger) - {
        *(P.PAID, P.MISMATCH, P.REFUNDED, P.PARTIALLY_REFUNDED),
    }


def test_only_the_usual_course_of_things_is_written_without_reading() -> None:
    assert {trigger for trigger in Trigger if usual_rule(trigger)} == {
        *(P.PAID, P.EXPIRED, P.CANCELLED, P.FAILED),
    }


@pytest.mark.parametrize(("status", "trigger"), EVERY)
def test_no_two_rules_speak_of_the_same_case(status: Status, trigger: Trigger) -> None:
    assert sum(rule.trigger is trigger and status in rule.sources for rule in TABLE) <= 1


def test_only_money_makes_a_payment_paid_or_a_person_who_saw_it() -> None:
    paying = {(rule.trigger, frozenset(rule.sources)) for rule in TABLE if rule.target is S.PAID}
    assert {trigger for trigger, _ in paying} == {P.PAID, P.ACCEPTED}
    assert (P.ACCEPTED, frozenset({S.REVIEW})) in paying


def test_an_operator_decides_about_reviews_and_nothing_else() -> None:
    for trigger in (P.ACCEPTED, P.REJECTED, P.RETURNED):
        assert {s for s in Status if rule_for(s, trigger)} == {S.REVIEW}


def test_only_a_person_brings_a_payment_out_of_review() -> None:
    leaving = {rule.trigger for rule in TABLE if S.REVIEW in rule.sources and rule.target}
    assert leaving == {P.ACCEPTED, P.REJECTED, P.RETURNED}


def test_money_is_late_exactly_where_the_payment_was_given_up() -> None:
    late = [rule for rule in TABLE if rule.late]
    assert {s for rule in late for s in rule.sources} == CLOSED
    assert {rule.target for rule in late} == {S.PAID}
    assert {rule.late for rule in TABLE} == {True, False}, "as storefronts see it"


def test_money_that_came_is_never_without_an_effect_on_an_unpaid_payment() -> None:
    for status, trigger in product(OPEN | CLOSED, MONEY):
        rule = rule_for(status, trigger)
        assert rule
        assert rule.target


def test_no_message_about_an_unpaid_order_moves_a_paid_one() -> None:
    for trigger in (
        *(P.OPEN, P.EXPIRED, P.FAILED, P.CANCELLED, P.UNKNOWN),
        *(P.EXPIRY_CONFIRMED, P.FAILURE_CONFIRMED, P.CANCEL_AGREED),
    ):
        rule = rule_for(S.PAID, trigger)
        assert rule, "it is recorded"
        assert rule.target is None


def test_an_unknown_status_is_recorded_everywhere_and_moves_nothing() -> None:
    for status in Status:
        rule = rule_for(status, P.UNKNOWN)
        assert rule
        assert rule.target is None


def test_a_payment_whose_outcome_is_unknown_is_not_ended_by_a_callback_without_money() -> None:
    for trigger in (P.EXPIRED, P.CANCELLED, P.FAILED):
        rule = rule_for(S.INITIATING, trigger)
        assert rule, "it is recorded"
        assert rule.target is None


def test_no_rule_leads_to_the_status_it_comes_from() -> None:
    assert not [rule for rule in TABLE if rule.target in rule.sources]


def test_nothing_leads_back_to_before_the_code() -> None:
    assert {rule.trigger for rule in TABLE if rule.target is S.PENDING} == {P.CODE_ISSUED}
    assert not [rule for rule in TABLE if rule.target is S.INITIATING]


def test_a_mismatch_is_never_written_without_reading_what_does_not_match() -> None:
    assert usual_rule(P.MISMATCH) is None


def test_the_usual_payment_is_written_without_reading() -> None:
    rule = usual_rule(P.PAID)
    assert rule
    assert rule.sources == OPEN
