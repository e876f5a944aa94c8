"""What becomes of a payment after a person decided about money that did not match."""

from typing import Any

import pytest

from ops.status_syncs import StatusSyncs
from payments.aws.payments_table import DynamoPayments
from payments.aws.status_sync_queue import SqsSyncQueue
from payments.domain.errors import NothingToDecide, PaymentNotFound, VersionChanged
from payments.domain.payment_change import Applied, Change, Refused
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Judgement
from simulator.clock import finpay_time
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


def send(service: Service, **fields: Any) -> None:
    body = make_callback_body(make_callback_fields(**fields))
    assert service.callback(make_callback_event(body)).status == 200


def pay_too_little(service: Service, **said: Any) -> None:
    """900 rupiah come instead of 1,000, at Finpay too; a callback tells it, or something else."""
    assert service.api(load_event("initiate")).status == 201
    paid = service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID, 900).payment
    assert paid
    at = {"datetime": finpay_time(paid.paid_at), "reference": paid.reference}
    send(service, **{"amount": 900} | at | said)


def sync(service: Service) -> None:
    """An operator has Finpay asked about the payment."""
    payments = DynamoPayments(service.dynamodb, "PaymentsTable")
    queue = SqsSyncQueue(service.sqs, service.sync_queue)
    StatusSyncs(payments, queue, service.clock).queue_now(SAMPLE_ORDER_ID)
    assert service.run_syncs() == 0


@pytest.mark.parametrize("verdict", Decision)
def test_the_same_gateway_status_again_does_not_undo_a_verdict(
    reviewed: Service, verdict: Decision
) -> None:
    decided = reviewed.decide(verdict)
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
    decided = service.decide(Decision.REJECTED)
    assert service.callback(event).status == 200
    assert service.payment() == decided


def test_money_that_was_accepted_is_shown_as_paid_with_what_came(reviewed: Service) -> None:
    reviewed.decide(Decision.ACCEPTED)
    body = reviewed.api(make_status_event()).body
    assert (body["status"], body["amount"], body["paidAmount"]) == ("PAID", 1000, 900)


def test_another_message_about_the_same_money_does_not_undo_a_rejection(reviewed: Service) -> None:
    decided = reviewed.decide(Decision.REJECTED)
    body = make_callback_body(make_callback_fields(amount=900) | {"meta": {"data": "again"}})
    assert reviewed.callback(make_callback_event(body)).status == 200
    assert reviewed.payment() == decided


def test_a_sync_of_the_same_money_does_not_undo_a_rejection(service: Service) -> None:
    pay_too_little(service, reference="another than the status check's")
    service.decide(Decision.REJECTED)
    sync(service)
    payment = service.payment()
    assert (payment.status, payment.history[-1].observed) == (Status.CANCELLED, "PAID")


def test_a_sync_that_may_be_of_other_money_is_reviewed_after_a_rejection(service: Service) -> None:
    pay_too_little(service, datetime="2023-04-04 10:00:00")
    service.decide(Decision.REJECTED)
    sync(service)
    assert service.payment().status is Status.REVIEW


@pytest.mark.parametrize(
    "said", [{"amount": 900, "reference": None}, {"amount": 800}, {"amount": 1000}], ids=str
)
def test_what_is_told_under_a_rejected_reference_is_recorded_and_credits_nothing(
    reviewed: Service, said: dict[str, Any]
) -> None:
    decided = reviewed.decide(Decision.REJECTED)
    for _ in range(2):
        send(reviewed, **said)
    payment = reviewed.payment()
    assert (payment.status, payment.version) == (Status.CANCELLED, decided.version + 1)
    assert payment.standing.overpaid == 0


def test_the_wrong_money_under_another_reference_is_reviewed_again(reviewed: Service) -> None:
    reviewed.decide(Decision.REJECTED)
    send(reviewed, amount=900, reference="another-till")
    assert reviewed.payment().status is Status.REVIEW


def test_the_right_money_after_a_rejection_is_not_dropped(reviewed: Service) -> None:
    reviewed.decide(Decision.REJECTED)
    send(reviewed, reference="another-till")
    payment = reviewed.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert (payment.received.late, payment.received.paid_amount) == (True, 1000)


