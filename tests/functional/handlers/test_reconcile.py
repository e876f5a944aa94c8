"""Lost callbacks: schedule, index, queue and consumer through the real handler."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from payments.aws.payments_table import DynamoPayments
from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.payment import HISTORY_LIMIT, LEASE_MS, IssuedCode, Lease, Payment, Source
from payments.domain.sync_schedule import RESOLVE_AFTER_MS, RETRY_MS
from payments.domain.transition_table import Status
from payments.observability.log_lines import JobFailed
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_payment,
    make_syncs_event,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import NOBODY, Service
from tests.functional.handlers.circuits import fail_checks

QUEUE_IS_BUSY = 101


def pay(service: Service, order_id: str = SAMPLE_ORDER_ID, **options: Any) -> None:
    """The customer pays, and Finpay's callback gets lost."""
    service.finpay.simulation.order_store.pay(order_id, **options)


def sync_of(service: Service, order_id: str = SAMPLE_ORDER_ID) -> tuple[str, str]:
    """The message of the status sync that is due."""
    return order_id, json.dumps(
        {"orderId": order_id, "nextSyncAt": service.payment(order_id).next_sync_at}
    )


def take(service: Service, *messages: tuple[str, str]) -> list[str]:
    """Hand messages to a consumer; says which of them failed."""
    answer = service.reconcile(make_syncs_event(*messages))
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def call_back(service: Service, **fields: Any) -> None:
    body = make_callback_body(make_callback_fields(**fields))
    assert service.callback(make_callback_event(body)).status == 200


def age(service: Service) -> int:
    return service.clock() - service.payment().created_at


def counted(out: str, name: str) -> float:
    """The sum of a metric in the output."""
    lines = [json.loads(line) for line in out.splitlines() if '"_aws"' in line]
    return sum(sum(line[name]) for line in lines if name in line)


def test_a_payment_is_not_due_before_two_minutes_have_passed(pending: Service) -> None:
    pending.pass_time(2 * MINUTE - 1)
    assert pending.enqueue_syncs() == 0
    pending.pass_time(1)
    assert pending.enqueue_syncs() == 1


