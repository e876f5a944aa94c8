"""Containers whose clocks are ten minutes apart, and one that is frozen in the middle."""

from typing import Any

import pytest

from payments.aws.aws_clock import AwsClock
from payments.domain.clock import MINUTE
from payments.domain.payment import LEASE_MS
from payments.domain.transition_table import Status
from testing.builders import (
    NOW,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_initiate_event,
    make_request_body,
)
from testing.service import Answer, Service

APART = [10 * MINUTE, -10 * MINUTE]


@pytest.fixture
def service(service: Service) -> Service:
    """The service at a fixed time."""
    service.clock.at = service.clock()
    return service


def restart(service: Service, ahead: int) -> None:
    """Let the next container of each function have a clock that is so far ahead."""
    service.ahead = dict.fromkeys(("StorefrontApi", "FinpayCallback", "Reconcile"), ahead)
    service.restart()


def unverified() -> dict[str, Any]:
    """A callback that says paid, signed with a key that is not the merchant's."""
    return make_callback_event(make_callback_body(make_callback_fields(), key="a guess"))


@pytest.mark.parametrize("ahead", APART)
def test_a_confirmation_by_a_container_with_a_wrong_clock_blocks_others_for_a_minute_only(
    service: Service, ahead: int
) -> None:
    assert service.api(load_event("initiate")).status == 201
    restart(service, ahead)
    assert service.callback(unverified()).problem == "signature-invalid", "not paid yet"
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    restart(service, 0)
    assert service.callback(unverified()).status == 401
    assert service.payment().status is Status.PENDING, "asked within the last minute"
    service.pass_time(MINUTE + 3_000)
    assert service.callback(unverified()).status == 200
    assert service.payment().status is Status.PAID


@pytest.mark.parametrize("ahead", APART)
@pytest.mark.parametrize("again", ["initiate", "cancel"])
def test_a_container_with_a_wrong_clock_takes_no_lease_that_another_holds(
    service: Service, ahead: int, again: str
) -> None:
    answers: list[Answer] = []

    def meanwhile() -> None:
        restart(service, ahead)
        answers.append(service.api(load_event(again)))

    service.witness.before["initiate"] = meanwhile
    assert service.api(load_event("initiate")).body["status"] == "PENDING"
    assert [answer.problem for answer in answers] == ["payment-in-progress"]
    assert service.witness.calls == ["initiate"]


@pytest.mark.parametrize("ahead", APART)
@pytest.mark.parametrize("again", ["initiate", "cancel"])
def test_a_lease_of_a_container_with_a_wrong_clock_ends_like_any_other(
    service: Service, ahead: int, again: str
) -> None:
    restart(service, ahead)
    service.fault("initiate", "drop")
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    restart(service, 0)
    service.pass_time(LEASE_MS - 3_000)
    assert service.api(load_event(again)).problem == "payment-in-progress"
    service.pass_time(6_000)
    assert service.api(load_event(again)).status in {200, 201}


@pytest.mark.parametrize(
    ("before", "after", "minutes"),
    [
        pytest.param(0, -2 * MINUTE, 3, id="it stood still"),
        pytest.param(-3 * MINUTE, 0, 1, id="it was set right"),
    ],
)
def test_a_payment_begins_when_its_request_came_whatever_the_clock_did_since_aws_was_asked(
    service: Service, before: int, after: int, minutes: int
) -> None:
    restart(service, before)
    service.api(make_initiate_event(make_request_body(id="EARLIER")))
    service.pass_time(minutes * MINUTE)
    service.ahead["StorefrontApi"] = after
    service.fault("initiate", "drop")
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    payment = service.payment()
    assert payment.created_at == payment.last_attempt_at == service.clock()
    assert payment.lease
    assert payment.lease.until == service.clock() + LEASE_MS
    restart(service, 0)
    assert service.api(load_event("initiate")).problem == "payment-in-progress"


@pytest.mark.parametrize("ahead", APART)
def test_a_status_sync_in_a_container_with_a_wrong_clock_keeps_the_schedule(
    service: Service, ahead: int
) -> None:
    assert service.api(load_event("initiate")).status == 201
    restart(service, ahead)
    service.pass_time(2 * MINUTE + 3_000)
    assert service.sweep() == 1
    payment = service.payment()
    assert payment.next_sync_at == payment.created_at + 5 * MINUTE


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Apr 2023 02:16:35 GMT"])
def test_a_date_that_cannot_be_read_changes_no_clock(date: str) -> None:
    common_clock = AwsClock(lambda: NOW)
    common_clock.correct(date)
    assert common_clock() == NOW


def frozen_while_it_asks(service: Service) -> Answer:
    """Finpay issues the code to a container that was frozen until its lease was long over.

    Meanwhile another container cancels the payment, which Finpay does not know yet.
    """

    def meanwhile() -> None:
        service.pass_time(LEASE_MS + 1)
        service.restart()
        assert service.api(load_event("cancel")).body["status"] == "FAILED"

    service.witness.before["initiate"] = meanwhile
    return service.api(load_event("initiate"))


def test_the_code_of_a_payment_that_failed_meanwhile_is_asked_about(service: Service) -> None:
    answer = frozen_while_it_asks(service)
    assert (answer.status, answer.body["status"]) == (201, "FAILED")
    assert answer.body["paymentCode"]
    payment = service.payment()
    assert payment.next_sync_at is not None
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    service.pass_time(payment.next_sync_at - service.clock())
    assert service.sweep() == 1
    assert service.payment().status is Status.PAID


def test_a_payment_that_failed_with_a_code_is_cancelled_at_finpay(service: Service) -> None:
    frozen_while_it_asks(service)
    answer = service.api(load_event("cancel"))
    assert (answer.status, answer.body["status"]) == (200, "FAILED")
    assert service.orders()[SAMPLE_ORDER_ID].status == "CANCELLED"
