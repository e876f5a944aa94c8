"""What a callback claims, however it is shaped."""

from typing import Any

import pytest

from payments.domain.gateway_status import GatewayStatus, digest_of
from payments.domain.payment import Source
from payments.domain.transition_table import Trigger
from payments.order_report import read_gateway_status
from testing.builders import SAMPLE_ORDER_ID, make_callback_fields, make_gateway_status


def read(fields: Any, source: Source = Source.CALLBACK) -> GatewayStatus:
    reported = read_gateway_status(fields, "e", source)
    assert reported
    return reported


def trigger(status: str = "PAID", **changes: Any) -> Trigger:
    return make_gateway_status(status=status, **changes).trigger(1000, "IDR")


@pytest.mark.parametrize("status", ["PAID", "CAPTURED"])
def test_paid_in_full_is_paid(status: str) -> None:
    assert trigger(status) is Trigger.PAID


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 999},
        {"amount": None},
        {"currency": "USD"},
        {"currency": None},
        {"paid_amount": 999},
        {"paid_amount": 0},
        {"paid_amount": None},
    ],
)
def test_paid_is_a_mismatch_when_anything_about_the_money_differs(wrong: dict[str, Any]) -> None:
    assert trigger(**wrong) is Trigger.MISMATCH


def test_the_ordered_amount_counts_where_finpay_names_no_paid_amount() -> None:
    assert trigger(paid_amount=None, paid_amount_given=False) is Trigger.PAID


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("REQUEST_INITIATED", Trigger.OPEN),
        ("INITIATED", Trigger.OPEN),
        ("PENDING", Trigger.OPEN),
        ("PROCESSING", Trigger.OPEN),
        ("AUTHENTICATED", Trigger.OPEN),
        ("AUTHENTICATION_INITIATED", Trigger.OPEN),
        ("AUTHORIZED", Trigger.OPEN),
        ("PARTIALLY_CAPTURED", Trigger.OPEN),
        ("CANCELLED", Trigger.CANCELLED),
        ("CANCELED", Trigger.CANCELLED),
        ("EXPIRED", Trigger.EXPIRED),
        ("FAILURE", Trigger.FAILED),
        ("FAILED", Trigger.FAILED),
        ("REFUNDED", Trigger.REFUNDED),
        ("PARTIALLY_REFUNDED", Trigger.PARTIALLY_REFUNDED),
        ("paid", Trigger.UNKNOWN),
        ("SETTLED", Trigger.UNKNOWN),
        ("", Trigger.UNKNOWN),
    ],
)
def test_each_status_of_finpays_proves_one_thing(status: str, expected: Trigger) -> None:
    assert trigger(status) is expected


@pytest.mark.parametrize(
    ("status", "said", "confirmed"),
    [
        ("CANCELLED", Trigger.CANCELLED, Trigger.CANCEL_CONFIRMED),
        ("EXPIRED", Trigger.EXPIRED, Trigger.EXPIRY_CONFIRMED),
        ("FAILED", Trigger.FAILED, Trigger.FAILURE_CONFIRMED),
    ],
)
def test_an_end_without_money_is_confirmed_only_by_a_status_check(
    status: str, said: Trigger, confirmed: Trigger
) -> None:
    assert trigger(status) is said
    assert trigger(status, source=Source.STATUS_CHECK) is confirmed


@pytest.mark.parametrize("status", ["PENDING", "PAID", "REFUNDED", "WHATEVER"])
def test_everything_else_is_the_same_from_both(status: str) -> None:
    assert trigger(status) is trigger(status, source=Source.STATUS_CHECK)


def test_an_unreadable_amount_never_passes_as_matching() -> None:
    assert make_gateway_status(amount=None).trigger_if_matching() is Trigger.MISMATCH
    assert make_gateway_status(currency=None).trigger_if_matching() is Trigger.MISMATCH
    assert make_gateway_status().trigger_if_matching() is Trigger.PAID
    nothing = make_gateway_status(amount=None, paid_amount=None, paid_amount_given=False)
    assert nothing.trigger_if_matching() is Trigger.MISMATCH, (
        "two amounts that are missing are not one"
    )


@pytest.mark.parametrize(
    "other", [{"amount": 999}, {"currency": "USD"}, {"amount": None, "currency": "USD"}]
)
def test_an_order_is_of_another_payment_where_finpay_says_what_differs(
    other: dict[str, Any],
) -> None:
    assert make_gateway_status(**other).differs_from_order(1000, "IDR")