def test_how_overdue_the_oldest_sync_is_is_counted_in_milliseconds(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pending.pass_time(2 * MINUTE + 4321)
    pending.enqueue_syncs()
    assert counted(capsys.readouterr().out, "OldestStatusSyncOverdue") == 4321


def test_a_payment_whose_callback_got_lost_is_found_and_counted(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(pending)
    pending.pass_time(2 * MINUTE)
    assert pending.sweep() == 1
    payment = pending.payment()
    assert (payment.status, payment.history[-1].by) == (Status.PAID, Source.STATUS_CHECK)
    assert payment.next_sync_at is None
    out = capsys.readouterr().out
    for name, expected in {
        "StatusSyncsQueued": 1,
        "StatusSyncs": 1,
        "Paid": 1,
        "PaidAmount": 1000,
        "PaidFoundByReconcile": 1,
    }.items():
        assert counted(out, name) == expected, name


def test_a_payment_that_a_callback_told_about_is_not_synced(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(pending)
    call_back(pending)
    pending.pass_time(DAY)
    assert pending.sweep() == 0
    assert pending.witness.calls == []
    assert counted(capsys.readouterr().out, "PaidFoundByReconcile") == 0


def test_a_payment_that_is_not_paid_yet_is_synced_again_by_the_schedule(
    pending: Service,
) -> None:
    syncs = []
    for _ in range(60):
        pending.pass_time(MINUTE)
        if pending.sweep():
            syncs.append(age(pending) // MINUTE)
    assert syncs == [2, 5, 15, 30, 60]
    payment = pending.payment()
    assert (payment.status, payment.version) == (Status.PENDING, 2)
    assert payment.next_sync_at == payment.created_at + 2 * HOUR


def test_two_consumers_with_the_same_message_check_once(pending: Service) -> None:
    pending.pass_time(2 * MINUTE)
    message = sync_of(pending)
    assert take(pending, message) == take(pending, message) == []
    assert pending.witness.calls == ["check"]


def test_two_consumers_at_the_same_moment_check_once(pending: Service) -> None:
    pending.pass_time(2 * MINUTE)
    message = sync_of(pending)
    pending.witness.before["check"] = lambda: take(pending, message)
    take(pending, message)
    assert pending.witness.calls == ["check"]


def test_a_sync_that_was_queued_twice_is_taken_once(pending: Service) -> None:
    pending.pass_time(2 * MINUTE)
    assert pending.enqueue_syncs() == pending.enqueue_syncs() == 1
    assert pending.run_syncs() == 0
    assert pending.witness.calls == ["check"]


def test_of_two_who_begin_a_sync_at_once_one_takes_it(
    pending: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DynamoPayments.begin_sync

    def lose_race(
        store: DynamoPayments, order_id: str, due_at: int, next_due_at: int, write_id: str
    ) -> Payment | None:
        real(store, order_id, due_at, next_due_at, "quicker")
        return real(store, order_id, due_at, next_due_at, write_id)

    monkeypatch.setattr(DynamoPayments, "begin_sync", lose_race)
    pending.pass_time(2 * MINUTE)
    assert take(pending, sync_of(pending)) == []
    assert pending.witness.calls == []


def test_a_sync_of_an_order_that_is_gone_is_done(service: Service) -> None:
    assert service.reconcile(load_event("reconcile_syncs")) == {"batchItemFailures": []}
    assert service.witness.calls == []


def test_a_message_that_cannot_be_read_fails_alone(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(pending)
    pending.pass_time(2 * MINUTE)
    good = sync_of(pending)
    assert take(pending, ("m-1", "not JSON"), good, ("m-3", "{}")) == ["m-1", "m-3"]
    assert pending.payment().status is Status.PAID
    out = capsys.readouterr().out
    assert '"error":"JSONDecodeError"' in out
    assert '"error":"KeyError"' in out


def test_a_store_that_fails_lets_the_message_come_again(pending: Service) -> None:
    pay(pending, amount=900)
    pending.pass_time(2 * MINUTE)
    message = sync_of(pending)
    pending.drop_table("QuarantineTable")
    assert take(pending, message) == [SAMPLE_ORDER_ID]
    payment = pending.payment()
    assert payment.status is Status.PENDING
    assert payment.next_sync_at == pending.clock() + 3 * MINUTE, (
        "the next status sync by the schedule"
    )


def test_a_batch_of_which_all_fail_is_no_failure_of_the_function(pending: Service) -> None:
    assert take(pending, ("m-1", "{}")) == ["m-1"]


@pytest.mark.parametrize("kind", ["drop", "drop-before", "error-500", "garbage"])
def test_a_finpay_that_does_not_answer_is_asked_again_soon_and_changes_nothing(
    pending: Service, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    pending.pass_time(3 * HOUR)
    before = pending.payment()
    pending.fault("check", kind)
    assert pending.sweep() == 1
    payment = pending.payment()
    assert payment == replace(before, next_sync_at=pending.clock() + RETRY_MS)
    assert counted(capsys.readouterr().out, "StatusSyncsFailed") == 1
    pending.pass_time(RETRY_MS)
    assert pending.sweep() == 1
    assert pending.payment().next_sync_at == before.created_at + 4 * HOUR


def test_a_finpay_that_cannot_be_reached_changes_nothing(pending: Service) -> None:
    pending.pass_time(DAY + 2 * MINUTE)
    before = pending.payment()
    pending.finpay_url = NOBODY
    assert pending.sweep() == 1
    assert pending.payment() == replace(before, next_sync_at=pending.clock() + RETRY_MS)


def test_a_payment_whose_time_is_over_expires_only_when_finpay_says_so(pending: Service) -> None:
    pending.pass_time(DAY + 2 * MINUTE)
    pending.fault("check", "error-500")
    pending.sweep()
    assert pending.payment().status is Status.PENDING
    pending.pass_time(RETRY_MS)
    pending.sweep()
    payment = pending.payment()
    assert payment.status is Status.EXPIRED
    assert payment.next_sync_at == payment.updated_at + HOUR


def test_a_payment_that_finpay_calls_open_after_its_end_is_unpaid_and_expires(
    pending: Service,
) -> None:
    pending.clock.at = pending.clock() + DAY + 2 * MINUTE  # Finpay's clock is behind
    pending.sweep()
    assert pending.payment().status is Status.EXPIRED


def test_a_payment_that_finpay_calls_open_before_its_end_is_left_as_it_is(
    pending: Service,
) -> None:
    pending.pass_time(DAY - MINUTE)
    pending.sweep()
    assert pending.payment().status is Status.PENDING


def test_a_payment_that_finpay_does_not_know_expires_after_its_end_and_not_before(
    pending: Service,
) -> None:
    pending.finpay.simulation.order_store.clear()
    pending.pass_time(2 * MINUTE)
    pending.sweep()
    assert pending.payment().status is Status.PENDING
    pending.pass_time(DAY)
    pending.sweep()
    assert pending.payment().status is Status.EXPIRED


@pytest.mark.parametrize(
    ("at_finpay", "expected"),
    [
        ("CANCELLED", Status.CANCELLED),
        ("FAILED", Status.FAILED),
        ("REFUNDED", Status.REVIEW),
        ("ON_HOLD", Status.PENDING),
    ],
)
def test_whatever_else_finpay_says_is_applied_by_the_same_rule_as_a_callback(
    pending: Service, at_finpay: str, expected: Status
) -> None:
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, at_finpay)
    pending.pass_time(2 * MINUTE)
    pending.sweep()
    assert pending.payment().status is expected


def test_the_wrong_amount_found_by_a_sync_requires_manual_review(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(pending, amount=900)
    pending.pass_time(2 * MINUTE)
    pending.sweep()
    assert pending.payment().status is Status.REVIEW
    assert len(pending.rows("QuarantineTable")) == 1
    assert counted(capsys.readouterr().out, "ManualReviewRequired") == 2, "mismatch and review"


def test_money_that_comes_after_the_end_is_found_by_a_late_sync(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pending.pass_time(DAY + 2 * MINUTE)
    pending.sweep()
    pay(pending, late=True)
    capsys.readouterr()
    pending.pass_time(HOUR)
    pending.sweep()
    payment = pending.payment()
    assert payment.status is Status.PAID
    assert payment.received
    assert payment.received.late
    out = capsys.readouterr().out
    assert counted(out, "PaidLate") == counted(out, "PaidFoundByReconcile") == 1


def test_the_last_late_sync_ends_the_watch(pending: Service) -> None:
    pending.pass_time(DAY + 2 * MINUTE)
    pending.sweep()
    given_up_at = pending.payment().updated_at
    syncs = []
    for _ in range(4 * 24):
        pending.pass_time(HOUR)
        if pending.sweep():
            syncs.append((pending.clock() - given_up_at) // HOUR)
    assert syncs == [1, 6, 24, 72]
    payment = pending.payment()
    assert (payment.status, payment.next_sync_at, payment.sync_id) == (Status.EXPIRED, None, None)


def test_the_last_sync_of_an_order_that_finpay_does_not_know_ends_the_watch(
    pending: Service,
) -> None:
    pending.finpay.simulation.order_store.clear()
    pending.pass_time(DAY + 2 * MINUTE)
    pending.sweep()
    for late in (HOUR, 5 * HOUR, 18 * HOUR, 48 * HOUR):
        assert pending.payment().next_sync_at == pending.clock() + late
        pending.pass_time(late)
        assert pending.sweep() == 1
    assert pending.payment().next_sync_at is None


def test_a_last_sync_that_finpay_does_not_answer_is_taken_again(pending: Service) -> None:
    pending.pass_time(DAY + 2 * MINUTE)
    pending.sweep()
    for late in (HOUR, 5 * HOUR, 18 * HOUR, 48 * HOUR):
        pending.pass_time(late)
        if late == 48 * HOUR:
            pending.fault("check", "drop")
        assert pending.sweep() == 1
    assert pending.payment().next_sync_at == pending.clock() + RETRY_MS
    pay(pending, late=True)
    pending.pass_time(RETRY_MS)
    pending.sweep()
    assert pending.payment().status is Status.PAID


def lose(service: Service, fault: str) -> None:
    """Ask for a code and learn nothing."""
    service.pass_time(0)
    service.fault("initiate", fault)
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    service.witness.calls.clear()


def test_a_code_that_nobody_came_back_for_is_found(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    lose(service, "drop")
    service.pass_time(2 * MINUTE)
    service.sweep()
    payment = service.payment()
    assert payment.status is Status.PENDING
    assert payment.code
    assert payment.code.payment_code == service.orders()[SAMPLE_ORDER_ID].payment_code
    assert counted(capsys.readouterr().out, "CodeFound") == 1


def test_a_code_that_is_found_while_somebody_else_takes_the_lease_is_left_to_him(
    service: Service,
) -> None:
    lose(service, "drop")
    service.pass_time(2 * MINUTE)
    theirs = Lease("theirs", service.clock() + LEASE_MS)
    store = DynamoPayments(service.dynamodb, "PaymentsTable")
    now = service.clock()
    service.witness.before["check"] = lambda: store.take_lease(service.payment(), theirs, now)
    assert service.sweep() == 1
    payment = service.payment()
    assert (payment.status, payment.lease, payment.code) == (Status.INITIATING, theirs, None)


def test_an_unknown_outcome_is_left_to_the_storefront_for_a_while(service: Service) -> None:
    lose(service, "drop-before")
    service.pass_time(RESOLVE_AFTER_MS - 1)
    service.sweep()
    assert service.payment().status is Status.INITIATING
    assert service.witness.calls == ["check"]


def test_an_unknown_outcome_that_nobody_came_back_for_is_closed(service: Service) -> None:
    lose(service, "drop-before")
    service.pass_time(RESOLVE_AFTER_MS)
    service.sweep()
    payment = service.payment()
    assert (payment.status, payment.history[-1].by) == (Status.FAILED, Source.STATUS_CHECK)
    assert payment.next_sync_at == payment.updated_at + HOUR


def test_an_unknown_outcome_without_a_code_is_cancelled_at_finpay_in_the_end(
    service: Service,
) -> None:
    service.finpay.simulation.check_shows_code = False
    lose(service, "drop")
    service.pass_time(2 * MINUTE)
    service.sweep()
    assert service.payment().status is Status.INITIATING
    service.pass_time(HOUR)
    service.sweep()
    assert service.payment().status is Status.CANCELLED
    assert service.orders()[SAMPLE_ORDER_ID].status == "CANCELLED"
    assert service.witness.calls == ["check", "check", "cancel"]


def test_money_for_an_unknown_outcome_is_found_by_the_first_sync(service: Service) -> None:
    lose(service, "drop")
    pay(service)
    service.pass_time(2 * MINUTE)
    service.sweep()
    assert service.payment().status is Status.PAID


@pytest.mark.parametrize("status", ["CANCELLED", "EXPIRED", "FAILED"])
def test_an_end_at_finpay_is_left_to_the_storefront_while_it_may_come_back(
    service: Service, status: str
) -> None:
    lose(service, "drop")
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, status)
    service.pass_time(2 * MINUTE)
    service.sweep()
    assert service.payment().status is Status.INITIATING
    service.pass_time(HOUR)
    service.sweep()
    assert service.payment().status.value == status


def test_a_payment_that_somebody_else_is_at_work_on_is_synced_again_soon(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lose(service, "drop")
    service.pass_time(3 * HOUR)
    real = DynamoPayments.take_lease

    def lose_race(
        store: DynamoPayments, payment: Payment, lease: Lease, *times: int
    ) -> Payment | None:
        real(store, payment, replace(lease, id="quicker"), *times)
        return real(store, payment, lease, *times)

    monkeypatch.setattr(DynamoPayments, "take_lease", lose_race)
    assert service.sweep() == 1
    assert service.payment().next_sync_at == service.clock() + RETRY_MS
    out = capsys.readouterr().out
    assert '"error":"PaymentInProgress"' in out
    assert counted(out, "StatusSyncsFailed") == 1


def test_a_cancel_after_the_money_is_looked_into_at_once_and_reviewed_if_finpay_means_it(
    pending: Service,
) -> None:
    call_back(pending)
    assert pending.payment().next_sync_at is None
    call_back(pending, status="CANCELLED")
    payment = pending.payment()
    assert (payment.status, payment.next_sync_at) == (Status.PAID, pending.clock())
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "CANCELLED")
    assert pending.sweep() == 1
    payment = pending.payment()
    assert (payment.status, payment.next_sync_at) == (Status.REVIEW, None)
    assert payment.received, "what was paid stays known"


def test_a_cancel_after_the_money_is_looked_into_although_the_history_is_full(
    pending: Service,
) -> None:
    call_back(pending)
    for n in range(HISTORY_LIMIT):
        call_back(pending, status=f"NEW_{n}")
    full = pending.payment()
    call_back(pending, status="CANCELLED")
    payment = pending.payment()
    assert (payment.history, payment.next_sync_at) == (full.history, pending.clock())


@pytest.mark.parametrize("days", [0, 5, 100])
def test_a_status_check_that_fails_for_a_full_history_is_retried_after_five_minutes(
    pending: Service, days: int
) -> None:
    pending.clock.at = pending.clock()
    call_back(pending)
    for n in range(HISTORY_LIMIT):
        call_back(pending, status=f"NEW_{n}")
    pending.pass_time(days * DAY)
    call_back(pending, status="CANCELLED")
    for minutes in (5, 5, 10, 20):
        pending.fault("check", "error-500")
        assert pending.sweep() == 1
        assert pending.payment().next_sync_at == pending.clock() + minutes * MINUTE
        pending.pass_time(minutes * MINUTE)
    assert pending.sweep() == 1
    assert pending.payment().next_sync_at is None


def test_a_cancel_after_the_money_that_finpay_does_not_mean_changes_nothing(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(pending)
    reference = pending.orders()[SAMPLE_ORDER_ID].payment
    assert reference
    call_back(pending, reference=reference.reference)
    call_back(pending, status="CANCELLED")
    assert pending.sweep() == 1
    payment = pending.payment()
    assert (payment.status, payment.next_sync_at, payment.sync_id) == (Status.PAID, None, None)
    assert counted(capsys.readouterr().out, "PaidFoundByReconcile") == 0
    pending.pass_time(30 * DAY)
    assert pending.sweep() == 0


def test_nothing_is_queued_while_the_queue_has_plenty(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pending.pass_time(2 * MINUTE)
    for _ in range(QUEUE_IS_BUSY):
        pending.sqs.send_message(QueueUrl=pending.sync_queue, MessageBody="{}")
    assert pending.enqueue_syncs() == 0
    assert counted(capsys.readouterr().out, "StatusSyncsQueued") == 0
    pending.sqs.purge_queue(QueueUrl=pending.sync_queue)
    assert pending.enqueue_syncs() == 1


def many_due(service: Service, number: int) -> None:
    """Payments of which Finpay knows nothing, all due."""
    service.pass_time(0)
    for n in range(number):
        due_at = service.clock() - n
        code = IssuedCode(None, service.clock() + DAY, "88027")
        service.put(
            make_payment(
                order_id=f"A-{n}",
                status=Status.PENDING,
                code=code,
                created_at=service.clock(),
                next_sync_at=due_at,
            )
        )


def until(batches: int) -> Iterator[int]:
    """Time for so many batches."""
    yield from [120_000] * batches
    yield 10_000


def test_a_run_that_is_out_of_time_leaves_the_rest_to_the_next(service: Service) -> None:
    many_due(service, 35)
    assert service.enqueue_syncs(until(2)) == 20
    assert service.run_syncs() == 0
    assert service.enqueue_syncs() == 15
    assert service.run_syncs() == 0
    assert service.enqueue_syncs() == 0
    assert service.witness.calls == ["check"] * 35


def test_an_index_that_does_not_answer_fails_the_run_and_is_logged(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    pending.drop_table("PaymentsTable")
    with pytest.raises(JobFailed, match="Unavailable"):
        pending.enqueue_syncs()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line.get("message") == "job done"]
    assert (line["level"], line["job"], line["error"]) == ("ERROR", "enqueue due", "Unavailable")
    assert line["at"].startswith("payments.")


def test_a_queue_that_does_not_answer_fails_the_run_and_the_syncs_stay_due(
    pending: Service,
) -> None:
    pending.pass_time(2 * MINUTE)
    pending.sqs.delete_queue(QueueUrl=pending.sync_queue)
    with pytest.raises(JobFailed, match="Unavailable"):
        pending.enqueue_syncs()
    assert pending.payment().next_sync_at == pending.payment().created_at + 2 * MINUTE


def test_a_sync_while_finpay_is_known_not_to_answer_is_left_for_later(service: Service) -> None:
    fail_checks(service)
    before = make_payment(status=Status.PENDING, next_sync_at=service.clock() - 1)
    service.put(before)
    message = sync_of(service)
    service.restart()
    assert take(service, message) == []
    assert service.enqueue_syncs() == 0
    assert service.payment() == before
    assert service.witness.calls == []


def test_a_sync_asks_about_each_order_that_the_payment_had(renamed: Service) -> None:
    renamed.pass_time(HOUR)
    assert renamed.sweep() == 1
    assert renamed.witness.calls == ["check", "check"]
    assert renamed.payment().status is Status.PENDING


def test_money_for_an_order_that_was_given_up_at_finpay_is_found(renamed: Service) -> None:
    pay(renamed, late=True)
    renamed.pass_time(HOUR)
    assert renamed.sweep() == 1
    payment = renamed.payment()
    assert (payment.status, payment.next_sync_at) == (Status.PAID, None)


@pytest.mark.parametrize("which", [0, 1])
def test_money_for_any_of_several_orders_that_were_given_up_is_found(
    service: Service, which: int
) -> None:
    service.finpay.simulation.check_shows_code = False
    for _ in range(2):
        lose(service, "drop")
        service.pass_time(LEASE_MS + 1)
    assert service.api(load_event("initiate")).status == 201
    previous = service.payment().previous_attempt_ids
    assert len(previous) == 2
    pay(service, previous[which], late=True)
    service.pass_time(HOUR)
    assert service.sweep() == 1
    payment = service.payment()
    assert payment.status is Status.PAID
    assert payment.effective_gateway_order_id == previous[which]


def test_once_the_money_is_found_the_earlier_orders_are_not_asked_about(renamed: Service) -> None:
    pay(renamed, renamed.payment().gateway_order_id)
    renamed.pass_time(HOUR)
    assert renamed.sweep() == 1
    assert renamed.witness.calls == ["check"]


def test_an_order_whose_end_finpay_never_tells_expires_when_its_time_is_over(
    service: Service,
) -> None:
    service.finpay.simulation.check_shows_code = False
    service.pass_time(0)
    lose(service, "drop")
    # Open by its status for ever, and yet nothing that the simulator cancels.
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "AUTHORIZED")
    service.pass_time(HOUR)
    service.sweep()
    assert service.payment().status is Status.INITIATING
    service.pass_time(2 * DAY)
    service.sweep()
    assert service.payment().status is Status.EXPIRED


def test_a_late_callback_of_money_that_was_voided_is_looked_into(pending: Service) -> None:
    pay(pending)
    pending.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "CANCELLED")
    call_back(pending, status="CANCELLED")
    assert pending.payment().status is Status.CANCELLED
    call_back(pending)
    assert pending.payment().status is Status.PAID
    pending.pass_time(1)
    assert pending.sweep() == 1
    assert pending.payment().status is Status.REVIEW


def test_a_late_callback_of_money_that_is_there_stays_paid(pending: Service) -> None:
    pending.finpay.simulation.order_store.expire(SAMPLE_ORDER_ID)
    call_back(pending, status="EXPIRED")
    pay(pending, late=True)
    call_back(pending)
    pending.pass_time(1)
    assert pending.sweep() == 1
    payment = pending.payment()
    assert (payment.status, payment.next_sync_at) == (Status.PAID, None)


def test_a_refund_of_another_order_of_the_payments_refunds_nothing_here(renamed: Service) -> None:
    second = renamed.payment().gateway_order_id
    body = make_callback_body(make_callback_fields(second))
    renamed.callback(make_callback_event(body))
    body = make_callback_body(make_callback_fields(SAMPLE_ORDER_ID, status="REFUNDED"))
    assert renamed.callback(make_callback_event(body)).status == 200
    payment = renamed.payment()
    assert (payment.status, payment.history[-1].observed) == (Status.PAID, "REFUNDED")


def test_a_status_check_that_does_not_say_what_was_ordered_ends_nothing_before_its_time(
    service: Service,
) -> None:
    service.pass_time(0)
    lose(service, "drop")
    answer = {
        "responseCode": "2000000",
        "data": {
            "order": {"id": SAMPLE_ORDER_ID},
            "result": {"payment": {"status": "PENDING"}},
        },
    }
    with scripted_finpay(200, answer) as service.finpay_url:
        service.restart()
        service.pass_time(HOUR)
        service.sweep()
        assert service.payment().status is Status.INITIATING
        service.pass_time(2 * DAY)
        service.sweep()
    assert service.payment().status is Status.EXPIRED
