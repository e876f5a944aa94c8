"""Payments of which Finpay never tells how they ended: they are asked about ever more rarely."""

import json
from typing import Any

import pytest

from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.transition_table import Status
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.service import Service

STEP = 30 * MINUTE


def counted(out: str, name: str) -> float:
    """The sum of a metric in the output."""
    lines = [json.loads(line) for line in out.splitlines() if '"_aws"' in line]
    return sum(sum(line[name]) for line in lines if name in line)


def syncs_until_the_end(service: Service) -> list[int]:
    """Run each status sync when it is due; returns their times after the first request."""
    begun, times = service.payment().created_at, []
    while (due_at := service.payment().next_sync_at) is not None:
        service.pass_time(max(due_at - service.clock(), 0))
        assert service.sweep() == 1
        times.append(service.clock() - begun)
        assert len(times) < 300, "it never ends"
    return times


def set_status(service: Service, status: str) -> None:
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, status)


def lose_undecided(service: Service) -> None:
    """Ask for a code, and learn nothing; Finpay reports a status that nobody knows."""
    service.finpay.simulation.check_shows_code = False
    service.clock.at = service.clock()
    service.fault("initiate", "drop")
    service.api(load_event("initiate"))
    set_status(service, "DECLINED")


def test_a_payment_with_a_status_that_nobody_knows_is_asked_about_for_90_days(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    set_status(pending, "DECLINED")
    times = syncs_until_the_end(pending)
    payment = pending.payment()
    assert payment.status is Status.PENDING
    over = payment.expires_at + MINUTE - payment.created_at
    assert over + 89 * DAY < times[-1] <= over + 90 * DAY + HOUR
    assert len(times) < 110
    out = capsys.readouterr().out
    assert counted(out, "PaymentsUnresolved") == sum(at >= over + DAY for at in times)
    assert pending.enqueue_syncs() == 0


def test_a_payment_without_a_code_is_asked_about_by_the_same_schedule(service: Service) -> None:
    lose_undecided(service)
    times = syncs_until_the_end(service)
    payment = service.payment()
    assert payment.status is Status.INITIATING
    assert len(times) < 110
    assert times[-1] >= 90 * DAY


def test_a_cancel_and_a_retry_right_after_a_status_sync_find_nobody_in_the_way(
    service: Service,
) -> None:
    lose_undecided(service)
    service.pass_time(HOUR)
    assert service.sweep() == 1
    assert service.api(load_event("cancel")).problem == "outcome-unknown"
    assert service.api(load_event("initiate")).problem == "outcome-unknown"


def test_a_payment_whose_status_sync_always_fails_is_asked_about_for_90_days(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"responseCode": "5000000", "responseMessage": "Internal Server Error"}
    pending.witness.instead = lambda: (body, 500)
    times = syncs_until_the_end(pending)
    assert pending.payment().status is Status.PENDING
    assert 90 * DAY < times[-1] < 92 * DAY
    assert counted(capsys.readouterr().out, "PaymentsUnresolved") > 80


@pytest.mark.parametrize(
    ("again", "reported", "problem", "status"),
    [
        ("initiate", "CANCELLED", "outcome-unknown", Status.INITIATING),
        ("cancel", "AUTHORIZED", "not-cancellable", Status.PENDING),
    ],
)
def test_a_payment_that_nobody_asks_about_any_more_is_watched_again_with_its_new_code(
    service: Service, again: str, reported: str, problem: str, status: Status
) -> None:
    lose_undecided(service)
    syncs_until_the_end(service)
    set_status(service, reported)
    service.finpay.simulation.check_shows_code = True
    service.fault("initiate", "drop")
    assert service.api(load_event(again)).problem == problem
    payment = service.payment()
    assert payment.status is status
    assert payment.next_sync_at == service.clock() + 2 * MINUTE


def test_a_payment_that_is_resolved_at_last_is_watched_no_more(pending: Service) -> None:
    set_status(pending, "DECLINED")
    pending.pass_time(40 * DAY)
    assert pending.sweep() == 1
    set_status(pending, "CANCELLED")
    pending.pass_time(DAY)
    assert pending.sweep() == 1
    assert pending.payment().status is Status.CANCELLED


@pytest.mark.parametrize("status", ["expired", " EXPIRED ", "Expired"])
def test_a_status_in_another_spelling_is_the_known_one(pending: Service, status: str) -> None:
    fields: dict[str, Any] = make_callback_fields(status=status)
    assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert pending.payment().status is Status.EXPIRED


def test_300_callbacks_of_a_cancellation_after_the_money_are_24_entries_at_most(
    pending: Service,
) -> None:
    assert pending.callback(load_event("callback_paid")).status == 200
    for number in range(300):
        fields = make_callback_fields(status="CANCELLED", reference=f"R-{number}")
        assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    payment = pending.payment()
    assert len(payment.history) == 24
    assert payment.next_sync_at is not None, "Finpay is asked about it all the same"
    fields = make_callback_fields(status="REFUNDED")
    assert pending.callback(make_callback_event(make_callback_body(fields))).status == 200
    assert pending.payment().status is Status.REFUNDED, "money always has its place"
