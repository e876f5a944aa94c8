"""A batch of status syncs, which one invocation runs side by side."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Barrier, Lock
from typing import Any

import boto3
import flask
import pytest

from payments.aws.payments_table import DynamoPayments
from payments.domain.clock import MINUTE
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.finpay import http_transport
from payments.finpay.circuit_breaker import RECOVERY_SECONDS
from payments.finpay.http_transport import HttpTransport
from payments.finpay.merchant_credentials import REFRESH_MS
from payments.services.reconcile_payment import SYNCS_AT_ONCE
from reconcile.app import SYNC_MS
from testing.builders import (
    MERCHANT_ID,
    make_initiate_event,
    make_request_body,
    make_syncs_event,
)
from testing.service import Service
from tests.functional.handlers.circuits import fail_checks, make_due

LONG = 30.0
"""Seconds, for what comes by itself, however busy the machine is."""
SOON = 0.2
"""Seconds in which one more would come."""
STAGES = ["AWSCURRENT", "AWSPREVIOUS"]
"""What one reading of the secret asks for."""
BATCH = [f"A-{number}" for number in range(10)]

type Lines = list[dict[str, Any]]


class Door:
    """Finpay's door. Each check waits there until `together` checks have come."""

    def __init__(self, together: int) -> None:
        self.most = self._here = 0
        self._all = Barrier(together, timeout=LONG)
        self._lock = Lock()

    def __call__(self) -> None:
        with self._lock:
            self._here += 1
            self.most = max(self.most, self._here)
        self._all.wait()
        time.sleep(SOON)
        with self._lock:
            self._here -= 1


def order(service: Service, *order_ids: str) -> None:
    """Payments with a code, each of another storefront and over another amount, all due."""
    service.pass_time(0)
    for number, order_id in enumerate(order_ids):
        body = make_request_body(id=order_id, amount=str(1000 + number))
        event = make_initiate_event(body, storefront=f"shop-{number}")
        assert service.api(event).status == 201
    service.pass_time(2 * MINUTE)
    service.witness.forget()


def take(service: Service, *order_ids: str, left: Iterator[int] | None = None) -> list[str]:
    """Hand the due syncs of these orders to one invocation; says which messages failed."""
    event = make_syncs_event(*(message_of(service, one) for one in order_ids))
    return failed_of(service.reconcile(event, left))


def message_of(service: Service, order_id: str) -> tuple[str, str]:
    """The message of the sync that is due. Its id is that of the order."""
    due_at = service.payment(order_id).next_sync_at
    return order_id, json.dumps({"orderId": order_id, "nextSyncAt": due_at})


