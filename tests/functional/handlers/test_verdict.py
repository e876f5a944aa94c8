"""What becomes of a payment after a person decided about money that did not match."""

from typing import Any

import pytest

from ops.status_syncs import StatusSyncs
from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payments_table import DynamoPayments
from payments.aws.status_sync_queue import SqsSyncQueue
from payments.domain.clock import now
from payments.domain.ids import new_id
from payments.domain.payment import Payment
from payments.domain.transition_table import Status, Trigger
from payments.services.apply_status import ApplyStatus
from payments.services.review_decision import DECISIONS, Review
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_status_event,
)
from testing.service import Service


@pytest.fixture
def reviewed(service: Service) -> Service:
    """The service with the sample payment, for which 900 rupiah came instead of 1,000."""
    assert service.api(load_event("initiate")).status == 201
    assert service.callback(load_event("callback_wrong_amount")).status == 200
    assert service.payment().status is Status.REVIEW
    return service


def decide(service: Service, verdict: Trigger) -> Payment:
    payments = DynamoPayments(service.dynamodb, "PaymentsTable")
    quarantine = DynamoQuarantine(service.dynamodb, "QuarantineTable", now)
    review = Review(payments, ApplyStatus(payments, quarantine, now, new_id))
    return review(SAMPLE_ORDER_ID, verdict)


def pay_too_little(service: Service) -> None:
    """900 rupiah come instead of 1,000, at Finpay too."""
    assert service.api(load_event("initiate")).status == 201
    paid = service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID, 900).payment
    assert paid
    body = make_callback_body(make_callback_fields(amount=900, reference=paid.reference))
    assert service.callback(make_callback_event(body)).status == 200


def sync(service: Service) -> None:
    """An operator has Finpay asked about the payment."""
    payments = DynamoPayments(service.dynamodb, "PaymentsTable")
    queue = SqsSyncQueue(service.sqs, service.sync_queue)
    StatusSyncs(payments, queue, service.clock).queue_now(SAMPLE_ORDER_ID)
    assert service.run_syncs() == 0


@pytest.mark.parametrize("verdict", DECISIONS)
def test_the_same_gateway_status_again_does_not_undo_a_verdict(
    reviewed: Service, verdict: Trigger
) -> None:
    decided = decide(reviewed, verdict)
    for _ in range(2):
        assert reviewed.callback(load_event("callback_wrong_amount")).status == 200
    payment = reviewed.payment()
    assert (payment.status, payment.received) == (decided.status, decided.received)


@pytest.mark.parametrize(
    "claimed", [{"amount": 900, "reference": None}, {"status": "REFUNDED"}], ids=str
)
def test_nor_does_a_gateway_status_that_is_known_by_its_payload_digest_only(
    service: Service, claimed: dict[str, Any]
) -> None:
    assert service.api(load_event("initiate")).status == 201
    event = make_callback_event(make_callback_body(make_callback_fields(**claimed)))
    assert service.callback(event).status == 200
    assert service.payment().status is Status.REVIEW
    decided = decide(service, Trigger.REJECTED)
    assert service.callback(event).status == 200
    assert service.payment() == decided


def test_money_that_was_accepted_is_shown_as_paid_with_what_came(reviewed: Service) -> None:
    decide(reviewed, Trigger.ACCEPTED)
    body = reviewed.api(make_status_event()).body
    assert (body["status"], body["amount"], body["paidAmount"]) == ("PAID", 1000, 900)


def test_another_message_about_the_same_money_does_not_undo_a_rejection(reviewed: Service) -> None:
    decide(reviewed, Trigger.REJECTED)
    body = make_callback_body(make_callback_fields(amount=900) | {"meta": {"data": "again"}})
    assert reviewed.callback(make_callback_event(body)).status == 200
    payment = reviewed.payment()
    assert (payment.status, payment.history[-1].observed) == (Status.CANCELLED, "PAID")


def test_a_sync_of_the_same_money_does_not_undo_a_rejection(service: Service) -> None:
    pay_too_little(service)
    decide(service, Trigger.REJECTED)
    sync(service)
    payment = service.payment()
    assert (payment.status, payment.history[-1].observed) == (Status.CANCELLED, "PAID")


