"""Containers whose clocks are ten minutes apart agree on how long a circuit is open."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from payments.finpay.circuit_breaker import INITIATES, RECOVERY_SECONDS, STATUS
from testing.circuit import clock_of_the_container
from testing.service import Service
from tests.functional.handlers.circuits import (
    ask,
    ask_elsewhere,
    fail,
    fail_checks,
    make_due,
    pass_seconds,
    refusing,
    states,
)

TEN_MINUTES = 600_000
APART = (-TEN_MINUTES, TEN_MINUTES)
OPENED_BY = {f"{INITIATES}#demo": "error-500", INITIATES: "drop"}


@contextmanager
def clock_off_by(service: Service, milliseconds: int) -> Iterator[None]:
    """The containers at work are new and have a wrong clock, and learn the time from AWS."""
    service.restart()
    if milliseconds:
        service.ahead = dict.fromkeys(("StorefrontApi", "Reconcile"), milliseconds)
    with clock_of_the_container(lambda: service.clock() + milliseconds):
        yield
    service.ahead = {}
    service.restart()


@pytest.mark.parametrize("off", APART)
@pytest.mark.parametrize("name", OPENED_BY)
def test_what_another_clock_opens_is_open_for_the_recovery_time(
    service: Service, name: str, off: int
) -> None:
    service.pass_time(0)
    with clock_off_by(service, off):
        fail(service, kind=OPENED_BY[name])
        pass_seconds(service, RECOVERY_SECONDS - 2)
    with clock_off_by(service, 0):
        assert ask(service, "A-1").problem == "gateway-unreachable"
        assert service.witness.calls == []
        pass_seconds(service, 3)
        assert ask(service, "A-2").status == 201
    assert states(service) == {name: "CLOSED"}


@pytest.mark.parametrize("off", APART)
@pytest.mark.parametrize("name", OPENED_BY)
def test_another_clock_neither_tries_early_nor_waits_longer(
    service: Service, name: str, off: int
) -> None:
    service.pass_time(0)
    with clock_off_by(service, 0):
        fail(service, kind=OPENED_BY[name])
        pass_seconds(service, RECOVERY_SECONDS - 3)
    with clock_off_by(service, off):
        answer = ask(service, "A-1")
        assert answer.problem == "gateway-unreachable"
        assert int(answer.headers["retry-after"]) in range(2, 5)
        assert service.witness.calls == []
        pass_seconds(service, 4)
        assert ask(service, "A-2").status == 201
    assert states(service) == {name: "CLOSED"}


@pytest.mark.parametrize("off", APART)
def test_a_try_by_another_clock_that_fails_opens_the_circuit_for_as_long(
    service: Service, off: int
) -> None:
    service.pass_time(0)
    with clock_off_by(service, off):
        fail(service)
        pass_seconds(service, RECOVERY_SECONDS + 1)
        fail(service, 1)
    with clock_off_by(service, 0):
        pass_seconds(service, RECOVERY_SECONDS - 3)
        assert ask(service, "A-1").problem == "gateway-unreachable"
        pass_seconds(service, 4)
        assert ask(service, "A-2").status == 201


@pytest.mark.parametrize("off", APART)
def test_status_syncs_stop_for_the_recovery_time_whatever_clock_stopped_them(
    service: Service, off: int
) -> None:
    service.pass_time(0)
    with clock_off_by(service, off):
        fail_checks(service)
    make_due(service)
    with clock_off_by(service, 0):
        pass_seconds(service, RECOVERY_SECONDS - 3)
        assert service.enqueue_syncs() == 0
        pass_seconds(service, 4)
        assert service.sweep() == 1
    assert states(service) == {STATUS: "CLOSED"}


@pytest.mark.parametrize("off", APART)
def test_who_is_gone_while_it_tries_is_followed_after_the_recovery_time(
    service: Service, off: int
) -> None:
    service.pass_time(0)
    with clock_off_by(service, 0):
        fail(service)
        pass_seconds(service, RECOVERY_SECONDS + 1)
        with refusing(service, "UpdateItem"):
            assert ask(service, "A-1").status == 201
    service.witness.calls.clear()
    with clock_off_by(service, off):
        pass_seconds(service, RECOVERY_SECONDS - 3)
        assert ask_elsewhere(service, "A-2").problem == "gateway-unreachable"
        assert service.witness.calls == []
        pass_seconds(service, 4)
        assert ask_elsewhere(service, "A-3").status == 201
    assert set(states(service).values()) == {"CLOSED"}


@pytest.mark.parametrize("off", APART)
def test_who_is_gone_while_it_tries_with_a_wrong_clock_is_followed_as_soon(
    service: Service, off: int
) -> None:
    service.pass_time(0)
    with clock_of_the_container(lambda: service.clock() + off):
        fail(service)
        pass_seconds(service, RECOVERY_SECONDS + 1)
        with refusing(service, "UpdateItem"):
            assert ask(service, "A-1").status == 201
    service.witness.calls.clear()
    with clock_off_by(service, 0):
        pass_seconds(service, RECOVERY_SECONDS - 3)
        assert ask_elsewhere(service, "A-2").problem == "gateway-unreachable"
        assert service.witness.calls == []
        pass_seconds(service, 4)
        assert ask_elsewhere(service, "A-3").status == 201


def test_a_clock_that_is_set_right_meanwhile_costs_nobody_the_try(service: Service) -> None:
    service.pass_time(0)
    off = 0
    with clock_of_the_container(lambda: service.clock() + off):
        fail(service)
        pass_seconds(service, RECOVERY_SECONDS - 3)
        assert ask(service, "A-1").problem == "gateway-unreachable"
        service.pass_time(4_000)
        off = 2_000
        assert ask(service, "A-2").status == 201
