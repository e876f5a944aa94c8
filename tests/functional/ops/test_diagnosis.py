"""What is answered where Finpay says otherwise than we, through the real handlers."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ops.cases import Case, Diagnosis
from ops.deployment import Deployment
from ops.diagnosis import diagnose
from ops.finpay import ask, ask_all, gateway_of
from payments.aws.deliveries_table import KEPT_DAYS
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.ledger.entry import Report
from testing.builders import SAMPLE_ORDER_ID, make_payment
from tests.functional.ops.ledgers import make_money
from tests.functional.ops.operator import Operator
from tests.functional.ops.told import STACK

DAY = 86_400_000


def diagnosis_of(operator: Operator, order_id: str = "A-1") -> Diagnosis:
    """The diagnosis; its next command without the stack."""
    found = operator.json("payment", "show", order_id)["diagnosis"]
    words = (
        found["next"].removeprefix("python -m ops ").removesuffix(" --stack finpay-payments-test")
    )
    return Diagnosis(Case(found["case"]), found["sentence"], words)


def expire(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1", "expire")
    operator.callback("A-1", status="EXPIRED")


def paid_wrongly(operator: Operator, verdict: str) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1", amount=900)
    operator.lines("reconcile", "A-1")
    operator.decide(verdict, "A-1")


def of_another_report(payment: Payment, amount: int | None, **report: Any) -> Payment:
    """The same decision under order id A-2, about money that was reported like this."""
    (_, decision) = payment.ledger
    money = make_money(amount, gateway_order_id="A-1", **report)
    return replace(payment, order_id="A-2", ledger=(money, decision))


def latest_order(operator: Operator) -> str:
    """The order at Finpay that counts, of a payment whose first one was given up."""
    return operator.service.payment().gateway_order_id


def pay_latest(operator: Operator) -> None:
    operator.fate(latest_order(operator))
    operator.lines("reconcile", SAMPLE_ORDER_ID)
    assert operator.service.payment().status is Status.PAID


def test_what_an_operator_rejected_is_answered_by_his_decision(operator: Operator) -> None:
    paid_wrongly(operator, "reject")
    case, sentence, following = diagnosis_of(operator)
    assert case is Case.DECIDED
    at = operator.service.payment("A-1").history[-1].at
    assert f"{at // 1000 % 60:02} WIB" in sentence, "the moment is told"
    assert "Rp900" in sentence
    assert "Rp1.000" in sentence
    assert following == "payment list --storefront toko"


@pytest.mark.parametrize("said", ["CANCELLED", "REFUNDED", "PENDING", "SOMETHING_NEW"])
def test_a_decision_stands_whatever_became_of_the_money_at_finpay(
    operator: Operator, said: str
) -> None:
    paid_wrongly(operator, "reject")
    operator.fate("A-1", "status", status=said)
    assert diagnosis_of(operator).case is Case.DECIDED


def test_other_money_than_an_operator_decided_about_is_to_be_taken_up(operator: Operator) -> None:
    paid_wrongly(operator, "reject")
    operator.fate("A-1", again=True)
    assert diagnosis_of(operator)[::2] == (Case.CALLBACK_LOST, "reconcile A-1")


def test_the_same_amount_under_another_reference_is_other_money(operator: Operator) -> None:
    paid_wrongly(operator, "reject")
    operator.fate("A-1", amount=900, again=True)
    assert diagnosis_of(operator).case is Case.CALLBACK_LOST


@pytest.mark.parametrize("amount", [900, None])
def test_money_of_no_name_is_known_by_its_amount(operator: Operator, amount: int | None) -> None:
    paid_wrongly(operator, "reject")
    payment = operator.service.payment("A-1")
    operator.service.put(of_another_report(payment, amount, reference=None, paid_at=None))
    known = amount == 900
    found = diagnosis_of(operator, "A-2")
    assert found.case is (Case.DECIDED if known else Case.CALLBACK_LOST)


def test_a_decision_about_an_unknown_amount_says_so(operator: Operator) -> None:
    paid_wrongly(operator, "reject")
    payment = operator.service.payment("A-1")
    other = of_another_report(payment, None)
    operator.service.put(replace(other, gateway_order_id="A-2"))
    found = diagnosis_of(operator, "A-2")
    assert found.case is Case.DECIDED
    assert "an amount that Finpay did not tell" in found.sentence


@pytest.mark.parametrize(
    "said", ["CANCELLED", "EXPIRED", "FAILED", "REFUNDED", "PARTIALLY_REFUNDED", "SOMETHING_NEW"]
)
def test_nobody_is_sent_to_a_till_with_a_code_that_finpay_does_not_call_open(
    operator: Operator, said: str
) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1", "status", status=said)
    sentence = f"It is PENDING here, and Finpay says {said}."
    assert diagnosis_of(operator) == (Case.FINPAY_DIFFERS, sentence, "reconcile A-1")


def test_nobody_is_sent_to_a_till_with_a_code_that_finpay_does_not_know(operator: Operator) -> None:
    now = operator.service.clock()
    operator.service.put(make_payment(order_id="A-1", status=Status.PENDING, last_attempt_at=now))
    sentence = "It is PENDING here, and Finpay knows no such order."
    assert diagnosis_of(operator) == (Case.FINPAY_DIFFERS, sentence, "reconcile A-1")


@pytest.mark.parametrize("said", ["REFUNDED", "PARTIALLY_REFUNDED", "SOMETHING_NEW"])
def test_money_that_came_and_went_back_is_not_called_none(operator: Operator, said: str) -> None:
    expire(operator)
    operator.fate("A-1", "status", status=said)
    sentence = f"It is EXPIRED here, and Finpay says {said}."
    assert diagnosis_of(operator) == (Case.FINPAY_DIFFERS, sentence, "reconcile A-1")


@pytest.mark.parametrize("said", ["EXPIRED", "CANCELLED", "FAILED", "PENDING"])
def test_no_money_came_for_what_was_given_up_and_is_unpaid_at_finpay(
    operator: Operator, said: str
) -> None:
    expire(operator)
    operator.fate("A-1", "status", status=said)
    assert diagnosis_of(operator).case is Case.CLOSED


@pytest.mark.parametrize("said", ["REFUNDED", "PARTIALLY_REFUNDED", "SOMETHING_NEW"])
def test_what_finpay_says_of_an_order_that_was_given_up_there_counts_too(
    second_attempt_operator: Operator, said: str
) -> None:
    assert diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID).case is Case.NOT_PAID_YET
    second_attempt_operator.fate(SAMPLE_ORDER_ID, "status", status=said)
    found = diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID)
    sentence = f"It is PENDING here, and Finpay says {said} of its order {SAMPLE_ORDER_ID}."
    assert found == (Case.FINPAY_DIFFERS, sentence, f"reconcile {SAMPLE_ORDER_ID}")


def test_a_credit_for_an_order_that_finpay_does_not_know_is_told(operator: Operator) -> None:
    operator.callback("A-1")
    now = operator.service.clock()
    money = make_money(gateway_order_id="A-1")
    operator.service.put(
        make_payment(order_id="A-1", status=Status.PAID, last_attempt_at=now, ledger=(money,))
    )
    sentence = "It is paid here, and Finpay knows no such order."
    assert diagnosis_of(operator) == (Case.FINPAY_DIFFERS, sentence, "reconcile A-1")


def test_a_payment_of_which_finpay_says_nothing_is_paid_as_we_know_it(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1")
    operator.shop.tell()
    operator.silence()
    assert diagnosis_of(operator).case is Case.PAID


def test_money_of_another_order_is_not_to_go_back_while_the_recorded_one_is_disputed(
    second_attempt_operator: Operator,
) -> None:
    pay_latest(second_attempt_operator)
    second_attempt_operator.fate(SAMPLE_ORDER_ID, late=True)
    found = diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID)
    assert found.sentence.endswith(" One of the two is to go back.")
    payment = second_attempt_operator.service.payment()
    (report,) = payment.ledger
    assert isinstance(report, Report)
    other = replace(payment, ledger=(report, report._replace(amount=900)))
    asking = partial(ask, gateway_of(Deployment(STACK, None)))
    said = list(ask_all(asking, payment))
    disputed = diagnose(other, (), (), said, payment.updated_at)
    assert disputed.case is Case.PAID_TWICE
    assert " Give nothing back yet: " in disputed.sentence


def test_who_paid_two_orders_of_a_payment_paid_twice(second_attempt_operator: Operator) -> None:
    pay_latest(second_attempt_operator)
    second_attempt_operator.fate(SAMPLE_ORDER_ID, late=True)
    found = diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID)
    assert found.case is Case.PAID_TWICE
    assert found.next.startswith("report --date ")


def test_who_got_the_second_money_back_paid_once(second_attempt_operator: Operator) -> None:
    pay_latest(second_attempt_operator)
    second_attempt_operator.fate(SAMPLE_ORDER_ID, "status", status="REFUNDED")
    assert diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID).case is Case.NOT_TOLD_YET


def test_who_got_some_of_the_second_money_back_is_not_well(
    second_attempt_operator: Operator,
) -> None:
    pay_latest(second_attempt_operator)
    second_attempt_operator.fate(SAMPLE_ORDER_ID, "status", status="PARTIALLY_REFUNDED")
    found = diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID)
    assert found.case is Case.FINPAY_DIFFERS
    assert f"PARTIALLY_REFUNDED of its order {SAMPLE_ORDER_ID}" in found.sentence
    assert found.next.startswith("report --date "), "no status sync would ask about that order"


def test_money_for_another_order_of_a_payment_that_was_given_back_is_told(
    second_attempt_operator: Operator,
) -> None:
    pay_latest(second_attempt_operator)
    second_attempt_operator.fate(latest_order(second_attempt_operator), "status", status="REFUNDED")
    second_attempt_operator.lines("reconcile", SAMPLE_ORDER_ID)
    assert diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID).case is Case.MONEY_BACK
    second_attempt_operator.fate(SAMPLE_ORDER_ID, late=True)
    found = diagnosis_of(second_attempt_operator, SAMPLE_ORDER_ID)
    assert found.case is Case.FINPAY_DIFFERS
    assert found.sentence.startswith("It is REFUNDED here, and Finpay says PAID of its order")


def test_what_finpay_said_when_an_operator_accepted_is_no_difference(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1")
    operator.fate("A-1", "status", status="CANCELLED")
    assert diagnosis_of(operator).case is Case.FINPAY_DIFFERS
    operator.lines("reconcile", "A-1")
    operator.decide("accept", "A-1")
    assert diagnosis_of(operator).case is Case.NOT_TOLD_YET
    operator.fate("A-1", "status", status="EXPIRED")
    assert diagnosis_of(operator).case is Case.FINPAY_DIFFERS
    operator.lines("reconcile", "A-1")
    assert operator.service.payment("A-1").history[-1].observed == "EXPIRED"
    assert diagnosis_of(operator).case is Case.FINPAY_DIFFERS, "it was noted after the decision"


def test_an_old_payment_is_not_published_again_because_its_log_is_over(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1")
    operator.service.pass_time(KEPT_DAYS * DAY - 1)
    assert diagnosis_of(operator).next == "webhook redeliver A-1"
    operator.service.pass_time(1)
    found = diagnosis_of(operator)
    assert found.case is Case.LOG_IS_OVER
    assert "after 90 days" in found.sentence
    assert "redeliver" not in found.next
