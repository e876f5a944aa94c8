"""POST /payments again, after nobody knows what became of the first time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import NotAttempted, Unavailable
from payments.domain.payment import LEASE_MS, Lease, Payment, Source, is_derived_id
from payments.domain.transition_table import Status
from payments.finpay.client import FinpayClient
from simulator.orders import NewOrder
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_payment,
    make_status_event,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import NOBODY, Answer, Service

LATER = LEASE_MS + 1


@pytest.fixture
def silent(service: Service) -> Service:
    """The service with a Finpay whose status checks do not repeat the code."""
    service.finpay.simulation.check_shows_code = False
    return service


def lose(service: Service, fault: str = "drop", **more: Any) -> None:
    """Ask for a code and learn nothing; then wait until nobody is at work on it any more.

    Who asks next is a new container. One that lost three requests in a row would leave Finpay
    alone for a while.
    """
    service.fault("initiate", fault, **more)
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    service.pass_time(LATER)
    service.restart()


def ask_again(service: Service) -> Answer:
    return service.api(load_event("initiate"))


def send(service: Service, gateway_order_id: str, **fields: Any) -> None:
    """Finpay calls back about one of its orders, at the URL of the payment."""
    body = make_callback_body(make_callback_fields(gateway_order_id, **fields))
    assert service.callback(make_callback_event(body)).status == 200


def asked_twice(service: Service) -> tuple[str, str]:
    """Both order ids at Finpay of a payment whose first attempt was cancelled there."""
    lose(service)
    assert ask_again(service).status == 201
    payment = service.payment()
    (first,) = payment.previous_attempt_ids
    return first, payment.gateway_order_id


def known_at_finpay(service: Service, amount: int = 2_000) -> None:
    """Let Finpay have an order of the sample's id that is not ours."""
    new = NewOrder(SAMPLE_ORDER_ID, amount, "IDR", 1_440, "http://127.0.0.1:9", None, None, None)
    service.finpay.simulation.order_store.add(new)


@pytest.mark.parametrize("fault", ["drop", "error-500", "error-504", "garbage"])
def test_a_code_whose_answer_was_lost_is_taken_from_the_status_check(
    service: Service, fault: str
) -> None:
    lose(service, fault)
    answer = ask_again(service)
    (order,) = service.orders().values()
    assert (answer.status, answer.body["status"]) == (201, "PENDING")
    assert answer.body["paymentCode"] == order.payment_code
    assert "idempotent-replayed" not in answer.headers
    assert service.witness.calls == ["initiate", "check"]
    assert service.payment().gateway_order_id == SAMPLE_ORDER_ID
    assert service.payment().next_sync_at is not None, "Finpay is asked about it later on"


def test_a_code_from_a_status_check_has_no_redirect_url_and_the_latest_end_that_is_possible(
    service: Service,
) -> None:
    lose(service)
    answer = ask_again(service)
    assert answer.body["redirectUrl"] is None
    (order,) = service.orders().values()
    code = service.payment().code
    assert code
    assert LATER < code.expires_at - order.expires_at * 1000 < LATER + LEASE_MS + 5_000


def test_the_same_request_once_more_gets_the_answer_that_was_found(service: Service) -> None:
    lose(service)
    found = ask_again(service)
    again = ask_again(service)
    assert (again.status, again.body) == (201, found.body)
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("fault", ["drop-before", "error-500", "error-504", "garbage"])
def test_a_request_that_finpay_never_worked_on_is_sent_again_under_the_same_id(
    service: Service, fault: str
) -> None:
    lose(service, fault, work=False)
    answer = ask_again(service)
    (order,) = service.orders().values()
    assert (answer.status, answer.body["paymentCode"]) == (201, order.payment_code)
    assert order.order_id == SAMPLE_ORDER_ID
    assert service.witness.calls == ["initiate", "check", "initiate"]


@pytest.mark.parametrize("fault", ["drop", "error-500", "garbage"])
def test_an_attempt_whose_code_finpay_does_not_tell_is_cancelled_before_the_next(
    silent: Service, fault: str
) -> None:
    lose(silent, fault)
    answer = ask_again(silent)
    payment, orders = silent.payment(), silent.orders()
    assert silent.witness.calls == ["initiate", "check", "cancel", "initiate"]
    assert is_derived_id(payment.gateway_order_id)
    assert payment.previous_attempt_ids == (SAMPLE_ORDER_ID,)
    assert orders[SAMPLE_ORDER_ID].status == "CANCELLED"
    second = orders[payment.gateway_order_id]
    assert (answer.status, answer.body["paymentCode"]) == (201, second.payment_code)
    assert answer.body["orderId"] == SAMPLE_ORDER_ID
    assert len(orders) == 2