@pytest.mark.parametrize("same", [{}, {"amount": None}, {"currency": None}])
def test_what_finpay_does_not_say_makes_no_other_order(same: dict[str, Any]) -> None:
    assert not make_gateway_status(**same).differs_from_order(1000, "IDR")


def test_a_payment_code_callback_is_read_in_full() -> None:
    reported = read(make_callback_fields())
    assert reported == make_gateway_status(payload_digest="e", paid_at=1_680_577_200_000)


def test_a_card_callback_without_payment_details_is_read_too() -> None:
    card = {
        "customer": {"id": "x"},
        "order": {"id": "A-1", "reference": "R1", "amount": "1000", "currency": "IDR"},
        "card": {"mask": "4111********1111"},
        "result": {"payment": {"amount": 1000, "status": "CAPTURED", "statusDesc": "ok"}},
    }
    reported = read(card)
    assert (reported.amount, reported.paid_amount, reported.reference) == (
        1000,
        1000,
        "R1",
    )
    assert (reported.channel, reported.paid_at) == (None, None)
    assert reported.trigger(1000, "IDR") is Trigger.PAID


@pytest.mark.parametrize("code", [None, "", "8" * 31, 7])
def test_a_payment_code_that_is_none_is_not_kept(code: object) -> None:
    fields = make_callback_fields()
    fields["sourceOfFunds"]["paymentCode"] = code
    assert read(fields).payment_code is None


def test_the_channel_falls_back_to_the_source_of_funds() -> None:
    assert read(make_callback_fields(channel=None)).channel == "finpaycode"


@pytest.mark.parametrize("status", ["paid", "Paid", " PAID ", "PAID\n", "\tpaid"])
def test_a_status_in_another_case_or_between_spaces_is_the_known_one(status: str) -> None:
    assert read(make_callback_fields(status=status)).status == "PAID"


@pytest.mark.parametrize("reference", [None, "", "\x1b[31m", "x" * 65, 7])
def test_a_reference_that_is_none_is_not_kept(reference: object) -> None:
    assert read(make_callback_fields(reference=reference)).reference is None


@pytest.mark.parametrize(
    ("group", "name", "kept_as", "limit"),
    [
        (("order",), "currency", "currency", 3),
        (("order",), "reference", "reference", 64),
        (("result", "payment"), "reference", "reference", 64),
        (("result", "payment"), "channel", "channel", 32),
        (("sourceOfFunds",), "type", "channel", 32),
        (("sourceOfFunds",), "paymentCode", "payment_code", 30),
        (("result", "payment"), "status", "status", 32),
    ],
)
def test_each_text_is_kept_up_to_its_limit_and_never_cut(
    group: tuple[str, ...], name: str, kept_as: str, limit: int
) -> None:
    for length in (1, limit, limit + 1):
        fields = make_callback_fields(reference=None, channel=None)
        del fields["sourceOfFunds"]["type"]
        place = fields
        for key in group:
            place = place[key]
        place[name] = "X" * length
        missing = "?" if kept_as == "status" else None
        expected = "X" * length if length <= limit else missing
        assert getattr(read(fields), kept_as) == expected


def test_a_status_that_is_no_plain_word_is_unknown_and_not_kept() -> None:
    assert read(make_callback_fields(status="PAID\nsecond line")).status == "?"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"order": []},
        {"order": {"id": "A"}},
        {"order": {"id": "A"}, "result": []},
        {"order": {"id": "A"}, "result": {"payment": ["PAID"]}},
        {"order": {"id": 7.5}, "result": {"payment": {"status": "PAID"}}},
        {"order": {"id": True}, "result": {"payment": {"status": "PAID"}}},
        {"order": {"id": "A"}, "result": {"payment": {"status": None}}},
        {"order": {"id": "A"}, "result": {"payment": {"status": 7}}},
    ],
)
def test_a_document_without_order_id_or_status_reports_nothing(document: object) -> None:
    assert read_gateway_status(document, "e", Source.CALLBACK) is None


def test_an_order_id_of_digits_may_come_as_a_number() -> None:
    fields = make_callback_fields()
    fields["order"]["id"] = int(SAMPLE_ORDER_ID)
    assert read(fields).gateway_order_id == SAMPLE_ORDER_ID


def test_payload_digest_is_short_and_differs_with_every_byte() -> None:
    assert len(digest_of(b"a")) == 16
    assert digest_of(b"a") != digest_of(b"b")
