"""A Finpay that does not answer is left alone for a while, by all functions at once."""

from typing import Any

import flask
import pytest

from payments.domain.clock import MINUTE
from payments.domain.transition_table import Status
from payments.finpay.circuit_breaker import FAILURES, INITIATES, RECOVERY_SECONDS, STATUS
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_cancel_event,
    make_status_event,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import Answer, Service
from tests.functional.handlers.circuits import (
    ask,
    circuits,
    fail,
    fail_checks,
    make_due,
    pass_seconds,
    states,
)

SERVER_ERRORS = ["error-500", "error-504"]
NO_ANSWERS = ["drop", "drop-before"]


def refused(answer: Answer) -> bool:
    """Whether a circuit was open, and the answer says for how long."""
    if answer.problem != "gateway-unreachable":
        return False
    assert answer.status == 503
    assert 5 < int(answer.headers["retry-after"]) <= RECOVERY_SECONDS
    return True


@pytest.mark.parametrize("kind", SERVER_ERRORS + NO_ANSWERS)
def test_three_failed_initiates_in_a_row_stop_the_only_storefronts_initiates(
    service: Service, kind: str
) -> None:
    fail(service, kind=kind)
    assert refused(ask(service, "A-1"))
    assert service.witness.calls == []
    assert "A-1" not in {row["orderId"]["S"] for row in service.rows()}, "its id stays free"


@pytest.mark.parametrize("kind", SERVER_ERRORS)
def test_5xx_answers_stop_the_initiates_of_one_storefront_only(service: Service, kind: str) -> None:
    fail(service, kind=kind, storefront="broken")
    assert refused(ask(service, "A-1", "broken"))
    assert ask(service, "A-2", "other").status == 201
    service.restart()
    assert refused(ask(service, "A-3", "broken"))
    assert ask(service, "A-4", "other").status == 201
    assert states(service) == {f"{INITIATES}#broken": "OPEN"}


@pytest.mark.parametrize("kind", NO_ANSWERS)
def test_initiates_without_an_answer_stop_those_of_every_storefront(
    service: Service, kind: str
) -> None:
    for storefront in ("one", "two", "three"):
        fail(service, 1, kind, storefront)
    assert refused(ask(service, "A-1", "other"))
    service.restart()
    assert refused(ask(service, "A-2", "another"))
    assert states(service) == {INITIATES: "OPEN"}


def test_5xx_answers_to_many_storefronts_stop_none_that_got_none(service: Service) -> None:
    for storefront in ("one", "two", "three", "one", "two", "three"):
        fail(service, 1, storefront=storefront)
    assert [ask(service, f"A-{s}", s).status for s in ("other", "one")] == [201, 201]
    assert circuits(service) == {}


@pytest.mark.parametrize("kind", ["error-500", "drop"])
def test_failed_initiates_stop_neither_status_checks_nor_cancels(
    service: Service, kind: str
) -> None:
    assert service.api(load_event("initiate")).status == 201
    make_due(service)
    fail(service, kind=kind)
    assert refused(ask(service, "A-1"))
    service.restart()
    assert service.callback(load_event("callback_forged")).problem == "signature-invalid"
    assert service.sweep() == 1
    assert service.api(make_status_event()).body["status"] == "PENDING"
    assert service.api(make_cancel_event()).body["status"] == "CANCELLED"
    assert service.witness.calls == ["check", "check", "cancel"]


@pytest.mark.parametrize("kind", ["error-504", "drop"])
def test_failed_status_checks_stop_checks_and_cancels_of_all_functions_but_no_initiate(
    service: Service, kind: str
) -> None:
    assert service.api(load_event("initiate")).status == 201
    fail_checks(service, kind=kind)
    service.restart()
    make_due(service)
    assert refused(service.api(make_cancel_event()))
    forged = service.callback(load_event("callback_forged"))
    assert (forged.status, forged.problem) == (503, "unavailable")
    assert service.enqueue_syncs() == 0
    assert service.witness.calls == []
    assert service.payment().status is Status.PENDING
    assert ask(service, "A-1").status == 201
    assert states(service) == {STATUS: "OPEN"}


def test_two_failures_do_not(service: Service) -> None:
    fail(service, FAILURES - 1)
    fail(service, FAILURES - 1, "drop")
    fail_checks(service, FAILURES - 1)
    assert ask(service, "A-1").status == 201
    assert circuits(service) == {}, "nothing is written while Finpay is well"


@pytest.mark.parametrize("kind", ["error-500", "drop"])
def test_failures_count_only_in_a_row(service: Service, kind: str) -> None:
    for n in range(FAILURES):
        fail(service, FAILURES - 1, kind)
        assert ask(service, f"A-{n}").status == 201


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_an_answer_that_refuses_is_an_answer(service: Service, status: int) -> None:
    refusal = {"responseCode": f"{status}0001", "responseMessage": "no"}
    with scripted_finpay(status, refusal) as service.finpay_url:
        answers = [ask(service, f"A-{n}") for n in range(FAILURES + 1)]
    assert "gateway-unreachable" not in {answer.problem for answer in answers}
    assert circuits(service) == {}


def test_a_finpay_that_is_not_there_opens_the_circuit_too(service: Service) -> None:
    url, service.finpay_url = service.finpay_url, "http://127.0.0.1:9"
    retry_after = [
        int(ask(service, f"A-{n}", f"shop-{n}").headers["retry-after"]) for n in range(FAILURES + 1)
    ]
    assert retry_after[:FAILURES] == [5] * FAILURES
    assert retry_after[-1] > 5
    service.finpay_url = url
    service.restart()
    assert refused(ask(service, "A-9"))


def test_the_answer_tells_how_long_the_circuit_that_is_open_longer_is_open(
    service: Service,
) -> None:
    service.pass_time(0)
    fail(service)
    pass_seconds(service, 20)
    fail(service, kind="drop", storefront="other")
    answer = ask(service, "A-1")
    assert int(answer.headers["retry-after"]) in {RECOVERY_SECONDS - 1, RECOVERY_SECONDS}


def test_a_verified_callback_does_not_mind_an_open_circuit(service: Service) -> None:
    service.api(load_event("initiate"))
    fail_checks(service)
    assert service.callback(load_event("callback_paid")).status == 200
    assert service.payment(SAMPLE_ORDER_ID).status is Status.PAID


def test_without_its_table_every_circuit_is_closed(service: Service) -> None:
    service.dynamodb.delete_table(TableName="CircuitsTable")
    fail(service, FAILURES + 1)
    fail(service, FAILURES + 1, "drop")
    fail_checks(service, FAILURES + 1)
    assert ask(service, "A-1").status == 201
    make_due(service)
    assert service.sweep() == 1


@pytest.mark.parametrize(
    ("own", "is_stopped"),
    [({"responseCode": "5000000", "responseMessage": "General Error"}, False), ({}, True)],
    ids=["Finpay's own word", "somebody's before Finpay"],
)
def test_an_order_that_finpay_cannot_show_shuts_nobody_out(
    service: Service, own: dict[str, str], *, is_stopped: bool
) -> None:
    def refuse_to_show() -> Any:
        return (own, 500) if flask.request.path.endswith("/check/ODD-1") else None

    service.witness.instead = refuse_to_show
    service.fault("initiate", "drop")
    assert ask(service, "ODD-1").problem == "outcome-unknown"
    for _ in range(FAILURES):
        service.pass_time(6 * MINUTE)
        service.sweep()
    service.restart()
    make_due(service)
    assert service.enqueue_syncs() == (0 if is_stopped else 1)
