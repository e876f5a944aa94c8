"""`python -m ops review`: a person decides, through the real use case and store."""

import hashlib
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner, Result

from ops.__main__ import app
from ops.deployment import Deployment
from payments.aws.payments_table import DynamoPayments
from payments.domain.payment import Entry, Payment, Source
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Judgement, Kind, Reporter
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment
from testing.personal_data.watch import CHECK
from tests.functional.ops.ledgers import make_money
from tests.functional.ops.operator import Operator
from tests.functional.ops.told import NO_REGION, NO_STACK, STACK, Outputs

SEE_WHICH = "Next: python -m ops review list shows the payments that wait for a decision\n"
OUTCOMES = [
    ("accept", Decision.ACCEPTED, Status.PAID),
    ("reject", Decision.REJECTED, Status.CANCELLED),
    ("returned", Decision.RETURNED, Status.REFUNDED),
]


def make_review(
    order_id: str = SAMPLE_ORDER_ID, status: Status = Status.REVIEW, **overrides: Any
) -> Payment:
    """A payment for which 900 rupiah came instead of 1,000."""
    ledger = (make_money(900, gateway_order_id=order_id),)
    return make_payment(**{"order_id": order_id, "status": status, "ledger": ledger} | overrides)


def make_possible(order_id: str = SAMPLE_ORDER_ID) -> Payment:
    """A paid payment; a status check reports money that may be the same."""
    check = make_money(
        reference="S9",
        reporter=Reporter.STATUS_CHECK,
        paid_at=NOW + 60_000,
        gateway_order_id=order_id,
    )
    paid = make_money(gateway_order_id=order_id)
    return make_payment(order_id=order_id, status=Status.PAID, ledger=(paid, check))


def run(*arguments: str, stack: str = STACK, typed: str = "") -> Result:
    result = CliRunner().invoke(app, ["review", *arguments, "--stack", stack], input=typed)
    CHECK.look("what a command printed", result.output)
    return result


def decide(
    verb: str, order_id: str = SAMPLE_ORDER_ID, version: int = 1, reason: str = "agreed"
) -> Result:
    return run(verb, order_id, "--version", str(version), "--reason", reason, "--yes")


def found_in(payments: DynamoPayments, order_id: str = SAMPLE_ORDER_ID) -> Payment:
    found = payments.get(order_id)
    assert found
    return found


def last_decision(payment: Payment) -> Judgement:
    return [one for one in payment.ledger if isinstance(one, Judgement)][-1]


@pytest.mark.parametrize(("verb", "decision", "expected"), OUTCOMES)
def test_a_decision_says_what_it_covers_and_is_stored_with_who_and_why(
    payments: DynamoPayments, verb: str, decision: Decision, expected: Status
) -> None:
    payments.reserve(make_review())
    result = decide(verb, reason="the merchant agreed")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"Payment {SAMPLE_ORDER_ID}, version 1: REVIEW, ordered Rp1.000"
    assert lines[1] == "The decision covers"
    row = "1  2023-04-04 09:56:35 WIB  paid  Rp900   INDOMARET  8f0e1d2c   callback"
    assert lines[3].strip() == row
    assert lines[4].startswith(f"{decision.capitalize()}: ")
    assert f"The payment becomes {expected}, with " in lines[4]
    assert lines[5].startswith(f"{SAMPLE_ORDER_ID}  version 2  {expected}  ordered Rp1.000")
    payment = found_in(payments)
    assert (payment.status, payment.version) == (expected, 2)
    assert payment.history[-1].by is Source.OPERATOR
    assert payment.ledger[0] == make_review().ledger[0], "what came stays known"
    assert payment.next_sync_at is None, "a person decided, so nobody asks Finpay any more"
    written = last_decision(payment)
    assert (written.decision, written.covers, written.version) == (decision, frozenset({0}), 1)
    assert written.reason == "the merchant agreed"


