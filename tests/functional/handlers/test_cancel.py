"""POST /payments/{orderId}/cancel through the real handler, towards a simulated Finpay."""

from typing import Any

import pytest

from payments.aws.payments_table import DynamoPayments
from payments.domain.payment import LEASE_MS, Entry, ReceivedMoney, Source
from payments.domain.payment_change import Refused
from payments.domain.transition_table import Status
from testing.builders import (
    NOW,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_payment,
    make_status_event,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import NOBODY, Answer, Service

LATER = LEASE_MS + 1


@pytest.fixture
def pending(service: Service) -> Service:
    """The service with the sample payment, whose code Finpay issued."""
    assert service.api(load_event("initiate")).status == 201
    service.witness.calls.clear()
    return service


def cancel(service: Service, **changes: Any) -> Answer:
    return service.api(make_cancel_event(**changes))


def at_finpay(service: Service) -> str:
    return service.orders()[SAMPLE_ORDER_ID].status


def pay(service: Service) -> None:
    """The customer pays and Finpay calls back at once."""
    order = service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    assert order.payment
    fields = make_callback_fields(reference=order.payment.reference)
    assert service.callback(make_callback_event(make_callback_body(fields))).status == 200


def test_a_payment_is_cancelled_at_finpay_and_then_here(pending: Service) -> None:
    answer = pending.api(load_event("cancel"))
    assert (answer.status, answer.body["status"]) == (200, "CANCELLED")
    assert answer.headers["etag"] == '"3"'
    assert at_finpay(pending) == "CANCELLED"
    payment = pending.payment()
    assert (payment.status, payment.history[-1].by) == (Status.CANCELLED, Source.CANCEL)
    assert pending.witness.calls == ["cancel"]
    assert pending.api(make_status_event()).body == answer.body


def test_nothing_is_written_before_finpay_agreed(pending: Service) -> None:
    seen: list[Status] = []
    pending.witness.before["cancel"] = lambda: seen.append(pending.payment().status)
    cancel(pending)
    assert seen == [Status.PENDING]


def test_a_payment_that_is_cancelled_already_is_shown_as_it_is(pending: Service) -> None:
    first = cancel(pending)
    again = cancel(pending)
    assert (again.status, again.body) == (200, first.body)
    assert pending.witness.calls == ["cancel"]


CLOSED = [Status.EXPIRED, Status.FAILED, Status.CANCELLED]


@pytest.mark.parametrize("status", CLOSED)
def test_a_payment_that_finpay_closed_in_an_answer_needs_no_cancel(
    service: Service, status: Status
) -> None:
    entry = Entry(status, NOW, Source.STATUS_CHECK, "write-2")
    service.put(make_payment(status=status, history=(*make_payment().history, entry)))
    answer = cancel(service)
    assert (answer.status, answer.body["status"]) == (200, status.value)
    assert service.witness.calls == []


def close(service: Service, status: Status) -> None:
    """Finpay's callback says that the order is closed, and the order at Finpay stays open."""
    fields = make_callback_fields(status=status.value)
    assert service.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert service.payment().status is status


@pytest.mark.parametrize("status", CLOSED)
def test_a_payment_that_only_a_callback_closed_is_cancelled_at_finpay_once(
    pending: Service, status: Status
) -> None:
    close(pending, status)
    answer = cancel(pending)
    assert (answer.status, answer.body["status"]) == (200, status.value)
    assert at_finpay(pending) == "CANCELLED"
    assert pending.payment().history[-1].observed == "CANCEL_AGREED"
    assert cancel(pending).body == answer.body
    assert pending.witness.calls == ["cancel"]


@pytest.mark.parametrize("status", CLOSED)
def test_a_payment_that_a_callback_closed_and_finpay_says_so_too_is_shown_as_it_is(
    pending: Service, status: Status
) -> None:
    close(pending, status)
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, status.value)
    before = pending.payment()
    assert cancel(pending).status == 200
    assert pending.witness.calls == ["cancel", "check"]
    assert pending.payment() == before


def test_a_payment_that_a_callback_closed_is_not_cancelled_if_finpay_calls_it_open(
    pending: Service,
) -> None:
    close(pending, Status.FAILED)
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "AUTHORIZED")
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "not-cancellable")
    assert answer.body["payment"]["status"] == "FAILED"


def test_a_payment_that_a_callback_closed_cannot_be_paid_once_its_time_is_over(
    pending: Service,
) -> None:
    close(pending, Status.FAILED)
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "AUTHORIZED")
    pending.clock.at = pending.payment().expires_at + 60_000
    answer = cancel(pending)
    assert (answer.status, answer.body["status"]) == (200, "FAILED")


def test_a_payment_that_a_callback_closed_and_that_is_paid_at_finpay_becomes_paid(
    pending: Service,
) -> None:
    close(pending, Status.FAILED)
    pending.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "already-paid")
    assert pending.payment().status is Status.PAID


