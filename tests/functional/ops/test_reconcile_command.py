"""`python -m ops reconcile` and `quarantine`: Finpay is asked by the function, and nobody else."""

from collections.abc import Iterator

import pytest

from ops import status_syncs
from ops.commands.reconcile import NOT_TAKEN
from ops.deployment import Deployment
from ops.quarantine import REASONS
from payments.aws.payments_table import DynamoPayments
from payments.domain.gateway_status import QuarantineReason
from payments.domain.payment import Source
from payments.domain.transition_table import Status
from payments.finpay.circuit_breaker import FAILURES
from testing.builders import SAMPLE_ORDER_ID, make_callback_body, make_callback_event
from testing.service import MINUTE
from tests.functional.ops.operator import Operator
from tests.functional.ops.told import STACK


def lose(operator: Operator, order_id: str = "A-1") -> None:
    """A payment that was paid and whose callback never came."""
    operator.shop.order(order_id)
    operator.fate(order_id)


def test_money_whose_callback_was_lost_is_found_by_the_functions_own_sync(
    operator: Operator,
) -> None:
    lose(operator)
    found = operator.json("reconcile", "A-1")
    assert (found["before"], found["after"], found["answered"]) == ("PENDING", "PAID", True)
    payment = operator.service.payment("A-1")
    assert (payment.status, payment.history[-1].by) == (Status.PAID, Source.STATUS_CHECK)
    assert operator.service.rows("CircuitsTable") == []


def test_a_payment_may_be_named_by_its_code(operator: Operator) -> None:
    lose(operator)
    code = operator.json("payment", "show", "A-1")["payment"]["paymentCode"]
    assert operator.lines("reconcile", code) == [
        "A-1: Finpay was asked, and it is PAID now; it was PENDING"
    ]


