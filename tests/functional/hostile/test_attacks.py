"""Every attack of the table, at the real handlers through API Gateway's events."""

from typing import Any

import pytest

from payments.domain.transition_table import Status
from testing.builders import (
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_initiate_event,
    make_request_body,
)
from testing.service import Service
from tests.functional.hostile.attacks import CALLBACKS, ODD_REQUESTS, REQUESTS, Attack
from tests.functional.hostile.traces import one_line, reasons, tables


def callback_event(attack: Attack, order_id: str) -> dict[str, Any]:
    event = make_callback_event(order_id=order_id, token=attack.token(order_id))
    return attack.callback(order_id).as_event(event) | {**attack.event}


def request_event(attack: Attack, order_id: str) -> dict[str, Any]:
    return attack.request(order_id).as_event(make_initiate_event()) | {**attack.event}


def create(service: Service, order_id: str) -> None:
    """Somebody honest asks for a code, and gets it."""
    answer = service.api(make_initiate_event(make_request_body(id=order_id)))
    assert (answer.status, answer.body["status"]) == (201, "PENDING")


def pay(service: Service, order_id: str) -> None:
    """Finpay tells the truth, and it counts."""
    body = make_callback_body(make_callback_fields(order_id))
    assert service.callback(make_callback_event(body, order_id=order_id)).status == 200
    assert service.payment(order_id).status is Status.PAID


@pytest.mark.parametrize("attacks", CALLBACKS.values(), ids=CALLBACKS.keys())
def test_a_hostile_callback_does_what_is_said_in_the_table_and_no_more(
    service: Service,
    attacks: list[Attack],
    subtests: pytest.Subtests,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service.pass_time(0)
    for number, attack in enumerate(attacks):
        order_id = f"CALLED-{number}"
        create(service, order_id)
        with subtests.test(attack.name):
            before = tables(service)
            capsys.readouterr()
            answer = service.callback(callback_event(attack, order_id))
            assert answer.status == attack.status
            assert one_line(capsys.readouterr().out)["http_status"] == attack.status
            after = tables(service)
            kept = [r for r in after["QuarantineTable"] if r not in before["QuarantineTable"]]
            assert reasons(kept) == ([attack.kept] if attack.kept else [])
            assert service.payment(order_id).status is attack.then
            assert without(after, order_id) == without(before, order_id)
            if attack.then is Status.PENDING:
                assert after["PaymentsTable"] == before["PaymentsTable"]
                pay(service, order_id)


def without(found: Any, order_id: str) -> Any:
    """All rows of all tables but those of an order."""
    return {
        name: [row for row in rows if row.get("orderId") != {"S": order_id}]
        for name, rows in found.items()
    }


def test_a_hostile_request_writes_nothing_and_leaves_the_order_id_free(
    service: Service, subtests: pytest.Subtests, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, attack in enumerate(REQUESTS):
        order_id = f"ASKED-{number}"
        with subtests.test(attack.name):
            before, orders = tables(service), service.orders()
            capsys.readouterr()
            answer = service.api(request_event(attack, order_id))
            assert answer.status == attack.status
            assert answer.problem
            assert one_line(capsys.readouterr().out)["http_status"] == attack.status
            assert tables(service) == before
            assert service.orders() == orders
            create(service, order_id)
            pay(service, order_id)


def test_a_request_that_is_only_odd_is_served(service: Service, subtests: pytest.Subtests) -> None:
    for number, attack in enumerate(ODD_REQUESTS):
        with subtests.test(attack.name):
            order_id = f"ODD-{number}"
            assert service.api(request_event(attack, order_id)).status == attack.status
            pay(service, order_id)
