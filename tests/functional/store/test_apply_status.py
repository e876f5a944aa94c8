"""What is learnt of a stored payment, beyond the usual course of things."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.domain.clock import HOUR, MINUTE
from payments.domain.errors import OrderMismatch
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import (
    HISTORY_LIMIT,
    LEDGER_LIMIT,
    Entry,
    Failure,
    IssuedCode,
    Lease,
    Payment,
    ReceivedMoney,
    Source,
    derived_id,
)
from payments.domain.transition_table import Status, Trigger
from payments.ledger.entry import Decision, Judgement, Report
from payments.services.apply_status import ApplyStatus, Effect, StatusUpdate
from testing.builders import (
    NOW,
    SAMPLE_ORDER_ID,
    make_gateway_status,
    make_payment,
    make_report,
)

LATER = NOW + 120_000
LATEST = derived_id(SAMPLE_ORDER_ID, "0" * 16)
SAMPLE_PAID_AT = NOW + 60_000
SAMPLE_MONEY = ReceivedMoney(NOW, 1000, "8f0e1d2c", "INDOMARET")
CODE = IssuedCode("https://devo.finpay.id/widgetpg/pending/5613", NOW, "8802700000076850")

type Put = Callable[..., Payment]


@pytest.fixture
def told() -> list[StatusUpdate]:
    """What whoever observes was told of."""
    return []


@pytest.fixture
def apply_status(
    payments: DynamoPayments, quarantine: DynamoQuarantine, told: list[StatusUpdate]
) -> ApplyStatus:
    ids = (f"new-write-{n}" for n in count())
    return ApplyStatus(payments, quarantine, lambda: LATER, lambda: next(ids), told.append)


@pytest.fixture
def put(payments: DynamoPayments) -> Put:
    def store(**fields: Any) -> Payment:
        payment = make_payment(**fields)
        assert payments.reserve(payment) is None
        return payment

    return store


def gateway_status_of(status: str, **fields: Any) -> GatewayStatus:
    """What Finpay says of an order for which it names no money."""
    nothing = {"paid_amount": None, "paid_amount_given": False, "payment_reference": None}
    return make_gateway_status(status=status, **nothing | {"payload_digest": status} | fields)


def test_what_is_kept_of_the_money_is_what_the_gateway_status_says(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(status=Status.PENDING)
    received = apply_status(SAMPLE_ORDER_ID, make_gateway_status()).payment.received
    assert received == ReceivedMoney(NOW + 60_000, 1000, "8f0e1d2c", "INDOMARET")


def test_money_for_another_order_at_finpay_is_kept_with_that_order(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(
        status=Status.PENDING,
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    received = apply_status(
        SAMPLE_ORDER_ID, make_gateway_status(gateway_order_id=LATEST)
    ).payment.received
    assert received == ReceivedMoney(NOW + 60_000, 1000, "8f0e1d2c", "INDOMARET", LATEST)


def test_a_gateway_status_about_an_order_that_is_not_the_payments_changes_nothing(
    payments: DynamoPayments, put: Put, apply_status: ApplyStatus
) -> None:
    pending = put(status=Status.PENDING)
    with pytest.raises(OrderMismatch):
        apply_status(SAMPLE_ORDER_ID, make_gateway_status(gateway_order_id="OTHER-1"))
    assert payments.get(SAMPLE_ORDER_ID) == pending


@pytest.mark.parametrize("status", ["REFUNDED", "PARTIALLY_REFUNDED"])
def test_a_refund_of_another_order_than_the_one_paid_is_only_recorded(
    put: Put, apply_status: ApplyStatus, status: str
) -> None:
    put(
        status=Status.PAID,
        received=SAMPLE_MONEY,
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    update = apply_status(SAMPLE_ORDER_ID, gateway_status_of(status, gateway_order_id=LATEST))
    assert update.effect is Effect.RECORDED
    assert (update.payment.status, update.payment.received) == (Status.PAID, SAMPLE_MONEY)
    assert update.payment.standing.questions == ["refund-unexplained"]


def test_one_reference_for_two_orders_is_money_twice(put: Put, apply_status: ApplyStatus) -> None:
    put(
        status=Status.PAID,
        received=SAMPLE_MONEY,
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(gateway_order_id=LATEST))
    assert (update.payment.status, update.effect) == (Status.PAID, Effect.RECORDED)
    assert update.payment.standing.overpaid == 1000


def rejected(*reports: Report) -> dict[str, Any]:
    """The fields of a payment of whose money an operator decided that nothing is owed."""
    covers = frozenset(range(len(reports)))
    judgement = Judgement(Decision.REJECTED, covers, NOW, "somebody", "because", 1)
    return {"status": Status.CANCELLED, "ledger": (*reports, judgement)}


def test_the_wrong_amount_for_another_order_is_not_what_was_rejected(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(
        **rejected(make_report(amount=900, reference="8f0e1d2c")),
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    reported = make_gateway_status(gateway_order_id=LATEST, paid_amount=900)
    assert apply_status(SAMPLE_ORDER_ID, reported).payment.status is Status.REVIEW


@pytest.mark.parametrize(
    ("later", "status"), [(0, Status.CANCELLED), (MINUTE, Status.REVIEW)], ids=["same", "other"]
)
def test_rejected_money_without_a_reference_is_known_by_its_time(
    put: Put, apply_status: ApplyStatus, later: int, status: Status
) -> None:
    put(**rejected(make_report(amount=900, paid_at=SAMPLE_PAID_AT)))
    reported = make_gateway_status(
        paid_amount=900, payment_reference=None, paid_at=SAMPLE_PAID_AT + later
    )
    assert apply_status(SAMPLE_ORDER_ID, reported).payment.status is status


@pytest.mark.parametrize(
    ("said", "effect", "questions"),
    [
        ({}, Effect.NOTHING, []),
        ({"paid_amount": 800}, Effect.RECORDED, []),
        ({"payment_reference": "other"}, Effect.RECORDED, ["paid-again"]),
        ({"payment_reference": None}, Effect.RECORDED, []),
        ({"payment_reference": None, "paid_at": NOW}, Effect.RECORDED, ["possibly-paid-again"]),
    ],
    ids=["the same", "other amount", "other reference", "no reference", "other time"],
)
def test_accepted_money_stays_and_what_may_be_other_money_is_asked_about(
    put: Put,
    apply_status: ApplyStatus,
    said: dict[str, Any],
    effect: Effect,
    questions: list[str],
) -> None:
    money = make_report(amount=900, paid_at=SAMPLE_PAID_AT, reference="8f0e1d2c")
    judgement = Judgement(Decision.ACCEPTED, frozenset({0}), NOW, "somebody", "because", 1)
    put(status=Status.PAID, ledger=(money, judgement))
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(**{"paid_amount": 900} | said))
    assert (update.payment.status, update.effect) == (Status.PAID, effect)
    assert update.payment.standing.questions == questions


@pytest.mark.parametrize(
    ("known", "said", "overpaid", "possible"),
    [
        (("R-1", None), ("R-2", None), 1000, 0),
        (("R-1", "O-1"), ("R-2", "O-1"), 1000, 0),
        ((None, "O-1"), (None, "O-2"), 0, 0),
        (("R-1", "O-1"), ("R-1", "O-2"), 0, 0),
        ((None, "O-1"), ("R-1", "O-1"), 0, 0),
        (("R-1", None), (None, "O-1"), 0, 0),
        ((None, None), ("R-1", "O-1"), 0, 0),
    ],
)
def test_it_was_paid_twice_only_if_the_references_of_the_payment_differ(
    put: Put,
    apply_status: ApplyStatus,
    known: tuple[str | None, str | None],
    said: tuple[str | None, str | None],
    overpaid: int,
    possible: int,
) -> None:
    money = make_report(reference=known[0], order_reference=known[1], paid_at=SAMPLE_PAID_AT)
    put(status=Status.PAID, ledger=(money,))
    reported = make_gateway_status(payment_reference=said[0], order_reference=said[1])
    standing = apply_status(SAMPLE_ORDER_ID, reported).payment.standing
    assert (standing.overpaid, len(standing.possible)) == (overpaid, possible)


def test_known_money_of_a_payment_under_review_is_not_recorded_when_it_is_told_again(
    put: Put, apply_status: ApplyStatus
) -> None:
    wrong = make_report(amount=900, paid_at=SAMPLE_PAID_AT, reference="8f0e1d2c")
    put(status=Status.REVIEW, ledger=(wrong,))
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(paid_amount=900))
    assert (update.trigger, update.effect) == (Trigger.MISMATCH, Effect.NOTHING)


def test_a_report_beyond_the_limit_is_quarantined(
    put: Put, apply_status: ApplyStatus, payments: DynamoPayments
) -> None:
    reports = tuple(make_report(reference=f"R-{number}") for number in range(LEDGER_LIMIT))
    full = put(status=Status.PAID, ledger=reports)
    for _ in range(2):
        update = apply_status(SAMPLE_ORDER_ID, make_gateway_status())
        assert (update.effect, update.payment) == (Effect.NOTHING, full)
    (row,) = payments.client.scan(TableName="QuarantineTable")["Items"]
    assert (row["reason"], row["finpayReference"]) == ({"S": "ledger-full"}, {"S": "8f0e1d2c"})


def test_a_known_report_of_a_full_ledger_is_not_quarantined(
    put: Put, apply_status: ApplyStatus, payments: DynamoPayments
) -> None:
    reports = tuple(make_report(reference=f"R-{number}") for number in range(LEDGER_LIMIT))
    put(status=Status.PAID, ledger=reports)
    known = make_gateway_status(payment_reference="R-7")
    assert apply_status(SAMPLE_ORDER_ID, known).effect is Effect.NOTHING
    assert payments.client.scan(TableName="QuarantineTable")["Items"] == []


def test_a_report_with_the_last_room_is_recorded_also_beside_decisions(
    put: Put, apply_status: ApplyStatus
) -> None:
    reports = [make_report(reference=f"R-{number}") for number in range(LEDGER_LIMIT - 1)]
    judgement = Judgement(Decision.ACCEPTED, frozenset({0}), NOW, "somebody", "because", 1)
    put(status=Status.PAID, ledger=(*reports, judgement))
    assert apply_status(SAMPLE_ORDER_ID, make_gateway_status()).effect is Effect.RECORDED


def test_what_was_confirmed_before_the_money_counts_again_after_it(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(status=Status.PENDING)
    cancelled = gateway_status_of("CANCELLED", source=Source.STATUS_CHECK)
    assert apply_status(SAMPLE_ORDER_ID, cancelled).payment.status is Status.CANCELLED
    paid = apply_status(SAMPLE_ORDER_ID, make_gateway_status()).payment
    assert paid.status is Status.PAID
    reviewed = apply_status(SAMPLE_ORDER_ID, cancelled).payment
    assert (reviewed.status, reviewed.received) == (Status.REVIEW, paid.received)


def test_a_cancel_that_was_noted_before_the_money_is_looked_into_after_it(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(next_sync_at=NOW + 1)
    cancelled = gateway_status_of("CANCELLED")
    assert apply_status(SAMPLE_ORDER_ID, cancelled).payment.next_sync_at == NOW + 1
    assert apply_status(SAMPLE_ORDER_ID, make_gateway_status()).payment.next_sync_at is None
    assert apply_status(SAMPLE_ORDER_ID, cancelled).payment.next_sync_at == LATER
    assert apply_status(SAMPLE_ORDER_ID, cancelled).effect is Effect.NOTHING


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.INITIATING, "CANCELLED"),
        (Status.INITIATING, "EXPIRED"),
        (Status.PENDING, "NEW"),
        (Status.PAID, "NEW"),
        (Status.PAID, "PENDING"),
    ],
)
def test_what_only_is_recorded_is_recorded_once_and_leaves_the_watch(
    put: Put, apply_status: ApplyStatus, status: Status, said: str
) -> None:
    put(status=status, next_sync_at=NOW + 1)
    first = apply_status(SAMPLE_ORDER_ID, gateway_status_of(said))
    assert (first.effect, first.payment.next_sync_at) == (Effect.RECORDED, NOW + 1)
    again = apply_status(SAMPLE_ORDER_ID, gateway_status_of(said))
    assert (again.effect, again.payment) == (Effect.NOTHING, first.payment)


@pytest.mark.parametrize("said", ["CANCELLED", "EXPIRED"])
def test_a_full_history_has_no_room_for_what_does_not_end_an_unknown_outcome(
    put: Put, apply_status: ApplyStatus, said: str
) -> None:
    entry = Entry(Status.INITIATING, NOW, Source.CALLBACK, "write-1", "e", "NEW")
    initiating = put(history=(entry,) * HISTORY_LIMIT)
    update = apply_status(SAMPLE_ORDER_ID, gateway_status_of(said))
    assert (update.effect, update.payment) == (Effect.NOTHING, initiating)


@pytest.mark.parametrize(
    ("status", "source", "due_at"),
    [
        (Status.PENDING, Source.CALLBACK, None),
        (Status.PENDING, Source.STATUS_CHECK, None),
        (Status.EXPIRED, Source.STATUS_CHECK, None),
        (Status.EXPIRED, Source.CALLBACK, LATER),
    ],
)
def test_money_ends_the_watch_unless_a_callback_may_be_older_than_a_void(
    put: Put, apply_status: ApplyStatus, status: Status, source: Source, due_at: int | None
) -> None:
    put(status=status, next_sync_at=NOW + 1)
    assert (
        apply_status(SAMPLE_ORDER_ID, make_gateway_status(source=source)).payment.next_sync_at
        == due_at
    )


@pytest.mark.parametrize(
    ("trigger", "due_at"), [(Trigger.REFUSED, None), (Trigger.NEVER_RECEIVED, LATER + HOUR)]
)
def test_only_a_payment_that_finpay_may_know_is_watched_after_its_end(
    put: Put, apply_status: ApplyStatus, trigger: Trigger, due_at: int | None
) -> None:
    update = apply_status.apply_trigger(put(next_sync_at=NOW + 1), trigger, Source.INITIATE)
    assert (update.payment.status, update.payment.next_sync_at) == (Status.FAILED, due_at)


def test_a_lost_lease_applies_nothing(
    payments: DynamoPayments, put: Put, apply_status: ApplyStatus, told: list[StatusUpdate]
) -> None:
    held = put()
    taken = payments.take_lease(held, Lease("somebody else", LATER), NOW)
    assert taken
    update = apply_status.apply_trigger(held, Trigger.NEVER_RECEIVED, Source.INITIATE)
    nothing = StatusUpdate(taken, Trigger.NEVER_RECEIVED, Effect.NOTHING, Source.INITIATE)
    assert (update, told) == (nothing, [])


def test_a_trigger_that_moves_nothing_is_recorded_by_the_name_of_its_trigger(
    put: Put, apply_status: ApplyStatus, told: list[StatusUpdate]
) -> None:
    paid = put(status=Status.PAID, received=SAMPLE_MONEY)
    update = apply_status.apply_trigger(
        paid, Trigger.CODE_ISSUED, Source.INITIATE, payload_digest="e", code=CODE
    )
    assert update[1:] == (Trigger.CODE_ISSUED, Effect.RECORDED, Source.INITIATE)
    entry = Entry(Status.PAID, LATER, Source.INITIATE, "new-write-0", "e", "CODE_ISSUED")
    assert (update.payment.history[-1], update.payment.code) == (entry, CODE)
    assert told == [update]


def test_a_trigger_that_moves_a_payment_says_why(
    put: Put, apply_status: ApplyStatus, told: list[StatusUpdate]
) -> None:
    failure = Failure("rejected", "4000001", "Invalid Field Format")
    update = apply_status.apply_trigger(put(), Trigger.REFUSED, Source.INITIATE, failure=failure)
    assert update[1:] == (Trigger.REFUSED, Effect.MOVED, Source.INITIATE)
    entry = Entry(Status.FAILED, LATER, Source.INITIATE, "new-write-0")
    assert (update.payment.history[-1], update.payment.failure) == (entry, failure)
    assert told == [update]


def test_a_trigger_without_a_rule_is_not_applied(
    payments: DynamoPayments, put: Put, apply_status: ApplyStatus, told: list[StatusUpdate]
) -> None:
    paid = put(status=Status.PAID)
    update = apply_status.apply_trigger(paid, Trigger.REFUSED, Source.CANCEL)
    assert update == StatusUpdate(paid, Trigger.REFUSED, Effect.NOTHING, Source.CANCEL)
    assert (payments.get(SAMPLE_ORDER_ID), told) == (paid, [])


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED])
def test_a_gateway_status_that_moves_a_payment_is_told_and_noted_with_its_payload_digest(
    put: Put, apply_status: ApplyStatus, told: list[StatusUpdate], status: Status
) -> None:
    put(status=status)
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(source=Source.STATUS_CHECK))
    assert update[1:] == (Trigger.PAID, Effect.MOVED, Source.STATUS_CHECK)
    entry = update.payment.history[-1]
    assert entry[:3] == (Status.PAID, LATER, Source.STATUS_CHECK)
    assert (entry.payload_digest, entry.observed) == ("e" * 16, "")
    again = apply_status(SAMPLE_ORDER_ID, make_gateway_status(source=Source.STATUS_CHECK))
    assert again == update._replace(effect=Effect.NOTHING)
    assert told == [update, again]


def test_a_mismatch_is_kept_with_its_order_and_its_payload_digest(
    put: Put, apply_status: ApplyStatus, payments: DynamoPayments
) -> None:
    put(status=Status.PENDING)
    apply_status(SAMPLE_ORDER_ID, make_gateway_status(paid_amount=900))
    (row,) = payments.client.scan(TableName="QuarantineTable")["Items"]
    assert row["orderId"] == {"S": SAMPLE_ORDER_ID}
    assert row["reason"] == {"S": "mismatch"}
    assert "e" * 16 in str(row)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"payment_reference": "R-1"}, Status.CANCELLED),
        ({"payment_reference": None}, Status.CANCELLED),
        ({"payment_reference": None, "paid_at": NOW}, Status.REVIEW),
        ({"payment_reference": "R-2"}, Status.PAID),
        ({"payment_reference": "R-2", "paid_amount": 900}, Status.REVIEW),
    ],
    ids=["the same", "no reference", "possibly other", "other", "other that does not match"],
)
def test_money_after_a_rejection_counts_unless_it_is_what_was_rejected(
    put: Put, apply_status: ApplyStatus, said: dict[str, Any], status: Status
) -> None:
    put(**rejected(make_report(reference="R-1", paid_at=SAMPLE_PAID_AT)))
    payment = apply_status(SAMPLE_ORDER_ID, make_gateway_status(**said)).payment
    assert payment.status is status
    assert (payment.received is not None and payment.received.late) == (status is Status.PAID)
