"""`python -m ops review`: a person decides, through the real use case and store."""

import pytest
from typer.testing import CliRunner, Result

from ops.__main__ import app
from payments.aws.payments_table import DynamoPayments
from payments.domain.payment import Entry, Payment, ReceivedMoney, Source
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment
from tests.functional.ops.told import NO_REGION, NO_STACK, STACK, Outputs

SEE_WHICH = "Next: python -m ops review list shows the payments that wait for a decision\n"
OUTCOMES = [
    ("accept", Status.PAID),
    ("reject", Status.CANCELLED),
    ("returned", Status.REFUNDED),
]


def make_review(order_id: str = SAMPLE_ORDER_ID, status: Status = Status.REVIEW) -> Payment:
    """A payment for which 900 rupiah came instead of 1,000."""
    return make_payment(
        order_id=order_id, status=status, received=ReceivedMoney(NOW, 900, "8f0e1d2c", "INDOMARET")
    )


def run(*arguments: str, stack: str = STACK) -> Result:
    return CliRunner().invoke(app, ["review", *arguments, "--stack", stack])


def apply_status(verdict: str, order_id: str = SAMPLE_ORDER_ID) -> Result:
    return run(verdict, order_id)


@pytest.mark.parametrize(("verdict", "expected"), OUTCOMES)
def test_a_verdict_is_one_more_transition_by_an_operator(
    payments: DynamoPayments, verdict: str, expected: Status
) -> None:
    payments.reserve(make_review())
    result = apply_status(verdict)
    assert (result.exit_code, result.output) == (
        0,
        f"{SAMPLE_ORDER_ID}  {expected}  ordered 1000 IDR  paid 900  reference 8f0e1d2c\n",
    )
    payment = payments.get(SAMPLE_ORDER_ID)
    assert payment
    assert (payment.status, payment.version) == (expected, 2)
    assert payment.history[-1].by is Source.OPERATOR
    assert payment.received == make_review().received, "what came stays known"
    assert payment.next_sync_at is None, "a person decided, so nobody asks Finpay any more"


@pytest.mark.parametrize(
    ("order_id", "verdict", "why"),
    [
        ("UNKNOWN-1", "accept", "there is no payment of order UNKNOWN-1"),
        ("PAID-1", "reject", "payment PAID-1 is not in REVIEW but PAID"),
    ],
)
def test_what_cannot_be_decided_is_said_in_a_line(
    payments: DynamoPayments, order_id: str, verdict: str, why: str
) -> None:
    paid = make_review("PAID-1", Status.PAID)
    payments.reserve(paid)
    result = apply_status(verdict, order_id)
    assert (result.exit_code, result.output) == (1, f"Not done: {why}\n{SEE_WHICH}")
    assert payments.get("PAID-1") == paid


def test_a_verdict_is_given_once(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    assert apply_status("reject").exit_code == 0
    result = apply_status("accept")
    assert (result.exit_code, result.output) == (
        1,
        f"Not done: payment {SAMPLE_ORDER_ID} is not in REVIEW but CANCELLED\n{SEE_WHICH}",
    )


def test_a_verdict_that_is_none_is_refused(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    assert apply_status("forget").exit_code == 2
    assert payments.get(SAMPLE_ORDER_ID) == make_review()


def test_a_payment_that_changes_at_the_same_moment_is_to_be_looked_at_again(
    payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments.reserve(make_review())
    real = DynamoPayments.apply

    def note_first(store: DynamoPayments, change: Change) -> Applied | Refused:
        entry = Entry(Status.REVIEW, NOW, Source.CALLBACK, "rival", "e", "NEW")
        real(store, Change(SAMPLE_ORDER_ID, frozenset({Status.REVIEW}), entry))
        return real(store, change)

    monkeypatch.setattr(DynamoPayments, "apply", note_first)
    result = apply_status("accept")
    assert result.exit_code == 1
    assert "changed at this moment" in result.output
    payment = payments.get(SAMPLE_ORDER_ID)
    assert payment
    assert payment.status is Status.REVIEW


def test_the_payments_that_wait_are_listed_and_no_others(payments: DynamoPayments) -> None:
    assert run("list").output == ""
    for n in range(3):
        payments.reserve(make_review(f"A-{n}"))
    payments.reserve(make_review("B-1", Status.PAID))
    payments.reserve(make_payment(order_id="C-1", status=Status.REVIEW))
    result = run("list")
    assert result.exit_code == 0
    assert sorted(result.output.splitlines()) == [
        *(f"A-{n}  REVIEW  ordered 1000 IDR  paid 900  reference 8f0e1d2c" for n in range(3)),
        "C-1  REVIEW  ordered 1000 IDR  paid unknown  reference none",
    ]


def test_more_than_a_page_of_the_table_is_read(payments: DynamoPayments) -> None:
    history = make_payment().history * 24
    for n in range(600):
        status = Status.REVIEW if n % 100 == 99 else Status.PAID
        payments.reserve(make_payment(order_id=f"A-{n}", status=status, history=history))
    assert len(run("list").output.splitlines()) == 6


@pytest.mark.parametrize("arguments", [("list",), ("accept", SAMPLE_ORDER_ID)])
def test_a_stack_that_is_not_there_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, stack="missing")
    assert (result.exit_code, result.output) == (1, NO_STACK)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("list",), "ResourceNotFoundException"),
        (("accept", SAMPLE_ORDER_ID), "the table does not answer"),
    ],
)
def test_a_table_that_is_not_there_is_said_in_a_line(
    outputs: Outputs, arguments: tuple[str, ...], why: str
) -> None:
    outputs["PaymentsTableName"] = "missing"
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Not done: ")
    assert why in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("list",), ("accept", SAMPLE_ORDER_ID)])
def test_a_missing_region_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = run(*arguments)
    assert (result.exit_code, result.output) == (1, NO_REGION)


def test_a_region_may_be_given(payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch) -> None:
    payments.reserve(make_review())
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = run("list", "--region", "ap-southeast-3")
    assert result.output.startswith(SAMPLE_ORDER_ID)