def test_the_schedule_goes_on_as_if_the_sync_had_been_its_own(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.service.pass_time(6 * MINUTE)
    last_attempt_at = operator.service.clock()
    assert operator.lines("reconcile", "A-1") == [
        "A-1: Finpay was asked, and it is PENDING as before",
    ]
    payment = operator.service.payment("A-1")
    assert payment.next_sync_at == payment.created_at + 15 * MINUTE > last_attempt_at


def test_a_sync_that_finpay_does_not_answer_is_said_and_comes_again(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.silence()
    (line,) = operator.lines("reconcile", "A-1", code=3)
    assert "Finpay did not answer; it is PENDING and is asked again at" in line
    assert operator.service.payment("A-1").next_sync_at


def test_a_sync_that_nobody_takes_stays_due(operator: Operator) -> None:
    lose(operator)
    operator.outputs["StatusSyncQueueUrl"] = operator.outputs["StatusSyncDeadLettersUrl"]
    (line,) = operator.lines("reconcile", "A-1", "--patience", "5", code=3)
    assert line == f"A-1: {NOT_TAKEN}"
    due_at = operator.service.payment("A-1").next_sync_at
    assert due_at
    assert due_at <= operator.service.clock()


type Happening = Iterator[float]
"""What the functions do meanwhile; it yields the seconds until it does more."""


def meanwhile(operator: Operator, monkeypatch: pytest.MonkeyPatch, happening: Happening) -> None:
    """Let this happen while the operator waits, and then nothing more."""
    left = [0.0]

    def sleep(seconds: float) -> None:
        operator.service.pass_time(round(seconds * 1000))
        left[0] -= seconds
        if left[0] <= 0:
            left[0] = next(happening, float("inf"))

    monkeypatch.setattr("ops.status_syncs.sleep", sleep)


def begun(operator: Operator, seconds: float, *, fails: bool) -> Happening:
    """A status sync of A-1 that takes so long, and that Finpay leaves unanswered or never ends."""
    payments = DynamoPayments(operator.service.dynamodb, "PaymentsTable")
    due_at = operator.service.payment("A-1").next_sync_at
    assert due_at
    later = operator.service.clock() + 60 * MINUTE
    assert payments.begin_sync("A-1", due_at, later, "the write id")
    yield seconds
    if fails:
        payments.end_sync("A-1", "the write id", operator.service.clock() + 5 * MINUTE)


def test_that_another_operator_asks_is_no_sync_yet(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")

    def again() -> Happening:
        status_syncs.of(Deployment(STACK, None)).queue_now("A-1")
        yield 1.0

    meanwhile(operator, monkeypatch, again())
    (line,) = operator.lines("reconcile", "A-1", code=3)
    assert line == f"A-1: {NOT_TAKEN}"


def test_a_sync_may_take_as_long_as_finpay_and_then_fail(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    meanwhile(operator, monkeypatch, begun(operator, 12, fails=True))
    (line,) = operator.lines("reconcile", "A-1", code=3)
    assert "Finpay did not answer; it is PENDING and is asked again at" in line


def test_a_sync_may_take_the_longer_the_more_orders_finpay_has(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    operator.service.dynamodb.update_item(
        TableName="PaymentsTable",
        Key={"orderId": {"S": "A-1"}},
        UpdateExpression="SET previousAttemptIds = :others",
        ExpressionAttributeValues={":others": {"L": [{"S": "A-1_x1"}, {"S": "A-1_x2"}]}},
    )
    meanwhile(operator, monkeypatch, begun(operator, 20, fails=True))
    assert operator.json("reconcile", "A-1", code=3)["answered"] is False


def test_what_came_of_a_sync_whose_function_died_is_not_known(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    # Its message is hidden, and there until somebody took the status sync.
    meanwhile(operator, monkeypatch, begun(operator, 1, fails=False))
    (line,) = operator.lines("reconcile", "A-1", code=3)
    assert line == (
        "A-1: a status sync began, and what Finpay answered is not known yet; it is PENDING."
        " Ask again in a few minutes"
    )


def test_a_patience_that_ends_within_the_sync_ends_with_what_is_known(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    meanwhile(operator, monkeypatch, begun(operator, 12, fails=True))
    found = operator.json("reconcile", "A-1", "--patience", "5", code=3)
    assert (found["asked"], found["answered"], found["after"]) == (True, None, "PENDING")


def test_a_sync_between_two_glances_is_seen_by_what_it_left(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    # The mark of a status sync that was answered stays until the next one.
    assert operator.json("reconcile", "A-1")["answered"]
    before = operator.service.payment("A-1").sync_id
    assert before
    meanwhile(operator, monkeypatch, begun(operator, 0, fails=True))
    assert operator.json("reconcile", "A-1", code=3)["answered"] is False


def test_a_payment_that_is_watched_no_more_was_answered_at_once(operator: Operator) -> None:
    lose(operator)
    operator.callback("A-1", reference="FP00000000000001")
    began = operator.service.clock()
    assert operator.lines("reconcile", "A-1") == ["A-1: Finpay was asked, and it is PAID as before"]
    assert operator.service.clock() - began < 2_000


def test_what_syncs_ask_no_more_about_is_said_and_shown_by_the_command_that_is_named(
    second_attempt_operator: Operator,
) -> None:
    latest = second_attempt_operator.service.payment().gateway_order_id
    second_attempt_operator.fate(latest)
    assert second_attempt_operator.json("reconcile", SAMPLE_ORDER_ID)["askedNoMore"] == [
        SAMPLE_ORDER_ID
    ]
    calls = second_attempt_operator.service.witness.calls
    calls.clear()
    asked, left_out = second_attempt_operator.lines("reconcile", SAMPLE_ORDER_ID)
    assert asked == f"{SAMPLE_ORDER_ID}: Finpay was asked, and it is PAID as before"
    assert calls == ["check"]
    why, _, named = left_out.partition("; what Finpay says of each: python -m ops ")
    assert why == (
        f"Status syncs ask no more about its other orders at Finpay ({SAMPLE_ORDER_ID}),"
        " since it is final"
    )
    words = named.removesuffix(f" --stack {STACK}").split()
    said = second_attempt_operator.json(*words)["finpay"]
    assert [one["orderId"] for one in said] == [latest, SAMPLE_ORDER_ID]


def test_of_a_payment_that_is_open_all_orders_are_asked_about(
    second_attempt_operator: Operator,
) -> None:
    found = second_attempt_operator.json("reconcile", SAMPLE_ORDER_ID)
    assert (found["after"], found["askedNoMore"]) == ("PENDING", [])
    assert second_attempt_operator.service.witness.calls == ["check", "check"]


def test_of_the_first_order_that_was_paid_after_all_the_latest_is_asked_about_no_more(
    second_attempt_operator: Operator,
) -> None:
    latest = second_attempt_operator.service.payment().gateway_order_id
    second_attempt_operator.fate(SAMPLE_ORDER_ID, late=True)
    assert second_attempt_operator.json("reconcile", SAMPLE_ORDER_ID)["askedNoMore"] == [latest]


def test_a_payment_that_was_given_up_is_synced_once_more(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.callback("A-1", status="FAILED")
    operator.service.pass_time(5 * 1_440 * MINUTE)
    operator.fate("A-1", late=True)
    assert operator.json("reconcile", "A-1")["after"] == "PAID"


def test_all_that_is_due_is_asked_about(operator: Operator) -> None:
    for n in range(12):
        lose(operator, f"A-{n}")
    operator.service.pass_time(3 * MINUTE)
    found = operator.json("reconcile", "--due")
    assert found == {"due": 12, "queued": 12, "stillDue": 0}
    statuses = {row["status"]["S"] for row in operator.service.rows()}
    assert statuses == {"PAID"}


def test_nothing_due_is_nothing_to_do(operator: Operator) -> None:
    operator.shop.order("A-1")
    assert operator.lines("reconcile", "--due") == ["0 due, 0 queued, 0 still due"]


def test_nothing_is_queued_while_the_functions_know_that_finpay_is_down(operator: Operator) -> None:
    for n in range(FAILURES):
        operator.shop.order(f"A-{n}")
    operator.service.pass_time(3 * MINUTE)
    operator.silence(FAILURES)
    assert operator.service.sweep() == FAILURES
    operator.service.pass_time(6 * MINUTE)
    operator.service.dynamodb.update_item(
        TableName="CircuitsTable",
        Key={"id": {"S": operator.service.rows("CircuitsTable")[0]["id"]["S"]}},
        UpdateExpression="SET opened_at = :now",
        ExpressionAttributeValues={":now": {"N": str(operator.service.clock() // 1000)}},
    )
    lines = operator.lines("reconcile", "--due", code=3)
    assert lines == [
        "3 due, 0 queued, 3 still due",
        "Nothing was queued: Finpay does not answer, or the queue is full already",
    ]


def test_a_payment_or_what_is_due_has_to_be_named_and_not_both(operator: Operator) -> None:
    for arguments in ((), ("A-1", "--due")):
        why, following = operator.refused("reconcile", *arguments)
        assert why == "either a payment is named or --due is given"
        assert following == "reconcile ORDER-ID or reconcile --due"


def test_what_is_not_there_cannot_be_asked_about(operator: Operator) -> None:
    why, following = operator.refused("reconcile", "A-9")
    assert why.startswith("there is no payment")
    assert "payment list" in following


def test_every_reason_can_be_asked_for_and_is_explained() -> None:
    assert set(QuarantineReason) == set(REASONS)


def test_the_quarantine_is_listed_the_newest_first(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.forge("A-1")
    operator.service.pass_time(MINUTE)
    operator.callback("B-1")
    found = operator.json("quarantine", "list")
    assert [(one["orderId"], one["reason"]) for one in found] == [
        ("B-1", "unknown-order"),
        ("A-1", "signature"),
    ]
    assert [
        one["orderId"] for one in operator.json("quarantine", "list", "--reason", "signature")
    ] == ["A-1"]
    result = operator.run("quarantine", "list", "--limit", "1")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "There are 2; --limit shows more.\n"


def test_what_is_kept_of_a_callback_is_shown_with_what_its_reason_means(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.forge("A-1")
    line, more = operator.lines("quarantine", "show", "A-1")
    assert line.endswith("A-1  signature  reports PAID Rp1.000")
    assert more.startswith("  nobody who knows the merchant key signed it; kept until ")


def test_a_callback_without_a_readable_gateway_status_is_shown_too(operator: Operator) -> None:
    body = make_callback_body({"order": {}})
    assert operator.service.callback(make_callback_event(body, order_id="A-1")).status == 200
    (line, _) = operator.lines("quarantine", "show", "A-1")
    assert line.endswith("A-1  unreadable  reports nothing that can be read")


def test_a_fake_is_not_credited_by_a_replay_since_only_finpays_answer_counts(
    operator: Operator,
) -> None:
    operator.shop.order("A-1")
    operator.forge("A-1")
    found = operator.json("quarantine", "replay", "A-1")
    assert found["sync"]["after"] == "PENDING"
    assert found["how"].startswith("The body of a callback is not kept")
    assert operator.service.payment("A-1").status is Status.PENDING


def test_money_behind_a_quarantined_callback_is_found_at_finpay(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.forge("A-1")
    operator.fate("A-1")
    how, sentence = operator.lines("quarantine", "replay", "A-1")
    assert how.startswith("The body of a callback is not kept")
    assert sentence == "A-1: Finpay was asked, and it is PAID now; it was PENDING"


def test_a_replay_that_finpay_does_not_answer_applies_nothing(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.forge("A-1")
    operator.silence()
    assert operator.json("quarantine", "replay", "A-1", code=3)["sync"]["answered"] is False
    assert operator.service.payment("A-1").status is Status.PENDING


def test_an_order_that_is_not_here_is_never_credited(operator: Operator) -> None:
    operator.callback("B-1")
    before = operator.rows()
    found = operator.json("quarantine", "replay", "B-1", code=3)
    assert (found["sync"], found["finpay"]["known"]) == (None, False)
    lines = operator.lines("quarantine", "replay", "B-1", code=3)
    assert lines[1] == "Finpay: B-1  it knows no such order"
    assert "nothing can be credited" in lines[2]
    assert operator.rows() == before


def test_of_an_order_without_payload_digest_there_is_nothing_to_show_or_replay(
    operator: Operator,
) -> None:
    for verb in ("show", "replay"):
        why, following = operator.refused("quarantine", verb, "A-1")
        assert why == "nothing is quarantined under order A-1"
        assert following == "python -m ops quarantine list shows what is"