def test_a_rejected_payment_is_not_synced_any_more(reviewed: Service) -> None:
    assert reviewed.decide(Decision.REJECTED).next_sync_at is None
    reviewed.pass_time(30 * 86_400_000)
    assert reviewed.sweep() == 0


def test_a_decision_about_another_version_than_the_stored_one_writes_nothing(
    reviewed: Service,
) -> None:
    seen = reviewed.payment()
    reviewed.decide(Decision.REJECTED)
    send(reviewed, amount=1, reference="another-till")
    stored = reviewed.payment()
    with pytest.raises(VersionChanged) as refused:
        reviewed.decide(Decision.ACCEPTED, version=seen.version)
    assert reviewed.payment() == refused.value.payment == stored


def test_a_decision_that_loses_a_race_writes_nothing(
    reviewed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DynamoPayments.apply

    def be_quicker(store: DynamoPayments, change: Change) -> Applied | Refused:
        monkeypatch.setattr(DynamoPayments, "apply", real)
        send(reviewed, amount=1, reference="another-till")
        return store.apply(change)

    monkeypatch.setattr(DynamoPayments, "apply", be_quicker)
    with pytest.raises(VersionChanged):
        reviewed.decide(Decision.ACCEPTED)
    payment = reviewed.payment()
    assert (payment.status, payment.version) == (Status.REVIEW, 4)


def test_there_is_nothing_to_decide_about_money_that_counts(service: Service) -> None:
    assert service.api(load_event("initiate")).status == 201
    send(service)
    with pytest.raises(NothingToDecide, match="PAID"):
        service.decide(Decision.REJECTED)


def test_there_is_no_decision_about_an_unknown_order(service: Service) -> None:
    with pytest.raises(PaymentNotFound):
        service.decide(Decision.REJECTED, "UNKNOWN-1", version=1)


def test_a_decision_is_stored_with_who_made_it_and_why(reviewed: Service) -> None:
    seen = reviewed.payment().version
    reviewed.decide(Decision.ACCEPTED)
    judgement = reviewed.payment().ledger[-1]
    assert judgement == Judgement(
        Decision.ACCEPTED,
        frozenset({0}),
        reviewed.payment().updated_at,
        "operator",
        "seen at Finpay",
        seen,
    )


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
    voided.decide(Decision.REJECTED)
    for _ in range(2):
        assert voided.callback(load_event("callback_paid")).status == 200
    assert voided.payment().status is Status.CANCELLED


def test_nor_by_another_message_about_the_same_money(voided: Service) -> None:
    decided = voided.decide(Decision.REJECTED)
    body = make_callback_body(make_callback_fields() | {"meta": {"data": "again"}})
    assert voided.callback(make_callback_event(body)).status == 200
    assert voided.payment() == decided


def test_money_that_was_accepted_although_voided_is_not_reviewed_again(voided: Service) -> None:
    accepted = voided.decide(Decision.ACCEPTED)
    sync(voided)
    payment = voided.payment()
    assert (payment.status, payment.version) == (Status.PAID, accepted.version)


def test_a_sync_of_money_that_was_accepted_is_no_second_payment(service: Service) -> None:
    pay_too_little(service)
    accepted = service.decide(Decision.ACCEPTED)
    sync(service)
    payment = service.payment()
    assert (payment.status, payment.received) == (Status.PAID, accepted.received)
    assert len(payment.standing.received) == 1
    assert payment.standing.questions == []


def test_of_money_that_was_rejected_nothing_is_left_in_what_came_after(renamed: Service) -> None:
    second = renamed.payment().gateway_order_id
    assert second != SAMPLE_ORDER_ID
    wrong = make_callback_fields(order_id=second, amount=900, reference="R-1")
    assert renamed.callback(make_callback_event(make_callback_body(wrong))).status == 200
    renamed.decide(Decision.REJECTED)
    for status in ("PAID", "REFUNDED"):
        send(renamed, status=status, reference="R-2", channel=None)
        assert renamed.payment().status.value == status
    received = renamed.payment().received
    assert received
    assert (received.payment_reference, received.gateway_order_id) == ("R-2", None)
    assert received.channel != "INDOMARET"
