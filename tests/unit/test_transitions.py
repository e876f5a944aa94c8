"""The table of states, walked exhaustively against the promises it makes."""

from itertools import product

import pytest

from payments.transitions import TABLE, Proof, Status, rule_for, usual_rule

S, P = Status, Proof
OPEN = {S.INITIATING, S.PENDING}
GIVEN_UP = {S.EXPIRED, S.CANCELLED, S.FAILED}
EVERY = list(product(Status, Proof))

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
    (S.PENDING, P.EXPIRED): S.EXPIRED,
    (S.PENDING, P.CANCELLED): S.CANCELLED,
    (S.PENDING, P.CANCEL_CONFIRMED): S.CANCELLED,
    (S.PENDING, P.FAILED): S.FAILED,
    (S.PAID, P.CANCEL_CONFIRMED): S.REVIEW,
    (S.PAID, P.REFUNDED): S.REFUNDED,
    (S.PAID, P.PARTIALLY_REFUNDED): S.PARTIALLY_REFUNDED,
    (S.PARTIALLY_REFUNDED, P.REFUNDED): S.REFUNDED,
}


@pytest.mark.parametrize(("status", "proof"), EVERY)
def test_every_status_and_proof_leads_where_the_design_says(status: Status, proof: Proof) -> None:
    rule = rule_for(status, proof)
    assert (rule.target if rule else None) == MOVES.get((status, proof))


@pytest.mark.parametrize(("status", "proof"), EVERY)
def test_no_two_rules_speak_of_the_same_case(status: Status, proof: Proof) -> None:
    assert sum(rule.proof is proof and status in rule.sources for rule in TABLE) <= 1


def test_only_money_makes_a_payment_paid() -> None:
    assert {rule.proof for rule in TABLE if rule.target is S.PAID} == {P.PAID}
    assert not [rule for rule in TABLE if rule.proof is P.PAID_AGAIN and rule.target]


def test_money_is_late_exactly_where_the_payment_was_given_up() -> None:
    late = [rule for rule in TABLE if rule.late]
    assert {s for rule in late for s in rule.sources} == GIVEN_UP
    assert {rule.target for rule in late} == {S.PAID}


def test_money_that_came_is_never_without_an_effect_on_an_unpaid_payment() -> None:
    for status, proof in product(OPEN | GIVEN_UP, (P.PAID, P.MISMATCH)):
        rule = rule_for(status, proof)
        assert rule
        assert rule.target


def test_no_message_about_an_unpaid_order_moves_a_paid_one() -> None:
    for proof in (P.OPEN, P.EXPIRED, P.FAILED, P.CANCELLED, P.UNKNOWN):
        rule = rule_for(S.PAID, proof)
        assert rule, "it is recorded"
        assert rule.target is None


def test_an_unknown_status_is_recorded_everywhere_and_moves_nothing() -> None:
    for status in Status:
        rule = rule_for(status, P.UNKNOWN)
        assert rule
        assert rule.target is None


def test_no_rule_leads_to_the_status_it_comes_from() -> None:
    assert not [rule for rule in TABLE if rule.target in rule.sources]


def test_nothing_leads_back_to_before_the_code() -> None:
    assert {rule.proof for rule in TABLE if rule.target is S.PENDING} == {P.CODE_ISSUED}
    assert not [rule for rule in TABLE if rule.target is S.INITIATING]


def test_a_mismatch_is_never_written_without_reading_what_does_not_match() -> None:
    assert usual_rule(P.MISMATCH) is None


def test_the_usual_payment_is_written_without_reading() -> None:
    rule = usual_rule(P.PAID)
    assert rule
    assert rule.sources == OPEN