def test_the_new_order_id_is_written_before_finpay_hears_of_it(silent: Service) -> None:
    lose(silent)
    seen: list[Payment] = []
    silent.witness.before["initiate"] = lambda: seen.append(silent.payment())
    ask_again(silent)
    (payment,) = seen
    assert payment.status is Status.INITIATING
    assert is_derived_id(payment.gateway_order_id)


def test_never_more_than_one_code_can_be_paid(silent: Service) -> None:
    for _ in range(3):
        lose(silent)
    ask_again(silent)
    payable = [order for order in silent.orders().values() if order.status != "CANCELLED"]
    assert [order.order_id for order in payable] == [silent.payment().gateway_order_id]
    assert len(silent.orders()) == 4


def test_after_five_attempts_the_payment_is_given_up(silent: Service) -> None:
    for _ in range(5):
        lose(silent)
    answer = ask_again(silent)
    assert (answer.status, answer.body["status"]) == (201, "CANCELLED")
    assert {order.status for order in silent.orders().values()} == {"CANCELLED"}
    assert len(silent.orders()) == 5


def test_a_third_attempt_remembers_both_before(silent: Service) -> None:
    lose(silent)
    second = lose_again(silent)
    assert ask_again(silent).status == 201
    payment = silent.payment()
    assert payment.previous_attempt_ids == (SAMPLE_ORDER_ID, second)
    assert payment.gateway_order_id not in payment.previous_attempt_ids


def lose_again(service: Service) -> str:
    """Lose the next attempt too; says which order id it was made under."""
    lose(service)
    return service.payment().gateway_order_id


def test_a_second_attempts_code_is_taken_from_its_own_status_check(silent: Service) -> None:
    lose(silent)
    second = lose_again(silent)
    silent.finpay.simulation.check_shows_code = True
    answer = ask_again(silent)
    assert answer.body["paymentCode"] == silent.orders()[second].payment_code


def test_a_payment_made_while_nobody_knew_of_the_code_is_found(service: Service) -> None:
    lose(service)
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    answer = ask_again(service)
    assert (answer.status, answer.body["status"]) == (201, "PAID")
    assert service.payment().history[-1].by is Source.STATUS_CHECK
    assert service.witness.calls == ["initiate", "check"]


def test_an_attempt_that_is_paid_between_check_and_cancel_is_never_asked_for_again(
    silent: Service,
) -> None:
    lose(silent)
    silent.witness.before["cancel"] = lambda: silent.finpay.simulation.order_store.pay(
        SAMPLE_ORDER_ID
    )
    assert ask_again(silent).problem == "outcome-unknown"
    assert len(silent.orders()) == 1
    silent.pass_time(LATER)
    answer = ask_again(silent)
    assert (answer.status, answer.body["status"]) == (201, "PAID")


def test_an_attempt_that_was_cancelled_meanwhile_is_followed_by_another(service: Service) -> None:
    lose(service)
    service.finpay.simulation.order_store.cancel(SAMPLE_ORDER_ID)
    answer = ask_again(service)
    assert (answer.status, answer.body["status"]) == (201, "PENDING")
    assert is_derived_id(service.payment().gateway_order_id)
    assert service.witness.calls == ["initiate", "check", "initiate"]


@pytest.mark.parametrize(("at_finpay", "expected"), [("EXPIRED", "EXPIRED"), ("FAILED", "FAILED")])
def test_an_attempt_that_ended_at_finpay_ends_the_payment(
    service: Service, at_finpay: str, expected: str
) -> None:
    lose(service)
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, at_finpay)
    answer = ask_again(service)
    assert (answer.status, answer.body["status"]) == (201, expected)
    assert service.witness.calls == ["initiate", "check"]


def test_a_cancel_whose_answer_is_lost_is_found_out_the_next_time(silent: Service) -> None:
    lose(silent)
    silent.fault("cancel", "drop")
    assert ask_again(silent).problem == "outcome-unknown"
    silent.pass_time(LATER)
    assert ask_again(silent).status == 201
    assert silent.orders()[SAMPLE_ORDER_ID].status == "CANCELLED"


def test_finpay_knowing_the_order_already_is_found_out_and_its_code_taken(
    service: Service,
) -> None:
    service.api(load_event("initiate"))
    (order,) = service.orders().values()
    service.dynamodb.delete_item(TableName="PaymentsTable", Key={"orderId": {"S": SAMPLE_ORDER_ID}})
    assert ask_again(service).problem == "outcome-unknown"
    service.pass_time(LATER)
    answer = ask_again(service)
    assert (answer.status, answer.body["paymentCode"]) == (201, order.payment_code)


