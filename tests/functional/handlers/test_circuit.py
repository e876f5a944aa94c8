"""A Finpay that does not answer is left alone for a while, by all functions at once."""

import time
from typing import Any

import flask
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError

from payments.domain.clock import MINUTE
from payments.domain.transition_table import Status
from payments.finpay.circuit_breaker import FAILURES, RECOVERY_SECONDS
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_cancel_event,
    make_initiate_event,
    make_payment,
    make_request_body,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import Answer, Service


def ask(service: Service, order_id: str) -> Answer:
    return service.api(make_initiate_event(make_request_body(id=order_id)))


def fail(service: Service, times: int = FAILURES, kind: str = "error-500") -> None:
    """Let so many initiates fail, each of an order of its own."""
    before = len(service.rows())
    for n in range(times):
        service.fault("initiate", kind)
        assert ask(service, f"FAILED-{before + n}").problem == "outcome-unknown"
    service.witness.calls.clear()


def circuit(service: Service) -> dict[str, Any] | None:
    """The row that all functions share, if there is any."""
    rows = service.rows("CircuitsTable")
    return rows[0] if rows else None


def recover(service: Service) -> None:
    """Let the time of recovery be over, in a container that has not read the row yet."""
    opened_at = int(time.time()) - RECOVERY_SECONDS
    service.dynamodb.update_item(
        TableName="CircuitsTable",
        Key={"id": {"S": "finpay"}},
        UpdateExpression="SET opened_at = :then",
        ExpressionAttributeValues={":then": {"N": str(opened_at)}},
    )
    service.restart()


@pytest.mark.parametrize("kind", ["error-500", "error-504", "drop", "drop-before"])
def test_three_failures_in_a_row_open_the_circuit(service: Service, kind: str) -> None:
    fail(service, kind=kind)
    answer = ask(service, "A-1")
    assert (answer.status, answer.problem) == (503, "gateway-unreachable")
    assert 0 < int(answer.headers["retry-after"]) <= RECOVERY_SECONDS
    assert service.witness.calls == []
    assert "A-1" not in {row["orderId"]["S"] for row in service.rows()}, "its id stays free"


def test_two_failures_do_not(service: Service) -> None:
    fail(service, FAILURES - 1)
    assert ask(service, "A-1").status == 201
    assert circuit(service) is None, "nothing is written while Finpay is well"


def test_failures_count_only_in_a_row(service: Service) -> None:
    for n in range(FAILURES):
        fail(service, FAILURES - 1)
        assert ask(service, f"A-{n}").status == 201


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_an_answer_that_refuses_is_an_answer(service: Service, status: int) -> None:
    refusal = {"responseCode": f"{status}0001", "responseMessage": "no"}
    with scripted_finpay(status, refusal) as service.finpay_url:
        answers = [ask(service, f"A-{n}") for n in range(FAILURES + 1)]
    assert "gateway-unreachable" not in {answer.problem for answer in answers}
    assert circuit(service) is None


def test_a_finpay_that_is_not_there_opens_the_circuit_too(service: Service) -> None:
    url, service.finpay_url = service.finpay_url, "http://127.0.0.1:9"
    retry_after = [int(ask(service, f"A-{n}").headers["retry-after"]) for n in range(FAILURES + 1)]
    assert retry_after[:FAILURES] == [5] * FAILURES
    assert retry_after[-1] > 5
    service.finpay_url = url
    service.restart()
    assert ask(service, "A-9").problem == "gateway-unreachable"


def test_an_open_circuit_is_known_to_every_container_and_function(service: Service) -> None:
    assert service.api(load_event("initiate")).status == 201
    fail(service)
    service.restart()
    assert ask(service, "A-1").problem == "gateway-unreachable"
    assert service.api(make_cancel_event()).problem == "gateway-unreachable"
    forged = service.callback(load_event("callback_forged"))
    assert (forged.status, forged.problem) == (503, "unavailable")
    service.put(
        make_payment(order_id="DUE-1", status=Status.PENDING, next_sync_at=service.clock() - 1)
    )
    assert service.enqueue_syncs() == 0
    assert service.witness.calls == []
    assert service.payment().status is Status.PENDING


