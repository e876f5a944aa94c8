"""POST /callbacks/finpay/{orderId}/{token} through the real handler, really signed."""

import base64
import json
from typing import Any

import pytest

from payments.aws.payments_table import DynamoPayments
from payments.callbacks.url_token import callback_token
from payments.domain.payment import Entry, IssuedCode, Source
from payments.domain.transition_table import Status
from testing.builders import (
    MERCHANT_KEY,
    NOW,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_payment,
)
from testing.service import Answer, Service

LONG_FROM_NOW = 4_102_444_800_000  # 2100
CODE = IssuedCode("https://devo.finpay.id/widgetpg/pending/5613", LONG_FROM_NOW, "8802700000076850")


@pytest.fixture
def pending(service: Service) -> Service:
    """The service with the sample payment waiting to be paid."""
    service.put(make_payment(status=Status.PENDING, code=CODE))
    return service


def send(service: Service, **fields: Any) -> Answer:
    return service.callback(make_callback_event(make_callback_body(make_callback_fields(**fields))))


def quarantined(service: Service) -> list[str]:
    """The reasons of what is kept; each with the status and amount that were claimed."""
    rows = service.rows("QuarantineTable")
    for row in rows:
        if row["reason"]["S"] != "unreadable":
            assert row["reportedStatus"]["S"] == "PAID"
            assert int(row["reportedAmount"]["N"]) in {900, 1000}
    return [row["reason"]["S"] for row in rows]


def test_a_paid_callback_makes_the_payment_paid(pending: Service) -> None:
    answer = pending.callback(load_event("callback_paid"))
    assert answer.status == 200
    assert answer.body["responseCode"] == "2000000"
    assert answer.body["responseMessage"] == "Success"
    assert isinstance(answer.body["processingTime"], float)
    payment = pending.payment()
    assert (payment.status, payment.version) == (Status.PAID, 2)
    assert payment.received
    assert payment.received.paid_amount == 1000
    assert payment.received.paid_at == 1_680_577_200_000
    assert payment.received.late is False
    assert payment.history[-1].by is Source.CALLBACK
    assert payment.history[-1].payload_digest