@pytest.mark.parametrize("fault", ["drop", "error-500"])
def test_a_payment_that_a_callback_closed_is_an_unknown_outcome_if_finpay_does_not_answer(
    pending: Service, fault: str
) -> None:
    close(pending, Status.EXPIRED)
    pending.fault("cancel", fault)
    assert cancel(pending).problem == "outcome-unknown"


def test_a_payment_that_a_callback_closed_is_an_unknown_outcome_if_finpay_says_something_new(
    pending: Service,
) -> None:
    close(pending, Status.EXPIRED)
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "ON_HOLD")
    assert cancel(pending).problem == "outcome-unknown"


@pytest.mark.parametrize(
    "status", [Status.PAID, Status.REVIEW, Status.REFUNDED, Status.PARTIALLY_REFUNDED]
)
def test_a_payment_for_which_money_came_cannot_be_cancelled(
    service: Service, status: Status
) -> None:
    service.put(make_payment(status=status, received=ReceivedMoney(NOW, 1000)))
    answer = cancel(service)
    assert (answer.status, answer.problem) == (409, "already-paid")
    assert answer.body["payment"] == service.api(make_status_event()).body
    assert service.witness.calls == []


def test_a_payment_of_which_only_finpay_knows_that_it_is_paid_becomes_paid(
    pending: Service,
) -> None:
    pending.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "already-paid")
    assert answer.body["payment"]["status"] == "PAID"
    assert pending.payment().status is Status.PAID
    assert pending.witness.calls == ["cancel", "check"]


@pytest.mark.parametrize("ended", ["EXPIRED", "CANCELLED", "FAILED"])
def test_a_cancel_that_finpay_refuses_is_decided_by_a_status_check(
    pending: Service, ended: str
) -> None:
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, ended)
    answer = cancel(pending)
    assert (answer.status, answer.body["status"]) == (200, ended)
    assert pending.payment().history[-1].by is Source.STATUS_CHECK


def test_a_payment_that_finpay_does_not_cancel_and_calls_open_stays_open(
    pending: Service,
) -> None:
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "AUTHORIZED")
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "not-cancellable")
    assert answer.body["payment"]["status"] == "PENDING"
    assert pending.payment().status is Status.PENDING


def test_a_payment_of_which_finpay_says_what_nobody_knows_is_an_unknown_outcome(
    pending: Service,
) -> None:
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "ON_HOLD")
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (504, "outcome-unknown")
    assert pending.payment().status is Status.PENDING


@pytest.mark.parametrize("fault", ["drop", "error-500", "error-504", "garbage"])
def test_a_cancel_whose_answer_is_lost_is_safe_to_repeat(pending: Service, fault: str) -> None:
    pending.fault("cancel", fault)
    lost = cancel(pending)
    assert (lost.status, lost.problem) == (504, "outcome-unknown")
    assert int(lost.headers["retry-after"]) > 0
    assert (pending.payment().status, at_finpay(pending)) == (Status.PENDING, "CANCELLED")
    again = cancel(pending)
    assert (again.status, again.body["status"]) == (200, "CANCELLED")
    assert pending.witness.calls == ["cancel", "cancel", "check"]


@pytest.mark.parametrize("fault", ["drop", "error-500"])
def test_a_status_check_that_fails_after_a_refused_cancel_guesses_nothing(
    pending: Service, fault: str
) -> None:
    pending.finpay.simulation.order_store.expire(SAMPLE_ORDER_ID)
    pending.fault("check", fault)
    assert cancel(pending).problem == "outcome-unknown"
    assert pending.payment().status is Status.PENDING


def test_a_finpay_that_cannot_be_reached_changes_nothing(pending: Service) -> None:
    before = pending.payment()
    pending.restart()
    pending.finpay_url = NOBODY
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (503, "gateway-unreachable")
    assert int(answer.headers["retry-after"]) > 0
    assert pending.payment() == before


def test_a_finpay_that_refuses_the_merchant_changes_nothing(pending: Service) -> None:
    pending.restart()
    refusal = {"responseCode": "4010000", "responseMessage": "Unauthorized"}
    with scripted_finpay(401, refusal) as pending.finpay_url:
        answer = cancel(pending)
    assert (answer.status, answer.problem) == (502, "gateway-refused")
    assert pending.payment().status is Status.PENDING


@pytest.mark.parametrize("order_id", ["UNKNOWN-1", "no/id", "x" * 31, ""])
def test_an_order_that_is_not_there_is_404(service: Service, order_id: str) -> None:
    answer = cancel(service, order_id=order_id)
    assert (answer.status, answer.problem) == (404, "not-found")
    assert service.witness.calls == []


def test_another_storefronts_order_is_the_same_404(pending: Service) -> None:
    foreign = cancel(pending, storefront="warung")
    unknown = cancel(pending, order_id="UNKNOWN-1")
    assert (foreign.status, foreign.body) == (404, unknown.body)
    assert pending.witness.calls == []
    assert pending.payment().status is Status.PENDING