def test_a_verified_callback_does_not_mind_an_open_circuit(service: Service) -> None:
    service.api(load_event("initiate"))
    fail(service)
    assert service.callback(load_event("callback_paid")).status == 200
    assert service.payment(SAMPLE_ORDER_ID).status is Status.PAID


def test_after_the_recovery_one_call_tries_and_closes_the_circuit(service: Service) -> None:
    fail(service)
    recover(service)
    assert ask(service, "A-1").status == 201
    row = circuit(service)
    assert row
    assert row["state"]["S"] == "CLOSED"
    service.restart()
    assert ask(service, "A-2").status == 201


def test_while_one_call_tries_the_others_wait(service: Service) -> None:
    fail(service)
    recover(service)
    meanwhile: list[str] = []

    def another_container() -> None:
        # This thread stands for another container; the one that tries has its circuit at hand.
        service.restart()
        meanwhile.append(ask(service, "A-2").problem)

    service.witness.before["initiate"] = another_container
    assert ask(service, "A-1").status == 201
    assert meanwhile == ["gateway-unreachable"]


def test_a_try_that_fails_opens_the_circuit_for_another_while(service: Service) -> None:
    fail(service)
    recover(service)
    service.fault("initiate", "error-500")
    assert ask(service, "A-1").problem == "outcome-unknown"
    assert ask(service, "A-2").problem == "gateway-unreachable"
    assert service.witness.calls == ["initiate"]


def test_the_schedule_goes_on_when_the_recovery_is_over(service: Service) -> None:
    assert service.api(load_event("initiate")).status == 201
    fail(service)
    service.pass_time(120_000)
    recover(service)
    assert service.sweep() == 1 + FAILURES
    assert service.witness.calls.count("check") == 1 + FAILURES


def test_without_its_table_the_circuit_is_closed(service: Service) -> None:
    service.dynamodb.delete_table(TableName="CircuitsTable")
    fail(service, FAILURES + 1)
    assert ask(service, "A-1").status == 201


def test_who_cannot_find_out_whether_it_may_try_first_does_not_try(
    service: Service,
) -> None:
    def refuse(request: AWSPreparedRequest, **_: object) -> None:
        if "CircuitsTable" in str(request.body):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")

    fail(service)
    recover(service)
    events = service.client("dynamodb").meta.events
    events.register_first("before-send.dynamodb.PutItem", refuse)
    answer = ask(service, "A-1")
    assert (answer.status, answer.problem) == (503, "gateway-unreachable")
    assert service.witness.calls == []


@pytest.mark.parametrize(
    ("own", "status"),
    [({"responseCode": "5000000", "responseMessage": "General Error"}, 201), ({}, 503)],
    ids=["Finpay's own word", "somebody's before Finpay"],
)
def test_an_order_that_finpay_cannot_show_shuts_nobody_out(
    service: Service, own: dict[str, str], status: int
) -> None:
    def refuse_to_show() -> Any:
        return (own, 500) if flask.request.path.endswith("/check/ODD-1") else None

    service.witness.instead = refuse_to_show
    service.fault("initiate", "drop")
    assert ask(service, "ODD-1").problem == "outcome-unknown"
    for _ in range(FAILURES + 1):
        service.pass_time(6 * MINUTE)
        service.sweep()
    service.restart()
    assert ask(service, "A-1").status == status


def test_what_finpay_cannot_tell_of_one_order_does_not_close_the_circuit(service: Service) -> None:
    def refuse_to_show() -> Any:
        own = {"responseCode": "5000000", "responseMessage": "General Error"}
        return (own, 500) if "/check/" in flask.request.path else None

    service.witness.instead = refuse_to_show
    assert service.api(load_event("initiate")).status == 201
    fail(service)
    recover(service)
    assert service.callback(load_event("callback_forged")).status == 503
    row = circuit(service)
    assert row
    assert row["state"]["S"] == "HALF_OPEN"
