"""After a while one call tries whether Finpay answers again, and nothing keeps it from it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flask
import pytest

from payments.domain.transition_table import Status
from payments.finpay.circuit_breaker import INITIATES, STATUS
from testing.builders import load_event
from testing.service import Service
from tests.functional.handlers.circuits import (
    ask,
    ask_elsewhere,
    circuits,
    fail,
    fail_checks,
    make_due,
    pass_seconds,
    refusing,
    states,
)

DEMO = f"{INITIATES}#demo"
OPENED_BY = {DEMO: "error-500", INITIATES: "drop"}


def open_until(service: Service, name: str, seconds: int) -> None:
    """Let a circuit that is open be open for so many seconds more."""
    opened_at = service.clock() // 1000 + seconds - 30
    service.dynamodb.update_item(
        TableName="CircuitsTable",
        Key={"id": {"S": name}},
        UpdateExpression="SET opened_at = :then",
        ExpressionAttributeValues={":then": {"N": str(opened_at)}},
    )


@pytest.mark.parametrize("name", OPENED_BY)
def test_one_call_tries_and_closes_the_circuit(service: Service, name: str) -> None:
    fail(service, kind=OPENED_BY[name])
    pass_seconds(service)
    assert ask(service, "A-1").status == 201
    assert states(service) == {name: "CLOSED"}
    assert ask_elsewhere(service, "A-2").status == 201


@pytest.mark.parametrize("name", OPENED_BY)
def test_before_that_nobody_tries(service: Service, name: str) -> None:
    fail(service, kind=OPENED_BY[name])
    pass_seconds(service, 28)
    answer = ask(service, "A-1")
    assert (answer.status, answer.headers["retry-after"] in {"1", "2"}) == (503, True)
    assert service.witness.calls == []


@pytest.mark.parametrize("name", OPENED_BY)
def test_while_one_call_tries_the_others_wait(service: Service, name: str) -> None:
    fail(service, kind=OPENED_BY[name])
    pass_seconds(service)
    meanwhile: list[str] = []

    def another_container() -> None:
        meanwhile.append(ask_elsewhere(service, "A-2").problem)

    service.witness.before["initiate"] = another_container
    assert ask(service, "A-1").status == 201
    assert meanwhile == ["gateway-unreachable"]


@pytest.mark.parametrize("name", OPENED_BY)
def test_a_try_that_fails_opens_the_circuit_for_another_while(service: Service, name: str) -> None:
    fail(service, kind=OPENED_BY[name])
    pass_seconds(service)
    fail(service, 1, OPENED_BY[name])
    pass_seconds(service, 28)
    assert ask(service, "A-2").problem == "gateway-unreachable"
    assert service.witness.calls == []
    pass_seconds(service, 2)
    assert ask(service, "A-3").status == 201


def test_the_schedule_goes_on_when_the_recovery_is_over(service: Service) -> None:
    fail_checks(service)
    make_due(service)
    pass_seconds(service, 28)
    assert service.enqueue_syncs() == 0
    pass_seconds(service, 3)
    assert service.sweep() == 1
    assert service.witness.calls == ["check"]
    assert states(service) == {STATUS: "CLOSED"}


def test_an_answer_with_5xx_closes_the_circuit_of_all_storefronts(service: Service) -> None:
    fail(service, kind="drop")
    pass_seconds(service)
    fail(service, 1, "error-500", "broken")
    assert states(service) == {INITIATES: "CLOSED"}
    assert ask_elsewhere(service, "A-1").status == 201


def test_a_storefront_whose_circuit_is_open_takes_nobody_the_try(service: Service) -> None:
    fail(service, kind="error-500", storefront="demo")
    fail(service, kind="drop", storefront="other")
    open_until(service, DEMO, 20)
    open_until(service, INITIATES, 0)
    service.restart()
    answer = ask(service, "A-1", "demo")
    assert answer.problem == "gateway-unreachable"
    assert int(answer.headers["retry-after"]) in {19, 20}
    assert ask_elsewhere(service, "A-2", "other").status == 201
    assert states(service) == {DEMO: "OPEN", INITIATES: "CLOSED"}


def test_a_storefronts_try_is_not_lost_to_the_open_circuit_of_all(service: Service) -> None:
    fail(service, kind="error-500", storefront="demo")
    fail(service, kind="drop", storefront="other")
    open_until(service, DEMO, -5)
    open_until(service, INITIATES, 20)
    service.restart()
    before = circuits(service)[DEMO]["opened_at"]
    answer = ask(service, "A-1", "demo")
    assert answer.problem == "gateway-unreachable"
    assert int(answer.headers["retry-after"]) in {19, 20}
    assert service.witness.calls == []
    assert circuits(service)[DEMO]["opened_at"] == before
    open_until(service, INITIATES, 0)
    assert ask_elsewhere(service, "A-2", "demo").status == 201
    assert states(service) == {DEMO: "CLOSED", INITIATES: "CLOSED"}


def test_one_call_tries_for_both_circuits(service: Service) -> None:
    fail(service, kind="error-500", storefront="demo")
    fail(service, kind="drop", storefront="other")
    pass_seconds(service)
    assert ask(service, "A-1", "demo").status == 201
    assert service.witness.calls == ["initiate"]
    assert states(service) == {DEMO: "CLOSED", INITIATES: "CLOSED"}


def test_a_storefronts_try_without_an_answer_leaves_it_to_the_next_call(service: Service) -> None:
    fail(service)
    pass_seconds(service)
    fail(service, 1, "drop")
    assert states(service) == {DEMO: "OPEN"}
    assert ask_elsewhere(service, "A-1").status == 201
    assert states(service) == {DEMO: "CLOSED"}


def test_an_unknown_outcome_stays_unknown_if_the_try_cannot_be_left_to_another(
    service: Service,
) -> None:
    fail(service)
    pass_seconds(service)
    service.fault("initiate", "drop")
    with refusing(service, "UpdateItem"):
        assert ask(service, "A-1").problem == "outcome-unknown"
    assert service.payment("A-1").status is Status.INITIATING
    assert states(service) == {DEMO: "HALF_OPEN"}
    pass_seconds(service)
    assert ask_elsewhere(service, "A-2").status == 201, "its lease is over"


@pytest.mark.parametrize("name", OPENED_BY)
def test_who_cannot_find_out_whether_it_may_try_first_does_not_try(
    service: Service, name: str
) -> None:
    fail(service, kind=OPENED_BY[name])
    pass_seconds(service)
    with refusing(service, "PutItem"):
        answer = ask(service, "A-1")
    assert (answer.status, answer.problem) == (503, "gateway-unreachable")
    assert service.witness.calls == []


def test_what_finpay_cannot_tell_of_one_order_leaves_the_try_to_the_next_call(
    service: Service,
) -> None:
    def refuse_to_show() -> Any:
        own = {"responseCode": "5000000", "responseMessage": "General Error"}
        return (own, 500) if "/check/" in flask.request.path else None

    assert service.api(load_event("initiate")).status == 201
    fail_checks(service)
    service.witness.instead = refuse_to_show
    pass_seconds(service)
    assert service.callback(load_event("callback_forged")).status == 503
    assert states(service) == {STATUS: "OPEN"}
    service.witness.instead = lambda: None
    make_due(service)
    service.restart()
    with ThreadPoolExecutor(1) as other:
        assert other.submit(service.sweep).result() == 1
    assert states(service) == {STATUS: "CLOSED"}
