"""`python -m ops reconcile` and `quarantine`: Finpay is asked by the function, and nobody else."""

from collections.abc import Iterator

import pytest

from ops import status_syncs
from ops.commands.reconcile import NOT_TAKEN
from ops.deployment import Deployment
from ops.quarantine import REASONS
from payments.aws.payments_table import DynamoPayments
from payments.domain.gateway_status import Reason
from payments.domain.payment import Source
from payments.domain.transitions import Status
from payments.finpay.circuit_breaker import FAILURES
from testing.builders import SAMPLE_ORDER_ID, make_callback_body, make_callback_event
from testing.service import MINUTE
from tests.functional.ops.desk import Desk
from tests.functional.ops.told import STACK


def lose(desk: Desk, order_id: str = "A-1") -> None:
    """A payment that was paid and whose callback never came."""
    desk.shop.order(order_id)
    desk.fate(order_id)


def test_money_whose_callback_was_lost_is_found_by_the_functions_own_sync(desk: Desk) -> None:
    lose(desk)
    found = desk.json("reconcile", "A-1")
    assert (found["before"], found["after"], found["answered"]) == ("PENDING", "PAID", True)
    payment = desk.service.payment("A-1")
    assert (payment.status, payment.history[-1].by) == (Status.PAID, Source.STATUS_CHECK)
    assert desk.service.rows("CircuitsTable") == []


def test_a_payment_may_be_named_by_its_code(desk: Desk) -> None:
    lose(desk)
    code = desk.json("payment", "show", "A-1")["payment"]["paymentCode"]
    assert desk.lines("reconcile", code) == [
        "A-1: Finpay was asked, and it is PAID now; it was PENDING"
    ]


