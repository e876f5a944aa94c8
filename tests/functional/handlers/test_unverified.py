"""Callbacks whose signature proves nothing: Finpay is asked, now and then."""

import json
from typing import Any

import pytest

from payments.callbacks.confirm_with_finpay import CONFIRMATION_INTERVAL_MS
from payments.domain.payment import Source
from payments.domain.transition_table import Status
from simulator.orders import Order
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.service import NOBODY, Answer, Service


def send(service: Service, order_id: str = SAMPLE_ORDER_ID, **fields: Any) -> Answer:
    """A callback signed with another key, at the URL that Finpay was given."""
    body = make_callback_body(make_callback_fields(order_id, **fields), key="another")
    return service.callback(make_callback_event(body))


def pay(service: Service) -> Order:
    return service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)


def reasons(service: Service) -> list[str]:
    return [row["reason"]["S"] for row in service.rows("QuarantineTable")]


def test_a_callback_that_finpay_confirms_is_received(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    order = pay(pending)
    answer = send(pending)
    assert (answer.status, answer.body["responseCode"]) == (200, "2000000")
    payment = pending.payment()
    assert (payment.status, payment.history[-1].by) == (Status.PAID, Source.STATUS_CHECK)
    assert payment.received
    assert order.payment
    assert payment.received.reference == order.payment.reference, (
        "Finpay's, not the gateway status's"
    )
    assert reasons(pending) == []
    told = capsys.readouterr().out
    assert '"signed_form":"status-check"' in told
    assert '"CallbacksQuarantined"' not in told


def test_a_callback_that_finpay_does_not_confirm_is_refused_and_kept(pending: Service) -> None:
    answer = send(pending)
    assert (answer.status, answer.problem) == (401, "signature-invalid")
    assert pending.payment().status is Status.PENDING
    assert pending.witness.calls == ["check"]
    assert reasons(pending) == ["signature"]


def test_what_finpay_says_instead_is_the_truth(pending: Service) -> None:
    pending.finpay.simulation.order_store.expire(SAMPLE_ORDER_ID)
    assert send(pending).status == 401
    assert pending.payment().status is Status.EXPIRED


def test_the_gateway_statuss_own_amount_does_not_count(pending: Service) -> None:
    pay(pending)
    assert send(pending, amount=7).status == 200
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.paid_amount == 1000


def test_finpay_is_asked_about_an_order_once_a_minute(pending: Service) -> None:
    for _ in range(5):
        assert send(pending).status == 401
        pending.pass_time(1)
    assert pending.witness.calls == ["check"]
    pending.pass_time(CONFIRMATION_INTERVAL_MS + 1)
    pay(pending)
    assert send(pending).status == 200
    assert pending.witness.calls == ["check", "check"]


def test_two_callbacks_at_once_are_checked_once(pending: Service) -> None:
    def send_another() -> None:
        pending.pass_time(1)
        send(pending)

    pending.witness.before["check"] = send_another
    send(pending)
    assert pending.witness.calls == ["check"]


@pytest.mark.parametrize("kind", ["drop", "error-500", "garbage"])
def test_a_finpay_that_does_not_answer_is_asked_to_call_again(pending: Service, kind: str) -> None:
    pending.fault("check", kind)
    answer = send(pending)
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert pending.payment().status is Status.PENDING
    assert reasons(pending) == []


def test_a_finpay_that_cannot_be_reached_is_asked_to_call_again(pending: Service) -> None:
    pending.finpay_url = NOBODY
    assert send(pending).status == 503


def test_a_payment_that_is_paid_is_not_asked_about(pending: Service) -> None:
    pending.callback(load_event("callback_paid"))
    assert send(pending).status == 401
    assert pending.witness.calls == []
    assert reasons(pending) == ["signature"]


def test_an_order_that_is_not_here_is_not_asked_about(service: Service) -> None:
    assert send(service).status == 401
    assert service.witness.calls == []


def test_an_order_other_than_the_urls_is_not_asked_about(pending: Service) -> None:
    assert send(pending, "OTHER-1").status == 401
    assert pending.witness.calls == []


def test_a_document_that_reports_nothing_is_not_asked_about(pending: Service) -> None:
    answer = pending.callback(make_callback_event(json.dumps({"status": "PAID"})))
    assert answer.status == 401
    assert pending.witness.calls == []


def test_a_stranger_without_the_token_causes_no_question(pending: Service) -> None:
    event = make_callback_event(make_callback_body(key="another"), token="0" * 32)
    assert pending.callback(event).status == 404
    assert pending.witness.calls == []


def test_late_money_is_confirmed_too(pending: Service) -> None:
    pending.finpay.simulation.order_store.expire(SAMPLE_ORDER_ID)
    send(pending, status="EXPIRED")
    assert pending.payment().status is Status.EXPIRED
    pending.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID, late=True)
    pending.pass_time(CONFIRMATION_INTERVAL_MS + 1)
    assert send(pending).status == 200
    assert pending.payment().status is Status.PAID


def test_the_order_that_the_callback_names_is_asked_about(renamed: Service) -> None:
    assert send(renamed, SAMPLE_ORDER_ID).status == 401
    assert renamed.witness.calls == ["check"]
    second = renamed.payment().gateway_order_id
    renamed.finpay.simulation.order_store.pay(second)
    renamed.pass_time(CONFIRMATION_INTERVAL_MS + 1)
    assert send(renamed, second).status == 200
    assert renamed.payment().status is Status.PAID


def test_money_for_an_order_that_was_given_up_counts_too(renamed: Service) -> None:
    renamed.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID, late=True)
    assert send(renamed, SAMPLE_ORDER_ID).status == 200
    assert renamed.payment().status is Status.PAID


def test_an_order_of_somebody_elses_is_not_asked_about(pending: Service) -> None:
    body = make_callback_body(make_callback_fields("OTHER-1"), key="another")
    assert pending.callback(make_callback_event(body)).status == 401
    assert pending.witness.calls == []


@pytest.mark.parametrize("status", ["REFUNDED", "PARTIALLY_REFUNDED"])
def test_a_refund_that_cannot_be_verified_is_asked_about(pending: Service, status: str) -> None:
    pay(pending)
    assert send(pending).status == 200
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, status)
    pending.pass_time(CONFIRMATION_INTERVAL_MS + 1)
    assert send(pending, status=status).status == 200
    assert pending.payment().status.value == status