def test_an_order_of_another_amount_at_finpay_is_left_alone_and_the_request_refused(
    service: Service,
) -> None:
    known_at_finpay(service)
    assert ask_again(service).problem == "outcome-unknown"
    service.pass_time(LATER)
    for _ in range(2):
        answer = ask_again(service)
        assert (answer.status, answer.problem) == (422, "gateway-rejected")
        assert "another order" in answer.body["gateway"]["responseMessage"]
    assert service.payment().status is Status.FAILED
    assert service.orders()[SAMPLE_ORDER_ID].status == "REQUEST_INITIATED"
    assert "cancel" not in service.witness.calls


def test_a_callback_for_the_second_attempt_pays_the_payment(silent: Service) -> None:
    _, second = asked_twice(silent)
    send(silent, second)
    payment = silent.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.gateway_order_id == second
    assert payment.effective_gateway_order_id == second


def test_money_for_the_first_attempt_pays_the_payment_too(silent: Service) -> None:
    first, _ = asked_twice(silent)
    send(silent, first)
    payment = silent.payment()
    assert payment.status is Status.PAID
    assert payment.effective_gateway_order_id == first


def test_money_for_both_attempts_credits_once_and_is_seen(
    silent: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = asked_twice(silent)
    send(silent, second)
    paid = silent.payment()
    capsys.readouterr()
    send(silent, first)
    payment = silent.payment()
    assert (payment.status, payment.received) == (Status.PAID, paid.received)
    assert payment.history[-1].observed == "PAID"
    assert (
        '"service":"payments","why":"paid-again","ManualReviewRequired":[1.0]'
        in capsys.readouterr().out
    )
    send(silent, first)
    assert silent.payment() == payment, "the same callback again is no third payment"


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED", "FAILED", "PENDING"])
def test_whatever_else_is_said_of_the_first_attempt_does_not_matter_any_more(
    silent: Service, status: str
) -> None:
    first, _ = asked_twice(silent)
    before = silent.payment()
    send(silent, first, status=status)
    assert silent.payment() == before


def test_the_end_of_the_second_attempt_ends_the_payment(silent: Service) -> None:
    _, second = asked_twice(silent)
    send(silent, second, status="EXPIRED")
    assert silent.payment().status is Status.EXPIRED


def test_the_wrong_amount_for_the_first_attempt_requires_manual_review(silent: Service) -> None:
    first, _ = asked_twice(silent)
    send(silent, first, amount=900)
    assert silent.payment().status is Status.REVIEW


def test_while_one_asks_finpay_nobody_else_does(silent: Service) -> None:
    lose(silent)
    meanwhile: list[Answer] = []
    silent.witness.before["check"] = lambda: meanwhile.append(ask_again(silent))
    assert ask_again(silent).status == 201
    (answer,) = meanwhile
    assert (answer.status, answer.problem) == (409, "payment-in-progress")
    assert silent.witness.calls == ["initiate", "check", "cancel", "initiate"]


def test_a_request_that_is_being_worked_on_is_asked_about_again_in_two_seconds(
    service: Service,
) -> None:
    meanwhile: list[Answer] = []
    service.witness.before["initiate"] = lambda: meanwhile.append(ask_again(service))
    assert ask_again(service).status == 201
    (answer,) = meanwhile
    assert (answer.problem, answer.headers["retry-after"]) == ("payment-in-progress", "2")
    assert "is being worked on" in answer.body["title"]


@pytest.mark.parametrize("passed", [0, 12_000, 34_500])
def test_after_a_request_that_finpay_did_not_answer_retry_after_is_the_rest_of_its_lease(
    service: Service, passed: int
) -> None:
    service.fault("initiate", "drop")
    started = service.clock.at = service.clock()
    assert ask_again(service).problem == "outcome-unknown"
    service.clock.at = started + passed
    answer = ask_again(service)
    assert (answer.status, answer.problem) == (409, "payment-in-progress")
    assert "did not answer an earlier request" in answer.body["title"]
    left = int(answer.headers["retry-after"])
    assert left == -(-(LEASE_MS - passed) // 1000)
    service.clock.at += left * 1000
    assert ask_again(service).status == 201


def test_after_a_request_whose_function_died_retry_after_is_the_rest_of_its_lease(
    service: Service,
) -> None:
    started = service.clock.at = service.clock()
    service.put(make_reserved(service, started))
    service.clock.at = started + 24_999
    assert ask_again(service).headers["retry-after"] == "2", "it may be worked on"
    service.clock.at = started + 25_000
    answer = ask_again(service)
    assert (answer.problem, answer.headers["retry-after"]) == ("payment-in-progress", "10")
    service.clock.at += 10_000
    assert ask_again(service).status == 201


def make_reserved(service: Service, at: int) -> Payment:
    """The row of the sample's request, whose function ended before it asked Finpay."""
    service.api(load_event("initiate"))
    fingerprint = service.payment().request_fingerprint
    service.dynamodb.delete_item(TableName="PaymentsTable", Key={"orderId": {"S": SAMPLE_ORDER_ID}})
    service.finpay.simulation.reset()
    lease = Lease("lease-1", at + LEASE_MS)
    return make_payment(lease=lease, request_fingerprint=fingerprint, last_attempt_at=at)


@pytest.mark.parametrize("status", ["ON_HOLD", "AUTHORIZED"])
def test_an_answer_that_does_not_resolve_the_outcome_holds_nobody_up(
    silent: Service, status: str
) -> None:
    lose(silent)
    silent.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, status)
    assert ask_again(silent).problem == "outcome-unknown"
    assert ask_again(silent).problem == "outcome-unknown"
    assert silent.api(load_event("cancel")).problem == "outcome-unknown"


def test_a_status_check_that_fails_holds_nobody_up(silent: Service) -> None:
    lose(silent)
    silent.fault("check", "error-500")
    assert ask_again(silent).problem == "outcome-unknown"
    assert ask_again(silent).status == 201


def test_a_cancel_without_an_answer_keeps_its_lease_and_that_is_told(silent: Service) -> None:
    silent.clock.at = silent.clock()
    lose(silent)
    silent.fault("cancel", "drop")
    assert ask_again(silent).problem == "outcome-unknown"
    answer = ask_again(silent)
    assert (answer.problem, answer.headers["retry-after"]) == ("payment-in-progress", "35")
    assert "did not answer an earlier request" in answer.body["title"]


def test_a_cancel_that_never_left_holds_nobody_up(
    silent: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(silent)

    def refuse(*_: object) -> None:
        raise NotAttempted

    with monkeypatch.context() as patch:
        patch.setattr(FinpayClient, "cancel", refuse)
        assert ask_again(silent).problem == "outcome-unknown"
    assert ask_again(silent).status == 201


def test_a_refusal_after_which_finpay_has_the_order_holds_nobody_up(service: Service) -> None:
    refusal = {"responseCode": "4000001", "responseMessage": "Invalid Field Format."}
    service.fault("check", "error-500")
    service.witness.instead = lambda: (
        (refusal, 400) if service.witness.calls[-1] == "initiate" else None
    )
    assert ask_again(service).problem == "outcome-unknown"
    assert service.payment().lease
    service.witness.instead = lambda: None
    assert ask_again(service).status == 201


def test_a_table_that_fails_after_the_status_check_holds_nobody_up(
    silent: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(silent)
    silent.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "FAILED")

    def fail(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(DynamoPayments, "apply", fail)
        assert ask_again(silent).problem == "unavailable"
    assert ask_again(silent).body["status"] == "FAILED"


def test_a_lease_that_was_released_is_over_by_a_clock_that_is_a_little_behind(
    silent: Service,
) -> None:
    silent.clock.at = silent.clock()
    lose(silent)
    silent.fault("check", "error-500")
    assert ask_again(silent).problem == "outcome-unknown"
    silent.clock.at -= 2_000
    assert ask_again(silent).status == 201


def test_of_two_who_want_the_lease_at_once_one_gets_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(service)
    real = DynamoPayments.take_lease

    def lose_race(
        store: DynamoPayments, payment: Payment, lease: Lease, *times: int
    ) -> Payment | None:
        real(store, payment, replace(lease, id="quicker"), *times)
        return real(store, payment, lease, *times)

    monkeypatch.setattr(DynamoPayments, "take_lease", lose_race)
    answer = ask_again(service)
    assert (answer.status, answer.problem) == (409, "payment-in-progress")
    assert service.witness.calls == ["initiate"]


def test_a_row_that_nobody_holds_is_in_progress_and_left_alone(service: Service) -> None:
    service.api(load_event("initiate"))
    fingerprint = service.payment().request_fingerprint
    service.dynamodb.delete_item(TableName="PaymentsTable", Key={"orderId": {"S": SAMPLE_ORDER_ID}})
    service.put(make_payment(lease=None, request_fingerprint=fingerprint))
    assert ask_again(service).problem == "payment-in-progress"


@pytest.mark.parametrize("fault", ["drop", "drop-before", "error-500", "garbage", "redirect"])
def test_a_status_check_that_fails_leaves_the_outcome_unknown(service: Service, fault: str) -> None:
    lose(service)
    service.fault("check", fault)
    answer = ask_again(service)
    assert (answer.status, answer.problem) == (504, "outcome-unknown")
    assert service.payment().status is Status.INITIATING
    service.pass_time(LATER)
    assert ask_again(service).status == 201


def test_a_finpay_that_cannot_be_reached_for_the_check_leaves_the_outcome_unknown(
    service: Service,
) -> None:
    lose(service)
    service.restart()
    service.finpay_url = NOBODY
    answer = ask_again(service)
    assert (answer.status, answer.problem) == (504, "outcome-unknown")
    assert service.payment().lease


def test_a_second_request_that_never_left_keeps_the_row_of_the_first(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(service, "drop-before")

    def refuse(*_: object) -> None:
        raise NotAttempted

    monkeypatch.setattr(FinpayClient, "initiate", refuse)
    assert ask_again(service).problem == "outcome-unknown"
    assert service.payment().status is Status.INITIATING
    monkeypatch.undo()
    assert ask_again(service).status == 201, "nobody holds it up"


def test_a_status_that_nobody_knows_is_recorded_and_guessed_from_nothing(
    service: Service,
) -> None:
    lose(service)
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "ON_HOLD")
    for _ in range(2):
        assert ask_again(service).problem == "outcome-unknown"
        service.pass_time(LATER)
    payment = service.payment()
    assert payment.status is Status.INITIATING
    assert [entry.observed for entry in payment.history] == ["", "ON_HOLD"]
    assert service.witness.calls == ["initiate", "check", "check"]


def observe(service: Service) -> Callable[[], None]:
    """A callback that is only noted, and makes another version of the payment."""
    return lambda: send(service, SAMPLE_ORDER_ID, status="EXPIRED")


def test_a_callback_that_is_noted_during_the_cancel_makes_the_request_start_over(
    silent: Service,
) -> None:
    lose(silent)
    silent.witness.before["cancel"] = observe(silent)
    assert ask_again(silent).problem == "outcome-unknown"
    assert len(silent.orders()) == 1
    silent.pass_time(LATER)
    assert ask_again(silent).status == 201
    assert len(silent.orders()) == 2


def test_a_callback_that_is_noted_during_the_check_keeps_a_refusal_from_being_written(
    service: Service,
) -> None:
    known_at_finpay(service)
    ask_again(service)
    service.pass_time(LATER)
    service.witness.before["check"] = observe(service)
    assert ask_again(service).problem == "outcome-unknown"
    assert service.payment().status is Status.INITIATING


def test_money_that_comes_during_the_second_initiate_is_not_undone(silent: Service) -> None:
    lose(silent)
    silent.witness.after["initiate"] = lambda: send(silent, SAMPLE_ORDER_ID)
    answer = ask_again(silent)
    assert (answer.status, answer.body["status"]) == (201, "PAID")
    assert silent.payment().effective_gateway_order_id == SAMPLE_ORDER_ID


def test_a_storefront_may_watch_while_nobody_knows(service: Service) -> None:
    lose(service)
    answer = service.api(make_status_event())
    assert (answer.status, answer.body["status"]) == (200, "INITIATING")


@pytest.mark.parametrize("order", [{}, {"amount": None, "currency": "IDR"}, {"amount": 1000}])
def test_a_status_check_that_does_not_say_what_was_ordered_decides_nothing(
    service: Service, order: dict[str, Any]
) -> None:
    lose(service)
    answer = {
        "responseCode": "2000000",
        "data": {
            "order": order | {"id": SAMPLE_ORDER_ID},
            "result": {"payment": {"status": "PENDING"}},
        },
    }
    with scripted_finpay(200, answer) as service.finpay_url:
        service.restart()
        assert ask_again(service).problem == "outcome-unknown"
    payment = service.payment()
    assert (payment.status, payment.gateway_order_id) == (Status.INITIATING, SAMPLE_ORDER_ID)


def test_money_that_a_retry_finds_is_counted(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    lose(service)
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    assert ask_again(service).body["status"] == "PAID"
    assert '"Paid":[1.0]' in capsys.readouterr().out


def test_who_holds_the_lease_no_longer_for_sure_cancels_nothing(silent: Service) -> None:
    lose(silent)
    silent.witness.before["check"] = lambda: silent.pass_time(LEASE_MS - 5_000)
    assert ask_again(silent).problem == "outcome-unknown"
    assert silent.witness.calls == ["initiate", "check"]
