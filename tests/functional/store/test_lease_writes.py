"""Who may ask Finpay about a payment, and the index of those whose turn has come."""

from dataclasses import replace
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from payments.aws import payments_table
from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import Unavailable
from payments.domain.payment import Entry, Lease, Payment, Source, derived_id, is_derived_id
from payments.domain.payment_change import Applied, Change, NextAttempt, NextSync, Refused
from payments.domain.sync_schedule import shard_of, shards
from payments.domain.transition_table import Status
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment

TAKEN = Lease("lease-2", NOW + 100_000)
SHARD = shard_of(SAMPLE_ORDER_ID)


def found(payments: DynamoPayments) -> Payment:
    payment = payments.get(SAMPLE_ORDER_ID)
    assert payment
    return payment


def test_a_lease_is_taken_by_one(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    taken = payments.take_lease(make_payment(), TAKEN, NOW + 1)
    assert taken == replace(make_payment(), lease=TAKEN, last_attempt_at=NOW + 1)
    assert payments.take_lease(make_payment(), Lease("lease-3", NOW), NOW) is None
    assert found(payments).lease == TAKEN


def test_a_lease_that_was_taken_with_a_lost_answer_is_ones_own(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    first = payments.take_lease(make_payment(), TAKEN, NOW)
    assert payments.take_lease(make_payment(), TAKEN, NOW) == first


def test_a_payment_that_left_initiating_has_no_lease_to_take(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(status=Status.PENDING))
    assert payments.take_lease(make_payment(), TAKEN, NOW) is None
    assert payments.take_lease(make_payment(lease=None), TAKEN, NOW) is None
    assert payments.take_lease(make_payment(order_id="unknown"), TAKEN, NOW) is None


def test_a_sync_is_begun_by_one_and_sets_the_next(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    begun = payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1")
    assert begun == replace(make_payment(), next_sync_at=NOW + 5, sync_id="sync-1")
    assert payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-2") is None
    assert payments.begin_sync("unknown", NOW, NOW + 5, "sync-2") is None


def test_a_sync_that_was_begun_with_a_lost_answer_is_ones_own(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    first = payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1")
    assert payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1") == first


def test_a_sync_that_ends_sets_the_watch_or_ends_it(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1")
    payments.end_sync(SAMPLE_ORDER_ID, "sync-1", NOW + 9)
    assert found(payments) == make_payment(next_sync_at=NOW + 9)
    payments.begin_sync(SAMPLE_ORDER_ID, NOW + 9, NOW + 12, "sync-2")
    payments.end_sync(SAMPLE_ORDER_ID, "sync-2", None)
    assert found(payments) == make_payment()
    assert list(payments.due(SHARD, NOW + 100)) == []


def test_a_sync_that_is_not_ones_own_is_not_ended(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1")
    payments.end_sync(SAMPLE_ORDER_ID, "sync-0", None)
    payments.end_sync("unknown", "sync-0", None)
    assert found(payments).next_sync_at == NOW + 5


def test_a_watch_that_a_change_set_is_not_set_back_by_a_sync_under_way(
    payments: DynamoPayments,
) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    payments.begin_sync(SAMPLE_ORDER_ID, NOW, NOW + 5, "sync-1")
    entry = Entry(Status.EXPIRED, NOW, Source.CALLBACK, "write-2")
    change = Change(
        SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry, next_sync=NextSync(NOW + 3_600)
    )
    assert isinstance(payments.apply(change), Applied)
    payments.end_sync(SAMPLE_ORDER_ID, "sync-1", None)
    assert (found(payments).next_sync_at, found(payments).sync_id) == (NOW + 3_600, None)
    assert list(payments.due(SHARD, NOW + 3_600)) == [(SAMPLE_ORDER_ID, NOW + 3_600)]


def test_a_change_can_end_the_watch(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(next_sync_at=NOW))
    entry = Entry(Status.PAID, NOW, Source.CALLBACK, "write-2")
    payments.apply(
        Change(SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry, next_sync=NextSync(None))
    )
    assert found(payments).next_sync_at is None
    assert list(payments.due(SHARD, NOW)) == []


def test_a_probe_is_begun_by_one_and_again_after_its_time(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    begun = payments.begin_confirmation(SAMPLE_ORDER_ID, NOW, NOW - 60, "mine")
    assert begun == replace(make_payment(), confirmation_id="mine")
    assert payments.begin_confirmation(SAMPLE_ORDER_ID, NOW, NOW - 60, "another's") is None
    assert payments.begin_confirmation(SAMPLE_ORDER_ID, NOW + 60, NOW, "another's") is None
    assert payments.begin_confirmation(SAMPLE_ORDER_ID, NOW + 61, NOW + 1, "another's")


def test_a_probe_that_was_begun_with_a_lost_answer_is_ones_own(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    first = payments.begin_confirmation(SAMPLE_ORDER_ID, NOW, NOW - 60, "mine")
    assert payments.begin_confirmation(SAMPLE_ORDER_ID, NOW, NOW - 60, "mine") == first


def test_nobody_probes_an_order_that_is_not_there(payments: DynamoPayments) -> None:
    assert payments.begin_confirmation("unknown", NOW, NOW - 60, "mine") is None
    assert payments.get("unknown") is None


def test_a_shards_due_payments_come_in_the_order_of_their_waiting(
    payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments_table, "SYNC_PAGE", 3)
    ids = [f"A-{n}" for n in range(200) if shard_of(f"A-{n}") == "3"][:8]
    for n, order_id in enumerate(ids):
        payments.reserve(make_payment(order_id=order_id, next_sync_at=NOW - n))
    payments.reserve(make_payment(order_id="LATER", next_sync_at=NOW + 1))
    payments.reserve(make_payment(order_id="NEVER"))
    due = list(payments.due("3", NOW))
    assert due == [(order_id, NOW - n) for n, order_id in reversed(list(enumerate(ids)))]


def test_every_due_payment_is_in_one_shard(payments: DynamoPayments) -> None:
    ids = {f"A-{n}" for n in range(30)}
    for order_id in ids:
        payments.reserve(make_payment(order_id=order_id, next_sync_at=NOW))
    seen = [order_id for shard in shards() for order_id, _ in payments.due(shard, NOW)]
    assert sorted(seen) == sorted(ids)


def test_an_index_that_does_not_answer_is_unavailable(dynamodb: DynamoDBClient) -> None:
    with pytest.raises(Unavailable):
        next(DynamoPayments(dynamodb, "missing").due("0", NOW))


SECOND = derived_id(SAMPLE_ORDER_ID, "0" * 16)


def rename(payments: DynamoPayments) -> Payment:
    entry = Entry(Status.INITIATING, NOW, Source.INITIATE, "write-2", observed="NEXT_ATTEMPT")
    result = payments.apply(
        Change(
            SAMPLE_ORDER_ID,
            frozenset({Status.INITIATING}),
            entry,
            next_attempt=NextAttempt(SECOND, (SAMPLE_ORDER_ID,)),
        )
    )
    assert isinstance(result, Applied)
    return result.payment


def test_a_payment_goes_on_under_another_order_id_and_remembers_the_first(
    payments: DynamoPayments,
) -> None:
    payments.reserve(make_payment())
    renamed = rename(payments)
    assert (renamed.gateway_order_id, renamed.previous_attempt_ids) == (
        SECOND,
        (SAMPLE_ORDER_ID,),
    )
    assert renamed.lease == make_payment().lease
    assert found(payments) == renamed


@pytest.mark.parametrize(
    ("gateway_order_id", "more", "applies"),
    [
        (SECOND, {"only_current": True}, True),
        (SECOND, {}, True),
        (SAMPLE_ORDER_ID, {}, True),
        (SAMPLE_ORDER_ID, {"only_current": True}, False),
        ("OTHER", {}, False),
    ],
)
def test_a_change_about_an_order_at_finpay_needs_a_payment_that_knows_it(
    payments: DynamoPayments,
    gateway_order_id: str,
    more: dict[str, bool],
    applies: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    payments.reserve(make_payment())
    rename(payments)
    entry = Entry(Status.PAID, NOW, Source.CALLBACK, "write-3")
    fields: dict[str, Any] = {"gateway_order_id": gateway_order_id, **more}
    result = payments.apply(
        Change(SAMPLE_ORDER_ID, frozenset({Status.INITIATING}), entry, **fields)
    )
    assert isinstance(result, Applied if applies else Refused)


def test_a_derived_id_fits_finpays_limit_and_is_known_as_ours() -> None:
    for order_id in ("A", "X" * 30):
        derived = derived_id(order_id, "0123456789abcdef")
        assert len(derived) <= 30
        assert is_derived_id(derived)
        assert not is_derived_id(order_id)