def test_the_same_amount_without_a_reference_is_reviewed_again(reviewed: Service) -> None:
    decide(reviewed, Trigger.REJECTED)
    body = make_callback_body(make_callback_fields(amount=900, reference=None))
    assert reviewed.callback(make_callback_event(body)).status == 200
    assert reviewed.payment().status is Status.REVIEW


def test_another_gateway_status_after_a_rejection_is_reviewed_again(reviewed: Service) -> None:
    decide(reviewed, Trigger.REJECTED)
    body = make_callback_body(make_callback_fields(amount=800))
    reviewed.callback(make_callback_event(body))
    assert reviewed.payment().status is Status.REVIEW


def test_the_right_money_after_a_rejection_is_not_dropped(reviewed: Service) -> None:
    decide(reviewed, Trigger.REJECTED)
    reviewed.callback(load_event("callback_paid"))
    payment = reviewed.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert (payment.received.late, payment.received.paid_amount) == (True, 1000)


def test_a_rejected_payment_is_not_synced_any_more(reviewed: Service) -> None:
    assert decide(reviewed, Trigger.REJECTED).next_sync_at is None
    reviewed.pass_time(30 * 86_400_000)
    assert reviewed.sweep() == 0


def test_other_money_after_a_rejection_is_reviewed_again(reviewed: Service) -> None:
    decide(reviewed, Trigger.REJECTED)
    body = make_callback_body(make_callback_fields(reference="another-till"))
    assert reviewed.callback(make_callback_event(body)).status == 200
    assert reviewed.payment().status is Status.REVIEW


@pytest.fixture
def voided(service: Service) -> Service:
    """The sample payment, paid by a callback and then cancelled at Finpay: in REVIEW."""
    assert service.api(load_event("initiate")).status == 201
    assert service.callback(load_event("callback_paid")).status == 200
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "CANCELLED")
    cancelled = make_callback_body(make_callback_fields(status="CANCELLED"))
    assert service.callback(make_callback_event(cancelled)).status == 200
    service.pass_time(1)
    service.sweep()
    assert service.payment().status is Status.REVIEW
    return service


def test_money_that_was_decided_about_does_not_come_back_by_a_replay(voided: Service) -> None:
    decide(voided, Trigger.REJECTED)
    for _ in range(2):
        assert voided.callback(load_event("callback_paid")).status == 200
    assert voided.payment().status is Status.CANCELLED


def test_nor_by_another_message_about_the_same_money(voided: Service) -> None:
    decide(voided, Trigger.REJECTED)
    body = make_callback_body(make_callback_fields() | {"meta": {"data": "again"}})
    assert voided.callback(make_callback_event(body)).status == 200
    payment = voided.payment()
    assert (payment.status, payment.history[-1].observed) == (Status.CANCELLED, "PAID")


def test_money_that_was_accepted_although_voided_is_not_reviewed_again(voided: Service) -> None:
    accepted = decide(voided, Trigger.ACCEPTED)
    sync(voided)
    payment = voided.payment()
    assert (payment.status, payment.version) == (Status.PAID, accepted.version)


def test_a_sync_of_money_that_was_accepted_is_no_second_payment(service: Service) -> None:
    pay_too_little(service)
    accepted = decide(service, Trigger.ACCEPTED)
    sync(service)
    assert service.payment().history == accepted.history


def test_of_money_that_was_rejected_nothing_is_left_in_what_came_after(renamed: Service) -> None:
    second = renamed.payment().gateway_order_id
    assert second != SAMPLE_ORDER_ID
    wrong = make_callback_fields(order_id=second, amount=900, reference="R-1")
    assert renamed.callback(make_callback_event(make_callback_body(wrong))).status == 200
    decide(renamed, Trigger.REJECTED)
    right = make_callback_fields(reference="R-2", channel=None)
    for status, expected in (("PAID", Status.REVIEW), ("REFUNDED", Status.REFUNDED)):
        right["result"]["payment"]["status"] = status
        assert renamed.callback(make_callback_event(make_callback_body(right))).status == 200
        assert renamed.payment().status is expected
        if expected is Status.REVIEW:
            decide(renamed, Trigger.ACCEPTED)
    received = renamed.payment().received
    assert received
    assert (received.payment_reference, received.gateway_order_id) == ("R-2", None)