def test_a_request_that_no_storefront_stands_behind_cancels_nothing(pending: Service) -> None:
    assert cancel(pending, storefront="").status == 401
    assert pending.payment().status is Status.PENDING


def test_a_payment_that_is_being_initiated_is_in_progress(service: Service) -> None:
    service.fault("initiate", "drop")
    service.api(load_event("initiate"))
    answer = cancel(service)
    assert (answer.status, answer.problem) == (409, "payment-in-progress")
    assert int(answer.headers["retry-after"]) > 0
    assert service.witness.calls == ["initiate"]


def lose(service: Service, fault: str) -> None:
    """Ask for a code and learn nothing; then wait until nobody is at work on it any more."""
    service.fault("initiate", fault)
    service.api(load_event("initiate"))
    service.pass_time(LATER)
    service.witness.calls.clear()


def test_a_payment_that_finpay_never_heard_of_is_failed(service: Service) -> None:
    lose(service, "drop-before")
    answer = cancel(service)
    assert (answer.status, answer.body["status"]) == (200, "FAILED")
    assert service.witness.calls == ["check"]


def test_a_payment_whose_code_nobody_knows_is_cancelled_at_finpay(service: Service) -> None:
    service.finpay.simulation.check_shows_code = False
    lose(service, "drop")
    answer = cancel(service)
    assert (answer.status, answer.body["status"]) == (200, "CANCELLED")
    assert at_finpay(service) == "CANCELLED"
    assert service.witness.calls == ["check", "cancel"]


def test_a_payment_whose_code_was_just_found_is_cancelled_too(service: Service) -> None:
    lose(service, "drop")
    answer = cancel(service)
    assert (answer.status, answer.body["status"]) == (200, "CANCELLED")
    assert at_finpay(service) == "CANCELLED"
    assert service.witness.calls == ["check", "cancel"]


def test_a_payment_whose_code_was_paid_before_anybody_knew_it_is_paid(service: Service) -> None:
    lose(service, "drop")
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    answer = cancel(service)
    assert (answer.status, answer.problem) == (409, "already-paid")
    assert service.payment().status is Status.PAID


def test_a_payment_goes_on_to_be_unknown_where_finpay_does_not_tell(service: Service) -> None:
    lose(service, "drop")
    service.fault("check", "error-500")
    assert cancel(service).problem == "outcome-unknown"
    assert service.payment().status is Status.INITIATING


def test_a_payment_that_is_paid_just_before_the_cancel_stays_paid(pending: Service) -> None:
    pending.witness.before["cancel"] = lambda: pay(pending)
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "already-paid")
    assert pending.payment().status is Status.PAID


def test_money_that_comes_after_finpay_agreed_keeps_the_payment_paid_and_is_looked_into(
    pending: Service,
) -> None:
    paid = make_callback_event()
    pending.witness.after["cancel"] = lambda: pending.callback(paid)
    answer = cancel(pending)
    assert (answer.status, answer.problem) == (409, "already-paid")
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert payment.history[-1].observed == "CANCEL_AGREED"
    assert payment.next_sync_at is not None
    pending.pass_time(1)
    assert pending.sweep() == 1
    assert pending.payment().status is Status.REVIEW


def test_what_is_noted_while_finpay_cancels_does_not_lose_the_cancel(pending: Service) -> None:
    noted = make_callback_event(make_callback_body(make_callback_fields(status="ON_HOLD")))
    pending.witness.after["cancel"] = lambda: pending.callback(noted)
    answer = cancel(pending)
    assert (answer.status, answer.body["status"]) == (200, "CANCELLED")
    assert pending.payment().version == 4


def test_money_that_comes_after_the_cancel_is_not_dropped(pending: Service) -> None:
    cancel(pending)
    assert pending.callback(load_event("callback_paid")).status == 200
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.late


def test_a_cancelled_payment_is_synced_for_late_money(pending: Service) -> None:
    cancel(pending)
    payment = pending.payment()
    assert payment.next_sync_at == payment.updated_at + 3_600_000


def test_the_current_attempt_is_the_one_that_is_cancelled(service: Service) -> None:
    service.finpay.simulation.check_shows_code = False
    lose(service, "drop")
    assert service.api(load_event("initiate")).status == 201
    assert cancel(service).status == 200
    assert {order.status for order in service.orders().values()} == {"CANCELLED"}


def test_a_cancel_that_loses_every_race_is_safe_to_repeat(
    pending: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pending.payment()
    with monkeypatch.context() as patched:
        patched.setattr(DynamoPayments, "apply", lambda *_: Refused(before))
        assert cancel(pending).problem == "outcome-unknown"
    assert pending.payment() == before
    assert cancel(pending).body["status"] == "CANCELLED"
