"""A request whose lease ran out while it waited for Finpay: who took the lease decides."""

from collections.abc import Callable

import pytest

from payments.domain.payment import LEASE_MS, Payment, Source
from payments.domain.transition_table import Status
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_initiate_event,
    make_request_body,
)
from testing.service import MINUTE, Answer, Service

LATER = LEASE_MS + 1


def ask(service: Service) -> Answer:
    return service.api(load_event("initiate"))


def send(service: Service, status: str) -> None:
    """Finpay calls back about the sample order."""
    body = make_callback_body(make_callback_fields(status=status))
    assert service.callback(make_callback_event(body)).status == 200


def take_over(service: Service) -> None:
    """The lease runs out; a request in another container takes it, and learns nothing."""
    service.pass_time(LATER)
    service.restart()
    service.fault("check", "drop")
    assert ask(service).problem == "outcome-unknown"


def take_over_and_note(service: Service) -> None:
    """The same, and a callback makes another version of the payment."""
    take_over(service)
    send(service, "EXPIRED")


@pytest.mark.parametrize("meanwhile", [take_over, take_over_and_note])
def test_an_answer_that_comes_after_another_took_the_lease_is_not_stored(
    service: Service, meanwhile: Callable[[Service], None]
) -> None:
    seen: list[Payment] = []
    written: list[int] = []

    def overtake() -> None:
        meanwhile(service)
        seen.append(service.payment())
        written.append(len(writes))

    service.pass_time(0)
    service.witness.after["initiate"] = overtake
    with service.asked("dynamodb", "UpdateItem") as writes:
        assert ask(service).problem == "outcome-unknown"
    assert [service.payment()] == seen
    assert (seen[0].status, seen[0].code) == (Status.INITIATING, None)
    assert len(writes) == written[0] + 1, "who lost the lease does not try again"


def test_a_code_that_another_found_meanwhile_is_not_replaced(service: Service) -> None:
    found: list[Payment] = []

    def find() -> None:
        service.pass_time(LATER)
        service.restart()
        assert ask(service).body["redirectUrl"] is None, "a status check has none"
        found.append(service.payment())

    service.pass_time(0)
    service.witness.after["initiate"] = find
    answer = ask(service)
    assert (answer.status, answer.body["version"]) == (201, 2)
    assert [service.payment()] == found


def test_a_refusal_that_comes_after_the_money_leaves_nothing_on_the_payment(
    service: Service,
) -> None:
    refusal = {"responseCode": "4000001", "responseMessage": "no"}
    service.pass_time(0)
    service.witness.before["initiate"] = lambda: send(service, "PAID")
    service.witness.instead = lambda: (
        (refusal, 400) if service.witness.calls[-1] == "initiate" else None
    )
    answer = ask(service)
    assert (answer.status, answer.body["status"]) == (201, "PAID")
    payment = service.payment()
    assert (payment.version, payment.failure) == (2, None)


def test_who_lost_the_lease_during_the_cancel_begins_no_other_attempt(service: Service) -> None:
    service.finpay.simulation.check_shows_code = False
    service.pass_time(0)
    service.fault("initiate", "drop")
    assert ask(service).problem == "outcome-unknown"
    service.pass_time(LATER)
    service.witness.calls.clear()
    seen: list[Payment] = []

    def overtake() -> None:
        take_over(service)
        seen.append(service.payment())

    service.witness.after["cancel"] = overtake
    assert ask(service).problem == "outcome-unknown"
    assert [service.payment()] == seen
    assert seen[0].gateway_order_id == SAMPLE_ORDER_ID
    assert service.witness.calls == ["check", "cancel", "check"]


def lose(service: Service, order_id: str, timeout: str, fault: str) -> None:
    """Ask for a code that lives so many minutes, and learn nothing."""
    service.fault("initiate", fault)
    event = make_initiate_event(make_request_body(id=order_id, timeout=timeout))
    assert service.api(event).problem == "outcome-unknown"


def asked_twice(service: Service, timeout: str, minutes: int) -> str:
    """An order whose first request Finpay never got, and that was asked for again later on."""
    service.finpay.simulation.check_shows_code = False
    service.pass_time(0)
    lose(service, "A-1", timeout, "drop-before")
    service.pass_time(minutes * MINUTE)
    lose(service, "A-1", timeout, "drop")
    return "A-1"


def test_a_storefront_has_its_time_to_come_back_from_the_second_request_on(
    service: Service,
) -> None:
    order_id = asked_twice(service, "1440", 14)
    service.pass_time(3 * MINUTE)
    assert service.sweep() == 1
    assert service.payment(order_id).status is Status.INITIATING
    assert "cancel" not in service.witness.calls
    service.pass_time(15 * MINUTE)
    assert service.sweep() == 1
    payment = service.payment(order_id)
    assert (payment.status, payment.history[-1].by) == (Status.CANCELLED, Source.STATUS_CHECK)


def test_a_code_that_was_asked_for_twice_lives_from_the_second_request_on(
    service: Service,
) -> None:
    order_id = asked_twice(service, "5", 4)
    # Finpay does not cancel it, so that only its end can end it.
    service.finpay.simulation.order_store.set_status(order_id, "AUTHORIZED")
    service.pass_time(4 * MINUTE)
    event = make_initiate_event(make_request_body(id=order_id, timeout="5"))
    assert service.api(event).problem == "outcome-unknown"
    assert service.payment(order_id).status is Status.INITIATING