def test_a_paid_callback_costs_one_call_to_dynamodb(
    pending: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    for name in ("get", "apply", "reserve", "withdraw"):
        real = getattr(DynamoPayments, name)

        def count(self: Any, *args: Any, name: str = name, real: Any = real) -> Any:
            calls.append(name)
            return real(self, *args)

        monkeypatch.setattr(DynamoPayments, name, count)
    with pending.asked("dynamodb", "*") as requests:
        pending.callback(load_event("callback_paid"))
    assert calls == ["apply"]
    (update,) = requests
    assert "UpdateExpression" in update
    assert "ConditionExpression" in update
    (money,) = update["ExpressionAttributeValues"][":money"]["L"]
    assert money["M"]["reference"] == {"S": "8f0e1d2c"}


@pytest.mark.parametrize("order_id", [SAMPLE_ORDER_ID, "unknown"])
def test_the_form_in_which_a_callback_was_signed_is_logged(
    pending: Service, capsys: pytest.CaptureFixture[str], order_id: str
) -> None:
    body = make_callback_body(make_callback_fields(order_id))
    assert pending.callback(make_callback_event(body, order_id=order_id)).status == 200
    assert capsys.readouterr().out.count('"signed_form":"raw"') == 1


def test_what_each_callback_did_is_logged(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    for status in ("PAID", "PAID", "EXPIRED"):
        send(pending, status=status)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    effects = [line["effect"] for line in lines if "effect" in line]
    assert effects == ["moved", "nothing", "recorded"]


def test_the_same_money_under_one_more_reference_is_not_paid_twice(pending: Service) -> None:
    for reference in (None, "RRN-9"):
        fields = make_callback_fields(reference=reference)
        fields["order"]["reference"] = "ORD-1"
        event = make_callback_event(make_callback_body(fields))
        assert pending.callback(event).status == 200
    payment = pending.payment()
    assert payment.received
    assert payment.received.reference == "RRN-9", "what was missing is filled in"
    assert payment.standing.questions == []


def test_the_same_callback_again_changes_nothing(pending: Service) -> None:
    pending.callback(load_event("callback_paid"))
    paid = pending.payment()
    for _ in range(3):
        assert pending.callback(load_event("callback_paid")).status == 200
    assert pending.payment() == paid


def test_a_callback_before_initiates_own_write_makes_the_payment_paid(service: Service) -> None:
    service.put(make_payment())
    assert service.callback(load_event("callback_paid")).status == 200
    assert service.payment().status is Status.PAID


def test_a_wrong_amount_requires_manual_review(pending: Service) -> None:
    assert pending.callback(load_event("callback_wrong_amount")).status == 200
    payment = pending.payment()
    assert payment.status is Status.REVIEW
    assert payment.received
    assert payment.received.paid_amount == 900
    assert quarantined(pending) == ["mismatch"]


@pytest.mark.parametrize(
    ("amount", "currency"), [(1001, "IDR"), (1000, "USD"), ("x", "IDR"), (None, "IDR")]
)
def test_money_that_was_not_ordered_so_is_for_review(
    pending: Service, amount: Any, currency: str
) -> None:
    fields = make_callback_fields(amount=amount)
    fields["order"]["currency"] = currency
    assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert pending.payment().status is Status.REVIEW


def test_the_payload_digest_is_stored_before_the_review(
    pending: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DynamoPayments, "apply", crash)
    assert pending.callback(load_event("callback_wrong_amount")).status == 500
    assert pending.payment().status is Status.PENDING
    assert quarantined(pending) == ["mismatch"]


def crash(*_: object) -> None:
    raise RuntimeError


def test_a_wrong_amount_after_the_right_one_leaves_payload_digest_and_the_payment_paid(
    pending: Service,
) -> None:
    pending.callback(load_event("callback_paid"))
    assert pending.callback(load_event("callback_wrong_amount")).status == 200
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.paid_amount == 1000
    assert quarantined(pending) == ["mismatch"]


@pytest.mark.parametrize("given_up", [Status.EXPIRED, Status.CANCELLED, Status.FAILED])
def test_money_that_comes_late_is_not_dropped(service: Service, given_up: Status) -> None:
    service.put(make_payment(status=given_up, code=CODE))
    assert service.callback(load_event("callback_paid")).status == 200
    payment = service.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.late


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("EXPIRED", Status.EXPIRED),
        ("CANCELLED", Status.CANCELLED),
        ("FAILURE", Status.FAILED),
        ("PENDING", Status.PENDING),
        ("SOMETHING_NEW", Status.PENDING),
        ("REFUNDED", Status.REVIEW),
    ],
)
def test_a_pending_payment_becomes_what_finpay_says(
    pending: Service, status: str, expected: Status
) -> None:
    assert send(pending, status=status, amount=1000).status == 200
    assert pending.payment().status is expected


@pytest.mark.parametrize("status", ["PENDING", "EXPIRED", "FAILED", "CANCELLED", "WHATEVER"])
def test_a_paid_payment_stays_paid_and_notes_what_was_said(pending: Service, status: str) -> None:
    pending.callback(load_event("callback_paid"))
    for _ in range(2):
        assert send(pending, status=status).status == 200
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert [entry.observed for entry in payment.history] == ["", "", status]


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED", "FAILED"])
def test_an_end_that_is_said_of_an_unknown_outcome_is_noted_once(
    service: Service, status: str
) -> None:
    service.put(make_payment())
    for _ in range(3):
        assert send(service, status=status).status == 200
    payment = service.payment()
    assert (payment.status, payment.version) == (Status.INITIATING, 2)
    assert [entry.observed for entry in payment.history] == ["", status]


@pytest.mark.parametrize("status", ["REFUNDED", "PARTIALLY_REFUNDED"])
def test_a_paid_payment_can_be_refunded(pending: Service, status: str) -> None:
    pending.callback(load_event("callback_paid"))
    send(pending, status=status)
    assert pending.payment().status.value == status


def test_a_refund_keeps_what_was_paid(pending: Service) -> None:
    pending.callback(load_event("callback_paid"))
    paid = pending.payment().received
    send(pending, status="REFUNDED", amount=1000, datetime="2024-01-01 00:00:00", reference="RF")
    assert pending.payment().received == paid


def test_what_was_observed_too_early_still_moves_the_payment_later(service: Service) -> None:
    service.put(make_payment())
    send(service, status="EXPIRED")
    assert service.payment().status is Status.INITIATING
    service.dynamodb.update_item(
        TableName="PaymentsTable",
        Key={"orderId": {"S": SAMPLE_ORDER_ID}},
        UpdateExpression="SET #status = :pending",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":pending": {"S": "PENDING"}},
    )
    send(service, status="EXPIRED")
    assert service.payment().status is Status.EXPIRED