def test_who_decided_is_stored_without_the_sessions_name(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    assert decide("accept").exit_code == 0
    arn = boto3.client("sts").get_caller_identity()["Arn"]
    kind, _, name = arn.rpartition("/")
    by = last_decision(found_in(payments)).by
    assert by.startswith("account 123456789012, ")
    assert by.endswith(f" sha256:{hashlib.sha256(name.encode()).hexdigest()}")
    if "assumed-role" in kind:
        assert ", role Operators, session sha256:" in by
    assert name not in by


def test_if_aws_does_not_say_who_decides_that_is_stored_and_said(
    payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    sts = boto3.client("sts")
    monkeypatch.setattr(Deployment, "untyped", lambda _, name: {"sts": sts}[name])
    payments.reserve(make_review())
    with Stubber(sts) as stub:
        stub.add_client_error("get_caller_identity", "ExpiredToken")
        result = decide("accept")
    assert result.exit_code == 0
    assert result.stderr == ("The decision names nobody: AWS STS refused to tell (ExpiredToken).\n")
    by = last_decision(found_in(payments)).by
    assert by == "unknown: AWS STS refused to tell (ExpiredToken)"


@pytest.mark.parametrize(
    ("verb", "expected", "overpaid", "meaning"),
    [
        ("accept", Status.PAID, 1000, "Accepted: it is other money."),
        ("reject", Status.PAID, 0, "Rejected: it is the same money, or none."),
        ("returned", Status.PAID, 0, "Returned: it was other money, and was given back."),
    ],
)
def test_possible_money_of_a_paid_payment_is_decided_too(
    payments: DynamoPayments, verb: str, expected: Status, overpaid: int, meaning: str
) -> None:
    payments.reserve(make_possible())
    result = decide(verb)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "S9" in lines[3]
    assert "8f0e1d2c" not in "".join(lines[:5]), "what counts is not covered"
    assert lines[4].startswith(f"{meaning} The payment stays PAID, with Rp1.000 that counts")
    payment = found_in(payments)
    assert (payment.status, payment.standing.overpaid) == (expected, overpaid)
    assert not payment.standing.possible
    assert decide(verb, version=2).exit_code == 1, "nothing is left to decide"


def test_another_version_than_the_stored_one_is_refused_and_nothing_is_written(
    payments: DynamoPayments,
) -> None:
    payments.reserve(make_review(version=3))
    for version in (2, 4):
        result = decide("accept", version=version)
        assert (result.exit_code, result.stdout) == (3, "")
        why, following = result.stderr.splitlines()
        assert why == (f"Not done: payment {SAMPLE_ORDER_ID} has version 3 now, not {version}")
        assert f"payment show {SAMPLE_ORDER_ID}" in following
    assert found_in(payments) == make_review(version=3)


def test_a_decision_is_about_the_money_that_was_seen_and_no_other(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.callback("A-1", amount=900, reference="M1")
    seen = str(operator.json("payment", "show", "A-1", "--offline")["payment"]["version"])
    operator.decide("reject", "A-1")
    operator.callback("A-1", amount=1, reference="M2")
    before = operator.rows()
    accept = ("review", "accept", "A-1", "--version", seen, "--reason", "it is 900", "--yes")
    result = operator.run(*accept)
    assert (result.exit_code, result.stdout) == (3, "")
    assert operator.rows() == before
    payment = operator.service.payment("A-1")
    assert (payment.status, payment.received and payment.received.paid_amount) == (
        Status.REVIEW,
        1,
    )


@pytest.mark.parametrize("missing", ["--version", "--reason"])
def test_a_decision_needs_a_version_and_a_reason(payments: DynamoPayments, missing: str) -> None:
    payments.reserve(make_review())
    given = {"--version": "1", "--reason": "agreed"}
    options = [word for name, value in given.items() if name != missing for word in (name, value)]
    result = run("accept", SAMPLE_ORDER_ID, *options, "--yes")
    assert (result.exit_code, result.stdout) == (2, "")
    assert missing in result.stderr
    assert found_in(payments) == make_review()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "  ",
        "two\nlines",
        "x" * 201,
        "budi@toko.example said so",
        "call 0812-5550-0123",
        "+62 812 5550 0123",
    ],
)
def test_a_reason_is_one_line_without_an_address_or_a_phone_number(
    payments: DynamoPayments, reason: str
) -> None:
    payments.reserve(make_review())
    result = decide("accept", reason=reason)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--reason" in result.stderr
    assert found_in(payments) == make_review()


def test_a_reason_may_name_references_and_amounts(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    reason = "FP00000000000003: Rp900 of Rp1.000, ticket 2026-0815"
    assert decide("accept", reason=reason).exit_code == 0
    assert last_decision(found_in(payments)).reason == reason


@pytest.mark.parametrize(
    ("typed", "code", "status"),
    [("y\n", 0, Status.PAID), ("n\n", 1, Status.REVIEW), ("", 1, Status.REVIEW)],
)
def test_it_is_asked_before_a_decision_is_written(
    payments: DynamoPayments, typed: str, code: int, status: Status
) -> None:
    payments.reserve(make_review())
    options = ("--version", "1", "--reason", "agreed")
    result = run("accept", SAMPLE_ORDER_ID, *options, typed=typed)
    assert result.exit_code == code
    assert "The decision covers" in result.stdout
    assert "Write this decision?" in result.stderr
    assert found_in(payments).status is status


def test_for_machines_what_a_decision_covers_is_on_standard_error(
    payments: DynamoPayments,
) -> None:
    payments.reserve(make_review())
    options = ("--version", "1", "--reason", "agreed", "--yes", "--json")
    result = run("accept", SAMPLE_ORDER_ID, *options)
    assert "The decision covers" in result.stderr
    found = json.loads(result.stdout)
    assert (found["status"], found["version"]) == ("PAID", 2)
    assert found["inQuestion"] == []
    (decision,) = found["decisions"]
    assert (decision["decision"], decision["covers"], decision["reason"]) == (
        "accepted",
        [1],
        "agreed",
    )
    assert decision["by"].startswith("account 123456789012, ")


@pytest.mark.parametrize(
    ("order_id", "verb", "why"),
    [
        ("UNKNOWN-1", "accept", "there is no payment of order UNKNOWN-1"),
        ("PAID-1", "reject", "no money of payment PAID-1 is in question: it is PAID"),
    ],
)
def test_what_cannot_be_decided_is_said_in_a_line(
    payments: DynamoPayments, order_id: str, verb: str, why: str
) -> None:
    ledger = (make_money(gateway_order_id="PAID-1"),)
    paid = make_review("PAID-1", Status.PAID, ledger=ledger)
    payments.reserve(paid)
    result = decide(verb, order_id)
    assert (result.exit_code, result.output) == (1, f"Not done: {why}\n{SEE_WHICH}")
    assert payments.get("PAID-1") == paid


def test_a_decision_is_made_once(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    assert decide("reject").exit_code == 0
    assert decide("accept").exit_code == 3
    result = decide("accept", version=2)
    why = f"no money of payment {SAMPLE_ORDER_ID} is in question: it is CANCELLED"
    assert (result.exit_code, result.output) == (1, f"Not done: {why}\n{SEE_WHICH}")


def test_a_decision_that_is_none_is_refused(payments: DynamoPayments) -> None:
    payments.reserve(make_review())
    assert decide("forget").exit_code == 2
    assert found_in(payments) == make_review()


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
    result = decide("accept")
    assert result.exit_code == 3
    assert "has version 2 now, not 1" in result.stderr
    payment = found_in(payments)
    assert payment.status is Status.REVIEW
    assert payment.ledger == make_review().ledger


def test_the_payments_that_wait_are_listed_and_no_others(payments: DynamoPayments) -> None:
    assert run("list").output == ""
    for n in range(3):
        payments.reserve(make_review(f"A-{n}"))
    paid = (make_money(gateway_order_id="B-1"),)
    payments.reserve(make_review("B-1", Status.PAID, ledger=paid))
    payments.reserve(make_possible("C-1"))
    refund = make_money(None, None, kind=Kind.REFUNDED, gateway_order_id="D-1")
    payments.reserve(make_review("D-1", ledger=(refund,)))
    result = run("list")
    assert result.exit_code == 0
    assert sorted(result.output.splitlines()) == [
        *(
            f"A-{n}  version 1  REVIEW  ordered Rp1.000  paid Rp900"
            "  in question paid Rp900 8f0e1d2c"
            for n in range(3)
        ),
        "C-1  version 1  PAID  ordered Rp1.000  paid Rp1.000  in question paid Rp1.000 S9",
        (
            "D-1  version 1  REVIEW  ordered Rp1.000  paid no money"
            "  in question refunded an unknown amount without reference"
        ),
    ]


def test_more_than_a_page_of_the_table_is_read(payments: DynamoPayments) -> None:
    history = make_payment().history * 24
    for n in range(600):
        status = Status.REVIEW if n % 100 == 99 else Status.PENDING
        order_id = f"A-{n}"
        ledger = (make_money(900, gateway_order_id=order_id),) if n % 100 == 99 else ()
        payments.reserve(make_review(order_id, status, history=history, ledger=ledger))
    assert len(run("list").output.splitlines()) == 6


ACCEPT = ("accept", SAMPLE_ORDER_ID, "--version", "1", "--reason", "agreed", "--yes")


@pytest.mark.parametrize("arguments", [("list",), ACCEPT])
def test_a_stack_that_is_not_there_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, stack="missing")
    assert (result.exit_code, result.output) == (1, NO_STACK)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("list",), "ResourceNotFoundException"),
        (ACCEPT, "AWS does not answer"),
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


@pytest.mark.parametrize("arguments", [("list",), ACCEPT])
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
