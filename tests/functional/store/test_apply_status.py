"""What is learnt of a stored payment, beyond the usual course of things."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.domain.clock import HOUR
from payments.domain.errors import OrderMismatch
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import (
    HISTORY_LIMIT,
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
from payments.services.apply_status import ApplyStatus, Effect, StatusUpdate
from testing.builders import NOW, SAMPLE_ORDER_ID, make_gateway_status, make_payment

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
    assert (update.trigger, update.effect) == (Trigger.REFUNDED_OTHER, Effect.RECORDED)
    assert (update.payment.status, update.payment.received) == (Status.PAID, SAMPLE_MONEY)


def test_one_reference_for_two_orders_is_money_twice(put: Put, apply_status: ApplyStatus) -> None:
    put(
        status=Status.PAID,
        received=SAMPLE_MONEY,
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(gateway_order_id=LATEST))
    assert (update.trigger, update.effect) == (Trigger.PAID_AGAIN, Effect.RECORDED)


def test_the_wrong_amount_for_another_order_is_not_what_was_rejected(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(
        status=Status.CANCELLED,
        received=ReceivedMoney(NOW, 900, "8f0e1d2c"),
        gateway_order_id=LATEST,
        previous_attempt_ids=(SAMPLE_ORDER_ID,),
    )
    reported = make_gateway_status(gateway_order_id=LATEST, paid_amount=900)
    assert apply_status(SAMPLE_ORDER_ID, reported).payment.status is Status.REVIEW


def test_rejected_money_that_had_no_reference_is_reviewed_whenever_it_comes(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(status=Status.CANCELLED, received=ReceivedMoney(NOW, 900))
    reported = make_gateway_status(paid_amount=900, payment_reference=None)
    assert apply_status(SAMPLE_ORDER_ID, reported).payment.status is Status.REVIEW


@pytest.mark.parametrize("known", [{"payment_reference": "8f0e1d2c"}, {"order_reference": "O-1"}])
@pytest.mark.parametrize(
    ("said", "trigger", "effect"),
    [
        ({}, Trigger.PAID_BEFORE, Effect.NOTHING),
        ({"paid_amount": 800}, Trigger.MISMATCH, Effect.RECORDED),
        (
            {"payment_reference": "other", "order_reference": "O-2"},
            Trigger.MISMATCH,
            Effect.RECORDED,
        ),
        ({"payment_reference": None, "order_reference": None}, Trigger.MISMATCH, Effect.RECORDED),
        ({"payment_reference": None, "paid_at": NOW}, Trigger.MISMATCH, Effect.RECORDED),
    ],
    ids=["the same", "other amount", "other references", "no reference", "the order's, other time"],
)
def test_the_wrong_amount_that_was_accepted_is_no_news_when_it_is_surely_the_same_money(
    put: Put,
    apply_status: ApplyStatus,
    known: dict[str, Any],
    said: dict[str, Any],
    trigger: Trigger,
    effect: Effect,
) -> None:
    reported = make_gateway_status(**{"paid_amount": 900, "order_reference": "O-1"} | said)
    put(status=Status.PAID, received=ReceivedMoney(SAMPLE_PAID_AT, 900, **known))
    update = apply_status(SAMPLE_ORDER_ID, reported)
    assert (update.trigger, update.effect) == (trigger, effect)


@pytest.mark.parametrize(
    ("known", "said", "trigger"),
    [
        (("R-1", None), ("R-2", None), Trigger.PAID_AGAIN),
        (("R-1", "O-1"), ("R-2", "O-1"), Trigger.PAID_AGAIN),
        ((None, "O-1"), (None, "O-2"), Trigger.PAID_AGAIN),
        (("R-1", "O-1"), ("R-1", "O-2"), Trigger.PAID),
        ((None, "O-1"), ("R-1", "O-1"), Trigger.PAID),
        (("R-1", None), (None, "O-1"), Trigger.PAID),
        ((None, None), ("R-1", "O-1"), Trigger.PAID),
        (("R-1", "O-1"), (None, "O-1"), Trigger.PAID),
    ],
)
def test_it_was_paid_twice_only_if_references_of_one_kind_differ(
    put: Put,
    apply_status: ApplyStatus,
    known: tuple[str | None, str | None],
    said: tuple[str | None, str | None],
    trigger: Trigger,
) -> None:
    received = ReceivedMoney(NOW, 1000, payment_reference=known[0], order_reference=known[1])
    put(status=Status.PAID, received=received)
    reported = make_gateway_status(payment_reference=said[0], order_reference=said[1])
    assert apply_status(SAMPLE_ORDER_ID, reported).trigger is trigger


def test_known_money_of_a_payment_under_review_is_recorded_when_it_is_told_again(
    put: Put, apply_status: ApplyStatus
) -> None:
    put(status=Status.REVIEW, received=SAMPLE_MONEY)
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status())
    assert (update.trigger, update.effect) == (Trigger.PAID, Effect.RECORDED)


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
    ("said", "trigger"),
    [
        ({"payment_reference": "R-1"}, Trigger.PAID_BEFORE),
        ({"payment_reference": None, "order_reference": None}, Trigger.PAID_BEFORE),
        ({"payment_reference": "R-2"}, Trigger.PAID_AGAIN),
        ({"payment_reference": None, "order_reference": "O-1"}, Trigger.PAID_AGAIN),
    ],
    ids=["the same", "no reference", "other", "of another kind"],
)
def test_money_after_a_verdict_requires_manual_review_unless_it_may_be_what_he_decided_about(
    put: Put, apply_status: ApplyStatus, said: dict[str, Any], trigger: Trigger
) -> None:
    put(status=Status.CANCELLED, received=ReceivedMoney(NOW, 1000, "R-1"))
    update = apply_status(SAMPLE_ORDER_ID, make_gateway_status(**said))
    status = Status.REVIEW if trigger is Trigger.PAID_AGAIN else Status.CANCELLED
    assert (update.trigger, update.payment.status) == (trigger, status)