def test_a_second_payment_of_the_same_code_is_noted_and_credits_nothing(pending: Service) -> None:
    pending.callback(load_event("callback_paid"))
    paid = pending.payment()
    assert send(pending, reference="another-till").status == 200
    payment = pending.payment()
    assert (payment.status, payment.received) == (Status.PAID, paid.received)
    assert payment.history[-1].observed == "PAID"
    assert len(payment.history) == len(paid.history) + 1


@pytest.mark.parametrize("none", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "", None])
def test_a_time_of_payment_that_is_none_is_the_time_of_the_callback(
    pending: Service, none: Any
) -> None:
    send(pending, datetime=none)
    answer = pending.api(load_event("status"))
    assert answer.status == 200
    assert answer.body["paidAt"][:4] > "2023"


def test_an_order_id_of_digits_may_come_as_a_number(pending: Service) -> None:
    fields = make_callback_fields()
    fields["order"]["id"] = int(SAMPLE_ORDER_ID)
    assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert pending.payment().status is Status.PAID


def test_the_history_has_an_end_for_observations_but_not_for_money(service: Service) -> None:
    entry = Entry(Status.PENDING, NOW, Source.CALLBACK, "m", "e", "NEW")
    service.put(make_payment(status=Status.PENDING, code=CODE, history=(entry,) * 24))
    assert send(service, status="ANOTHER").status == 200
    assert len(service.payment().history) == 24
    service.callback(load_event("callback_paid"))
    assert service.payment().status is Status.PAID


def test_money_that_comes_late_finds_room_in_a_full_history(service: Service) -> None:
    entry = Entry(Status.EXPIRED, NOW, Source.CALLBACK, "m", "e", "NEW")
    service.put(make_payment(status=Status.EXPIRED, code=CODE, history=(entry,) * 24))
    service.callback(load_event("callback_paid"))
    assert service.payment().status is Status.PAID


def test_a_verified_callback_of_an_unknown_order_is_kept(service: Service) -> None:
    assert service.callback(load_event("callback_paid")).status == 200
    assert quarantined(service) == ["unknown-order"]
    assert service.rows() == []


def test_a_verified_callback_without_a_status_is_kept(pending: Service) -> None:
    body = make_callback_body({"order": {"id": SAMPLE_ORDER_ID}})
    assert pending.callback(make_callback_event(body)).status == 200
    assert quarantined(pending) == ["unreadable"]


def test_a_forged_callback_is_refused_and_kept(pending: Service) -> None:
    answer = pending.callback(load_event("callback_forged"))
    assert (answer.status, answer.problem) == (401, "signature-invalid")
    assert pending.payment().status is Status.PENDING
    assert quarantined(pending) == ["signature"]


@pytest.mark.parametrize("token", ["", "0" * 32, "é"])
def test_a_wrong_token_is_404_without_any_work(pending: Service, token: str) -> None:
    answer = pending.callback(make_callback_event(token=token))
    assert (answer.status, answer.problem) == (404, "not-found")
    assert pending.payment().status is Status.PENDING
    assert quarantined(pending) == []


def test_the_token_of_one_order_does_not_open_another(pending: Service) -> None:
    token = callback_token("OTHER-1", MERCHANT_KEY)
    assert pending.callback(make_callback_event(token=token)).status == 404


def test_a_callback_in_base64_is_read(pending: Service) -> None:
    body = base64.b64encode(make_callback_body().encode()).decode()
    assert pending.callback(make_callback_event(body, isBase64Encoded=True)).status == 200
    assert pending.payment().status is Status.PAID


@pytest.mark.parametrize("table", ["PaymentsTable", "QuarantineTable"])
def test_a_store_that_fails_lets_finpay_call_again(pending: Service, table: str) -> None:
    pending.drop_table(table)
    answer = pending.callback(load_event("callback_wrong_amount"))
    assert (answer.status, answer.problem) == (503, "unavailable")


def test_a_missing_secret_lets_finpay_call_again(pending: Service) -> None:
    pending.secret = "missing"
    assert pending.callback(load_event("callback_paid")).status == 503
    assert pending.payment().status is Status.PENDING