def test_the_schedule_goes_on_as_if_the_sync_had_been_its_own(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.service.pass_time(6 * MINUTE)
    last_attempt_at = desk.service.clock()
    assert desk.lines("reconcile", "A-1") == [
        "A-1: Finpay was asked, and it is PENDING as before",
    ]
    payment = desk.service.payment("A-1")
    assert payment.next_sync_at == payment.created_at + 15 * MINUTE > last_attempt_at


def test_a_sync_that_finpay_does_not_answer_is_said_and_comes_again(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.silence()
    (line,) = desk.lines("reconcile", "A-1", code=3)
    assert "Finpay did not answer; it is PENDING and is asked again at" in line
    assert desk.service.payment("A-1").next_sync_at


def test_a_sync_that_nobody_takes_stays_due(desk: Desk) -> None:
    lose(desk)
    desk.outputs["StatusSyncQueueUrl"] = desk.outputs["StatusSyncDeadLettersUrl"]
    (line,) = desk.lines("reconcile", "A-1", "--patience", "5", code=3)
    assert line == f"A-1: {NOT_TAKEN}"
    due_at = desk.service.payment("A-1").next_sync_at
    assert due_at
    assert due_at <= desk.service.clock()


type Happening = Iterator[float]
"""What the functions do meanwhile; it yields the seconds until it does more."""


def meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch, happening: Happening) -> None:
    """Let this happen while the operator waits, and then nothing more."""
    left = [0.0]

    def sleep(seconds: float) -> None:
        desk.service.pass_time(round(seconds * 1000))
        left[0] -= seconds
        if left[0] <= 0:
            left[0] = next(happening, float("inf"))

    monkeypatch.setattr("ops.status_syncs.sleep", sleep)


def begun(desk: Desk, seconds: float, *, fails: bool) -> Happening:
    """A status sync at A-1 that takes so long, and that Finpay does not answer or that never ends."""
    payments = DynamoPayments(desk.service.dynamodb, "PaymentsTable")
    due_at = desk.service.payment("A-1").next_sync_at
    assert due_at
    later = desk.service.clock() + 60 * MINUTE
    assert payments.begin_sync("A-1", due_at, later, "the write id")
    yield seconds
    if fails:
        payments.end_sync("A-1", "the write id", desk.service.clock() + 5 * MINUTE)


def test_that_another_operator_asks_is_no_sync_yet(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")

    def again() -> Happening:
        status_syncs.of(Deployment(STACK, None)).queue_now("A-1")
        yield 1.0

    meanwhile(desk, monkeypatch, again())
    (line,) = desk.lines("reconcile", "A-1", code=3)
    assert line == f"A-1: {NOT_TAKEN}"


def test_a_sync_may_take_as_long_as_finpay_and_then_fail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")
    meanwhile(desk, monkeypatch, begun(desk, 12, fails=True))
    (line,) = desk.lines("reconcile", "A-1", code=3)
    assert "Finpay did not answer; it is PENDING and is asked again at" in line


def test_a_sync_may_take_the_longer_the_more_orders_finpay_has(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")
    desk.service.dynamodb.update_item(
        TableName="PaymentsTable",
        Key={"orderId": {"S": "A-1"}},
        UpdateExpression="SET previousAttemptIds = :others",
        ExpressionAttributeValues={":others": {"L": [{"S": "A-1_x1"}, {"S": "A-1_x2"}]}},
    )
    meanwhile(desk, monkeypatch, begun(desk, 20, fails=True))
    assert desk.json("reconcile", "A-1", code=3)["answered"] is False


def test_what_came_of_a_sync_whose_function_died_is_not_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")
    # Its message is hidden, and there until somebody took the status sync.
    meanwhile(desk, monkeypatch, begun(desk, 1, fails=False))
    (line,) = desk.lines("reconcile", "A-1", code=3)
    assert line == (
        "A-1: a status sync began, and what Finpay answered is not known yet; it is PENDING."
        " Ask again in a few minutes"
    )


def test_a_patience_that_ends_within_the_sync_ends_with_what_is_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")
    meanwhile(desk, monkeypatch, begun(desk, 12, fails=True))
    found = desk.json("reconcile", "A-1", "--patience", "5", code=3)
    assert (found["asked"], found["answered"], found["after"]) == (True, None, "PENDING")


def test_a_sync_between_two_glances_is_seen_by_what_it_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.shop.order("A-1")
    # The mark of a status sync that was answered stays until the next one.
    assert desk.json("reconcile", "A-1")["answered"]
    before = desk.service.payment("A-1").sync_id
    assert before
    meanwhile(desk, monkeypatch, begun(desk, 0, fails=True))
    assert desk.json("reconcile", "A-1", code=3)["answered"] is False


def test_a_payment_that_is_watched_no_more_was_answered_at_once(desk: Desk) -> None:
    lose(desk)
    desk.callback("A-1", reference="FP00000000000001")
    began = desk.service.clock()
    assert desk.lines("reconcile", "A-1") == ["A-1: Finpay was asked, and it is PAID as before"]
    assert desk.service.clock() - began < 2_000


def test_what_syncs_ask_no_more_about_is_said_and_shown_by_the_command_that_is_named(
    renamed_desk: Desk,
) -> None:
    latest = renamed_desk.service.payment().gateway_order_id
    renamed_desk.fate(latest)
    assert renamed_desk.json("reconcile", SAMPLE_ORDER_ID)["askedNoMore"] == [SAMPLE_ORDER_ID]
    calls = renamed_desk.service.witness.calls
    calls.clear()
    asked, left_out = renamed_desk.lines("reconcile", SAMPLE_ORDER_ID)
    assert asked == f"{SAMPLE_ORDER_ID}: Finpay was asked, and it is PAID as before"
    assert calls == ["check"]
    why, _, named = left_out.partition("; what Finpay says of each: python -m ops ")
    assert why == (
        f"Status syncs ask no more about its other orders at Finpay ({SAMPLE_ORDER_ID}),"
        " since it is settled"
    )
    words = named.removesuffix(f" --stack {STACK}").split()
    said = renamed_desk.json(*words)["finpay"]
    assert [one["orderId"] for one in said] == [latest, SAMPLE_ORDER_ID]


def test_of_a_payment_that_is_open_all_orders_are_asked_about(renamed_desk: Desk) -> None:
    found = renamed_desk.json("reconcile", SAMPLE_ORDER_ID)
    assert (found["after"], found["askedNoMore"]) == ("PENDING", [])
    assert renamed_desk.service.witness.calls == ["check", "check"]


def test_of_the_first_order_that_was_paid_after_all_the_latest_is_asked_about_no_more(
    renamed_desk: Desk,
) -> None:
    latest = renamed_desk.service.payment().gateway_order_id
    renamed_desk.fate(SAMPLE_ORDER_ID, late=True)
    assert renamed_desk.json("reconcile", SAMPLE_ORDER_ID)["askedNoMore"] == [latest]


def test_a_payment_that_was_given_up_is_synced_once_more(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.callback("A-1", status="FAILED")
    desk.service.pass_time(5 * 1_440 * MINUTE)
    desk.fate("A-1", late=True)
    assert desk.json("reconcile", "A-1")["after"] == "PAID"


def test_all_that_is_due_is_asked_about(desk: Desk) -> None:
    for n in range(12):
        lose(desk, f"A-{n}")
    desk.service.pass_time(3 * MINUTE)
    found = desk.json("reconcile", "--due")
    assert found == {"due": 12, "queued": 12, "stillDue": 0}
    statuses = {row["status"]["S"] for row in desk.service.rows()}
    assert statuses == {"PAID"}


def test_nothing_due_is_nothing_to_do(desk: Desk) -> None:
    desk.shop.order("A-1")
    assert desk.lines("reconcile", "--due") == ["0 due, 0 queued, 0 still due"]


def test_nothing_is_queued_while_the_functions_know_that_finpay_is_down(desk: Desk) -> None:
    for n in range(FAILURES):
        desk.shop.order(f"A-{n}")
    desk.service.pass_time(3 * MINUTE)
    desk.silence(FAILURES)
    assert desk.service.sweep() == FAILURES
    desk.service.pass_time(6 * MINUTE)
    desk.service.dynamodb.update_item(
        TableName="CircuitsTable",
        Key={"id": {"S": desk.service.rows("CircuitsTable")[0]["id"]["S"]}},
        UpdateExpression="SET opened_at = :now",
        ExpressionAttributeValues={":now": {"N": str(desk.service.clock() // 1000)}},
    )
    lines = desk.lines("reconcile", "--due", code=3)
    assert lines == [
        "3 due, 0 queued, 3 still due",
        "Nothing was queued: Finpay does not answer, or the queue is full already",
    ]


def test_a_payment_or_what_is_due_has_to_be_named_and_not_both(desk: Desk) -> None:
    for arguments in ((), ("A-1", "--due")):
        why, following = desk.refused("reconcile", *arguments)
        assert why == "either a payment is named or --due is given"
        assert following == "reconcile ORDER-ID or reconcile --due"


def test_what_is_not_there_cannot_be_asked_about(desk: Desk) -> None:
    why, following = desk.refused("reconcile", "A-9")
    assert why.startswith("there is no payment")
    assert "payment list" in following


def test_every_reason_can_be_asked_for_and_is_explained() -> None:
    assert set(Reason) == set(REASONS)


def test_the_quarantine_is_listed_the_newest_first(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.forge("A-1")
    desk.service.pass_time(MINUTE)
    desk.callback("B-1")
    found = desk.json("quarantine", "list")
    assert [(one["orderId"], one["reason"]) for one in found] == [
        ("B-1", "unknown-order"),
        ("A-1", "signature"),
    ]
    assert [one["orderId"] for one in desk.json("quarantine", "list", "--reason", "signature")] == [
        "A-1"
    ]
    result = desk.run("quarantine", "list", "--limit", "1")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "There are 2; --limit shows more.\n"


def test_what_is_kept_of_a_callback_is_shown_with_what_its_reason_means(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.forge("A-1")
    line, more = desk.lines("quarantine", "show", "A-1")
    assert line.endswith("A-1  signature  claims PAID Rp1.000")
    assert more.startswith("  nobody who knows the merchant key signed it; kept until ")


def test_a_callback_without_a_readable_gateway_status_is_shown_too(desk: Desk) -> None:
    body = make_callback_body({"order": {}})
    assert desk.service.callback(make_callback_event(body, order_id="A-1")).status == 200
    (line, _) = desk.lines("quarantine", "show", "A-1")
    assert line.endswith("A-1  unreadable  claims nothing that can be read")


def test_a_fake_is_not_credited_by_a_replay_since_only_finpays_answer_counts(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.forge("A-1")
    found = desk.json("quarantine", "replay", "A-1")
    assert found["sync"]["after"] == "PENDING"
    assert found["how"].startswith("The body of a callback is not kept")
    assert desk.service.payment("A-1").status is Status.PENDING


def test_money_behind_a_quarantined_callback_is_found_at_finpay(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.forge("A-1")
    desk.fate("A-1")
    how, sentence = desk.lines("quarantine", "replay", "A-1")
    assert how.startswith("The body of a callback is not kept")
    assert sentence == "A-1: Finpay was asked, and it is PAID now; it was PENDING"


def test_a_replay_that_finpay_does_not_answer_applies_nothing(desk: Desk) -> None:
    desk.shop.order("A-1")
    desk.forge("A-1")
    desk.silence()
    assert desk.json("quarantine", "replay", "A-1", code=3)["sync"]["answered"] is False
    assert desk.service.payment("A-1").status is Status.PENDING


def test_an_order_that_is_not_here_is_never_credited(desk: Desk) -> None:
    desk.callback("B-1")
    before = desk.rows()
    found = desk.json("quarantine", "replay", "B-1", code=3)
    assert (found["sync"], found["finpay"]["known"]) == (None, False)
    lines = desk.lines("quarantine", "replay", "B-1", code=3)
    assert lines[1] == "Finpay: B-1  it knows no such order"
    assert "nothing can be credited" in lines[2]
    assert desk.rows() == before


def test_of_an_order_without_payload_digest_there_is_nothing_to_show_or_replay(desk: Desk) -> None:
    for verb in ("show", "replay"):
        why, following = desk.refused("quarantine", verb, "A-1")
        assert why == "nothing is quarantined under order A-1"
        assert following == "python -m ops quarantine list shows what is"
