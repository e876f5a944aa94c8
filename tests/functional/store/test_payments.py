"""The payments table: the store's own requests, with the tables of template.yaml."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from mypy_boto3_dynamodb import DynamoDBClient

from bench.units import item_size
from payments.aws import payment_write_expressions
from payments.aws.payment_items import marshal, to_item, to_payment
from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import Unavailable
from payments.domain.payment import (
    Entry,
    Failure,
    IssuedCode,
    Lease,
    Payment,
    ReceivedMoney,
    Source,
    derived_id,
)
from payments.domain.payment_change import Applied, Change, NextSync, Refused
from payments.domain.transition_table import Status
from testing.builders import NOW, SAMPLE_ORDER_ID, make_payment, make_report

CODE = IssuedCode(
    "https://devo.finpay.id/widgetpg/pending/5613", NOW + 86_400_000, "8802700000076850"
)
FULL = make_payment(
    code=replace(CODE, app_url="app://x", image_url="https://i.example", account_list='[{"a":1}]'),
    failure=Failure("rejected", "4000001", "Invalid Field Format"),
    received=ReceivedMoney(NOW, 900, "R1", "INDOMARET", late=True),
    history=(
        Entry(Status.INITIATING, NOW, Source.INITIATE, "write-1"),
        Entry(Status.PENDING, NOW, Source.STATUS_CHECK, "write-2", "e" * 16, "PENDING"),
    ),
)


def make_change(**overrides: Any) -> Change:
    fields: dict[str, Any] = {
        "order_id": SAMPLE_ORDER_ID,
        "sources": frozenset({Status.INITIATING}),
        "entry": Entry(Status.PENDING, NOW + 1, Source.INITIATE, "write-2"),
        "code": CODE,
    }
    return Change(**fields | overrides)


NEXT_ATTEMPT = make_payment(
    gateway_order_id=derived_id(SAMPLE_ORDER_ID, "0" * 16),
    previous_attempt_ids=(SAMPLE_ORDER_ID, "EARLIER-1"),
    next_sync_at=NOW + 1,
    sync_id="sync-1",
    confirmation_id="write-3",
    received=ReceivedMoney(NOW, 1000, gateway_order_id="EARLIER-1"),
)


@pytest.mark.parametrize(
    "payment", [make_payment(), make_payment(status=Status.PAID), FULL, NEXT_ATTEMPT]
)
def test_a_payment_comes_back_as_it_was_stored(payments: DynamoPayments, payment: Payment) -> None:
    assert payments.reserve(payment) is None
    assert payments.get(SAMPLE_ORDER_ID) == payment


def test_there_is_no_payment_of_an_unknown_order(payments: DynamoPayments) -> None:
    assert payments.get("unknown") is None


def test_a_taken_order_id_gives_back_the_payment_that_took_it(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    other = make_payment(history=(Entry(Status.INITIATING, NOW, Source.INITIATE, "other"),))
    assert payments.reserve(other) == make_payment()


def test_a_reservation_that_meets_itself_is_a_success(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    assert payments.reserve(make_payment()) is None


def test_a_change_is_the_next_version_with_one_entry(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    change = make_change()
    result = payments.apply(change)
    assert isinstance(result, Applied)
    assert result.payment == replace(
        make_payment(),
        status=Status.PENDING,
        version=2,
        updated_at=NOW + 1,
        lease=None,
        code=CODE,
        history=(*make_payment().history, change.entry),
    )
    assert payments.get(SAMPLE_ORDER_ID) == result.payment


def test_a_change_of_status_leaves_nothing_of_a_lease_or_an_ended_watch_in_the_item(
    payments: DynamoPayments,
) -> None:
    payments.reserve(make_payment(next_sync_at=NOW + 1, sync_id="sync-1"))
    payments.apply(make_change(next_sync=NextSync(None)))
    item = payments.client.get_item(
        **payment_write_expressions.get(payments.table, SAMPLE_ORDER_ID)
    )["Item"]
    assert not {"leaseId", "leaseUntil", "syncShard", "nextSyncAt", "syncId"} & item.keys()


def test_an_observation_of_an_initiating_payment_leaves_its_lease(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    entry = Entry(Status.INITIATING, NOW, Source.CALLBACK, "write-2", "e", "FAILED")
    result = payments.apply(make_change(entry=entry, code=None))
    assert isinstance(result, Applied)
    assert result.payment.lease == make_payment().lease


@pytest.mark.parametrize(
    "wrong",
    [
        {"sources": frozenset({Status.PENDING, Status.EXPIRED})},
        {"amount": 1001},
        {"currency": "USD"},
        {"version": 2},
    ],
)
def test_a_change_that_does_not_apply_changes_nothing_and_tells_why(
    payments: DynamoPayments, wrong: dict[str, Any]
) -> None:
    payments.reserve(make_payment())
    assert payments.apply(make_change(**wrong)) == Refused(make_payment())
    assert payments.get(SAMPLE_ORDER_ID) == make_payment()


def test_a_change_whose_conditions_all_hold_applies(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    change = make_change(
        amount=1000,
        currency="IDR",
        version=1,
        lease="write-1",
        gateway_order_id=SAMPLE_ORDER_ID,
        only_current=True,
    )
    assert isinstance(payments.apply(change), Applied)


def test_a_change_of_an_unknown_order_creates_nothing(payments: DynamoPayments) -> None:
    assert payments.apply(make_change()) == Refused(None)
    assert payments.get(SAMPLE_ORDER_ID) is None


def test_a_change_that_meets_itself_is_a_success(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    first = payments.apply(make_change())
    assert payments.apply(make_change()) == first


def test_a_reservation_is_withdrawn_by_the_holder_of_its_lease(payments: DynamoPayments) -> None:
    payments.reserve(make_payment())
    payments.withdraw(SAMPLE_ORDER_ID, "somebody else")
    assert payments.get(SAMPLE_ORDER_ID)
    payments.withdraw(SAMPLE_ORDER_ID, "write-1")
    assert payments.get(SAMPLE_ORDER_ID) is None
    payments.withdraw(SAMPLE_ORDER_ID, "write-1")


def test_a_payment_beyond_the_reservation_is_never_withdrawn(payments: DynamoPayments) -> None:
    payments.reserve(make_payment(status=Status.PENDING, lease=make_payment().lease))
    payments.withdraw(SAMPLE_ORDER_ID, "write-1")
    assert payments.get(SAMPLE_ORDER_ID)


def test_a_missing_table_is_unavailable(dynamodb: DynamoDBClient) -> None:
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        DynamoPayments(dynamodb, "missing").get(SAMPLE_ORDER_ID)


@pytest.mark.parametrize("dynamodb", ["moto"], indirect=True)
def test_a_connection_that_fails_is_unavailable(
    payments: DynamoPayments, dynamodb: DynamoDBClient
) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    dynamodb.meta.events.register("before-send.dynamodb.GetItem", fail)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        payments.get(SAMPLE_ORDER_ID)


def test_a_paid_payment_of_usual_size_fits_into_one_write_unit() -> None:
    payment = make_payment(
        order_id="X" * 30,
        gateway_order_id="X" * 30,
        storefront_id="s" * 32,
        code=CODE,
        received=ReceivedMoney(NOW, 10**13, "R" * 32, "INDOMARET"),
        history=tuple(
            Entry(status, NOW, Source.CALLBACK, "0" * 16, "0" * 16)
            for status in (Status.INITIATING, Status.PENDING, Status.PAID)
        ),
    )
    assert item_size(to_item(payment)) <= 1024


def test_a_payment_that_is_open_and_was_asked_for_twice_fits_into_one_write_unit() -> None:
    payment = make_payment(
        order_id="X" * 30,
        gateway_order_id=derived_id("X" * 30, "0" * 16),
        previous_attempt_ids=("X" * 30,),
        storefront_id="s" * 32,
        code=CODE,
        next_sync_at=NOW,
        sync_id="0" * 16,
        confirmation_id="write-3",
        lease=Lease("0" * 16, NOW),
        history=tuple(
            Entry(Status.INITIATING, NOW, Source.INITIATE, "0" * 16, observed="NEXT_ATTEMPT")
            for _ in range(3)
        ),
    )
    assert item_size(to_item(payment)) <= 1024


def test_a_read_is_strongly_consistent() -> None:
    assert payment_write_expressions.get("t", "o")["ConsistentRead"]


def test_an_item_holds_no_null_and_no_empty_attribute() -> None:
    item = to_item(make_payment())
    assert to_payment(item) == make_payment()
    assert not [name for name, value in item.items() if "NULL" in value or value == {"S": ""}]


def test_an_item_says_late_only_of_a_late_payment_and_keeps_a_zero() -> None:
    item = to_item(make_payment(ledger=[make_report(amount=0)]))
    (money,) = item["money"]["L"]
    assert "late" not in money["M"]
    assert money["M"]["amount"] == {"N": "0"}


def test_a_value_of_a_kind_that_is_never_stored_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        marshal({"amount": 1000.5})