def failed_of(answer: dict[str, Any]) -> list[str]:
    """The ids of the messages that come again."""
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def written(capsys: pytest.CaptureFixture[str]) -> tuple[Lines, Lines]:
    """The log lines of jobs, and the metrics. Each line of the output is JSON."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    jobs = [line for line in lines if line.get("message") == "job done"]
    return jobs, [line for line in lines if "_aws" in line]


def test_five_checks_of_a_batch_are_at_finpays_door_at_once_and_never_more(
    service: Service,
) -> None:
    order(service, *BATCH)
    door = Door(SYNCS_AT_ONCE)
    service.witness.instead = door
    assert take(service, *BATCH) == []
    assert service.witness.calls == ["check"] * len(BATCH)
    assert door.most == SYNCS_AT_ONCE == 5


def test_after_finpay_was_gone_one_sync_of_a_batch_goes_first_and_then_five_at_a_time(
    service: Service,
) -> None:
    service.pass_time(0)
    fail_checks(service)
    service.pass_time((RECOVERY_SECONDS + 1) * 1000)
    service.restart()
    service.witness.forget()
    met: list[int] = []
    door = Door(SYNCS_AT_ONCE)

    def meet() -> None:
        if len(service.witness.calls) == 1:
            met.append(1)
        else:
            door()

    service.witness.instead = meet
    for order_id in BATCH[: 1 + SYNCS_AT_ONCE]:
        make_due(service, order_id)
    assert take(service, *BATCH[: 1 + SYNCS_AT_ONCE]) == []
    assert (met, door.most) == ([1], SYNCS_AT_ONCE)


def test_each_sync_of_a_batch_has_its_own_line_and_its_own_metrics(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    order(service, *BATCH)
    for order_id in BATCH[::2]:
        service.finpay.simulation.order_store.pay(order_id)
    capsys.readouterr()
    service.witness.instead = Door(SYNCS_AT_ONCE)
    assert take(service, *BATCH) == []
    jobs, metrics = written(capsys)
    told = {
        line["order_id"]: (line["storefront_id"], line["status"], line.get("amount"))
        for line in jobs
    }
    assert len(jobs) == len(BATCH)
    assert told == {
        order_id: (f"shop-{number}", "PENDING", None)
        if number % 2
        else (f"shop-{number}", "PAID", 1000 + number)
        for number, order_id in enumerate(BATCH)
    }
    assert min(line[field] for line in jobs for field in ("took_ms", "gateway_ms")) >= SOON * 1000
    assert [line["StatusSyncs"] for line in metrics if "StatusSyncs" in line] == [[1.0]] * 10
    assert sorted(line["PaidAmount"] for line in metrics if "Paid" in line) == [
        [1000.0 + number] for number in range(0, 10, 2)
    ]
    assert sum("GatewayLatency" in line for line in metrics) == len(BATCH)


def test_a_sync_that_fails_fails_alone(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order(service, "PAID", "NO-ANSWER", "NO-STORE", "DEFECT")
    before = service.payment("NO-ANSWER")
    service.finpay.simulation.order_store.pay("PAID")
    service.finpay.simulation.order_store.pay("NO-STORE", amount=900)
    service.drop_table("QuarantineTable")
    real = DynamoPayments.get

    def get(store: DynamoPayments, order_id: str) -> Payment | None:
        if order_id == "DEFECT":
            raise ZeroDivisionError
        return real(store, order_id)

    messages = [message_of(service, one) for one in ("NO-ANSWER", "NO-STORE", "DEFECT", "PAID")]
    door = Barrier(3, timeout=LONG)

    def instead() -> tuple[Any, int] | None:
        door.wait()
        return ({}, 502) if flask.request.path.endswith("/NO-ANSWER") else None

    monkeypatch.setattr(DynamoPayments, "get", get)
    service.witness.instead = instead
    capsys.readouterr()
    answer = service.reconcile(make_syncs_event(*messages, ("no JSON", "no JSON")))
    assert failed_of(answer) == ["NO-STORE", "DEFECT", "no JSON"]
    jobs, _ = written(capsys)
    errors = {line.get("order_id"): line.get("error") for line in jobs}
    assert errors == {
        "PAID": None,
        "NO-ANSWER": "OutcomeUnknown",
        "NO-STORE": "Unavailable",
        "DEFECT": "ZeroDivisionError",
        None: "JSONDecodeError",
    }
    assert service.payment("PAID").status is Status.PAID
    by_schedule = service.clock() + 3 * MINUTE
    assert service.payment("NO-ANSWER") == replace(before, next_sync_at=by_schedule)


def test_a_sync_for_which_too_little_time_is_left_does_not_begin_and_comes_again(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    order(service, *BATCH)
    rows = {order_id: service.payment(order_id) for order_id in BATCH}
    left = iter([SYNC_MS] * 3 + [SYNC_MS - 1] * 7)
    capsys.readouterr()
    failed = take(service, *BATCH, left=left)
    assert len(failed) == 7
    assert service.witness.calls == ["check"] * 3
    assert all(service.payment(order_id) == rows[order_id] for order_id in failed)
    jobs, _ = written(capsys)
    assert {line["order_id"] for line in jobs if line.get("error") == "TimeoutError"} == {*failed}
    assert take(service, *failed) == []
    assert service.witness.calls == ["check"] * 10


def test_the_threads_of_a_new_container_use_dependencies_that_were_built_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(service, *BATCH)
    built = []

    def build(clock: Callable[[], int]) -> HttpTransport:
        built.append(clock)
        time.sleep(SOON)  # A second thread would come by.
        return HttpTransport(clock)

    monkeypatch.setattr(http_transport, "HttpTransport", build)
    with service.asked("secretsmanager", "GetSecretValue") as read:
        assert take(service, *BATCH) == []
    assert len(built) == 1
    assert [request["VersionStage"] for request in read] == STAGES


def test_when_the_merchant_key_changes_finpay_is_asked_again_about_each_sync_under_way(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    order(service, *BATCH)
    assert take(service, *BATCH[:5]) == []
    service.pass_time(REFRESH_MS)
    pair = json.dumps({"merchantId": MERCHANT_ID, "merchantKey": "new"})
    boto3.client("secretsmanager").put_secret_value(SecretId=service.secret, SecretString=pair)
    finpay = service.finpay.simulation
    finpay.settings = replace(finpay.settings, merchant_key="new")
    service.witness.forget()
    capsys.readouterr()
    door = Door(5)

    def instead() -> None:
        if len(service.witness.calls) <= 5:
            door()

    service.witness.instead = instead
    with service.asked("secretsmanager", "GetSecretValue") as read:
        assert take(service, *BATCH[5:]) == []
    assert service.witness.calls == ["check"] * 10, "each twice"
    assert [request["VersionStage"] for request in read] == STAGES
    jobs, _ = written(capsys)
    assert [line.get("error") for line in jobs] == [None] * 5
