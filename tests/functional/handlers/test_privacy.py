"""Marked personal data and secrets go in; nothing of them comes out but to Finpay."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from payments.domain.clock import DAY, MINUTE
from payments.domain.payment import LEASE_MS, ReceivedMoney
from payments.domain.transition_table import Status
from payments.observability.log_lines import JobFailed
from testing.builders import (
    NOW,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
    make_cancel_event,
    make_initiate_event,
    make_payment,
    make_request_body,
    make_status_event,
    make_syncs_event,
)
from testing.personal_data.marks import EMAIL, FIRST_NAME, PHONE, leaks_in
from testing.registry import make_registry
from testing.scripted.finpay import scripted_finpay
from testing.service import Answer, Service
from testing.template import resources


def scenario(service: Service) -> list[str]:
    """Everything the handlers do with marked data; returns all that was answered."""
    answers = []

    def note(answer: Any) -> None:
        answers.append(f"{answer.headers}{answer.text}")

    made = make_registry(service.dynamodb).create("toko", ["*"])
    event = load_event("authorize")
    event["headers"]["authorization"] = f"Bearer {made.api_key}"
    answers.append(json.dumps(service.authorize(event)))
    for order_id in ("A-1", "A-1", "A-2", "A-3"):
        note(service.api(make_initiate_event(make_request_body(id=order_id))))
        note(service.api(make_status_event(order_id)))
    wrong = make_request_body(id="A-4")
    wrong["customer"]["mobilePhone"] = f"phone {PHONE}"
    wrong["customer"]["email"] = FIRST_NAME
    note(service.api(make_initiate_event(wrong)))
    message = {"responseCode": "4000001", "responseMessage": f"Bad {EMAIL} of {PHONE} {FIRST_NAME}"}
    service.restart()
    with scripted_finpay(400, message, knows_orders=False) as service.finpay_url:
        refused = service.api(make_initiate_event(make_request_body(id="A-5")))
        assert refused.problem == "gateway-rejected"
        note(refused)
        note(service.api(make_cancel_event("A-1")))
    service.finpay_url = service.finpay.url
    service.restart()
    for order_id, fields in (
        ("A-1", make_callback_fields("A-1")),
        ("A-2", make_callback_fields("A-2", userDesc=FIRST_NAME, statusDesc=EMAIL)),
        ("A-3", make_callback_fields("A-3", amount=900)),
        ("A-9", make_callback_fields("A-9")),
    ):
        body = make_callback_body(fields)
        note(service.callback(make_callback_event(body, order_id=order_id)))
        forged = make_callback_body(fields, key="another")
        note(service.callback(make_callback_event(forged, order_id=order_id)))
        note(service.callback(make_callback_event(body[:-9], order_id=order_id)))
    for answer in rarer(service):
        note(answer)
    return answers


def rarer(service: Service) -> Iterator[Answer]:
    """Unknown outcomes, cancels, unverified callbacks and status syncs, with marked data."""
    simulation = service.finpay.simulation
    for order_id, fault, shows_code in (("B-1", "drop", True), ("B-2", "garbage", False)):
        simulation.check_shows_code = shows_code
        service.fault("initiate", fault)
        yield service.api(make_initiate_event(make_request_body(id=order_id)))
        service.pass_time(LEASE_MS + 1)
        yield service.api(make_initiate_event(make_request_body(id=order_id)))
    yield service.api(make_cancel_event("B-1"))
    yield service.api(make_cancel_event("A-1"))
    yield service.api(make_initiate_event(make_request_body(id="B-3")))
    simulation.order_store.pay("B-3")
    forged = make_callback_body(make_callback_fields("B-3"), key="another")
    yield service.callback(make_callback_event(forged, order_id="B-3"))
    service.fault("initiate", "drop")
    yield service.api(make_initiate_event(make_request_body(id="B-4")))
    simulation.check_shows_code = True
    service.pass_time(2 * MINUTE)
    service.sweep()
    service.pass_time(DAY)
    service.fault("check", "garbage")
    assert service.sweep() > 1
    unreadable = ("message-1", f'"{EMAIL} {PHONE}')
    assert service.reconcile(make_syncs_event(unreadable))["batchItemFailures"]
    service.sqs.delete_queue(QueueUrl=service.sync_queue)
    with pytest.raises(JobFailed) as failed:
        service.enqueue_syncs()
    yield Answer(0, {}, repr(failed.value) + repr(failed.value.__cause__))


def test_nothing_personal_and_no_secret_gets_into_logs_metrics_answers_or_tables(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = scenario(service)
    captured = capsys.readouterr()
    tables = [
        json.dumps(service.rows(table), default=str)
        for table in ("PaymentsTable", "QuarantineTable", "StorefrontsTable", "CircuitsTable")
    ]
    everything = {
        "logs": captured.out + captured.err,
        "answers": "".join(answers),
        "tables": "".join(tables),
    }
    assert "request served" in everything["logs"]
    assert "PaidAmount" in everything["logs"]
    for reached in ("CodeFound", "Cancelled", "status-check", "StatusSyncsFailed", "job done"):
        assert reached in everything["logs"], reached
    for place, text in everything.items():
        assert not list(leaks_in(text)), place


def test_a_log_line_has_the_ids_that_an_operator_needs(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.api(load_event("initiate"))
    capsys.readouterr()
    service.callback(load_event("callback_paid"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line.get("message") == "request served"]
    expected = {
        "service": "finpay_callback",
        "correlation_id": load_event("callback_paid")["requestContext"]["requestId"],
        "route": "POST /callbacks/finpay/{orderId}/{token}",
        "order_id": "1680576995412",
        "storefront_id": "demo",
        "status": "PAID",
        "effect": "moved",
        "http_status": 200,
    }
    assert {name: line[name] for name in expected} == expected


def metrics(out: str) -> dict[str, Any]:
    """The metrics in the output: name, or name and dimension, to value."""
    found: dict[str, Any] = {}
    for line in map(json.loads, out.splitlines()):
        if "_aws" not in line:
            continue
        described = line["_aws"]["CloudWatchMetrics"][0]
        extra = [line[name] for name in described["Dimensions"][0] if name != "service"]
        for metric in described["Metrics"]:
            found[" ".join([metric["Name"], *extra])] = line[metric["Name"]][0]
    return found


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("callback_paid", {"CallbackRefused": 0, "Paid": 1, "PaidAmount": 1000}),
        (
            "callback_wrong_amount",
            {
                "CallbackRefused": 0,
                "Review": 1,
                "ManualReviewRequired mismatch": 1,
                "ManualReviewRequired review": 1,
            },
        ),
        ("callback_expired", {"CallbackRefused": 0, "Expired": 1}),
        ("callback_forged", {"CallbackRefused": 1, "CallbacksRefused SignatureError": 1}),
    ],
)
def test_what_callbacks_do_is_counted(
    service: Service, capsys: pytest.CaptureFixture[str], event: str, expected: dict[str, int]
) -> None:
    service.api(load_event("initiate"))
    initiated = metrics(capsys.readouterr().out)
    assert initiated["Initiated"] == 1
    assert initiated["GatewayLatency initiate"] > 0
    service.callback(load_event(event))
    counted = metrics(capsys.readouterr().out)
    counted.pop("GatewayLatency check", None)
    assert counted == expected


def test_rarer_things_are_counted_too(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.api(load_event("initiate"))
    service.api(load_event("initiate"))
    service.api(make_initiate_event(make_request_body(id="B-1")))
    service.callback(load_event("callback_expired"))
    capsys.readouterr()
    service.callback(load_event("callback_paid"))
    assert metrics(capsys.readouterr().out)["PaidLate"] == 1
    unknown = make_callback_body(make_callback_fields(status="NEW"))
    service.callback(make_callback_event(unknown))
    assert metrics(capsys.readouterr().out) == {"CallbackRefused": 0, "UnknownStatus": 1}
    service.callback(make_callback_event(make_callback_body(), order_id="B-1"))
    assert metrics(capsys.readouterr().out) == {
        "CallbackRefused": 0,
        "CallbacksQuarantined other-order": 1,
        "ManualReviewRequired quarantined": 1,
    }


def test_every_alarm_watches_a_metric_that_the_code_sends(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = {"responseCode": "4010000", "responseMessage": "Unauthorized"}
    service.put(make_payment(order_id="REFUSED-1", status=Status.PENDING))
    with scripted_finpay(401, refusal) as service.finpay_url:
        service.api(load_event("initiate"))
        service.api(make_cancel_event("REFUSED-1"))
    service.finpay_url = service.finpay.url
    service.restart()
    unknown = make_callback_body(make_callback_fields("UNKNOWN-1"))
    service.callback(make_callback_event(unknown, order_id="UNKNOWN-1"))
    service.callback(load_event("callback_wrong_amount"))
    for order_id in ("AGAIN-1", "LOST-1", "FOUND-1", "UNRESOLVED-1"):
        service.api(make_initiate_event(make_request_body(id=order_id)))
    sayings: list[dict[str, Any]] = [
        {"reference": "first"},
        {"reference": "second"},
        {"reference": "second", "amount": 900},
        {"reference": None, "datetime": "2023-04-05 10:00:00"},
    ]
    for said in sayings:
        again = make_callback_body(make_callback_fields("AGAIN-1", **said))
        service.callback(make_callback_event(again, order_id="AGAIN-1"))
    assert service.payment("AGAIN-1").standing.questions == [
        *("paid-again", "possibly-paid-again", "disputed")
    ]
    second = "OTHER-1_x0123456789abcdef"
    paid_by_the_second = make_payment(
        order_id="OTHER-1",
        gateway_order_id=second,
        previous_attempt_ids=("OTHER-1",),
        status=Status.PAID,
        received=ReceivedMoney(NOW, 1000, gateway_order_id=second),
    )
    service.put(paid_by_the_second)
    refund = make_callback_body(make_callback_fields("OTHER-1", status="REFUNDED"))
    service.callback(make_callback_event(refund, order_id="OTHER-1"))
    assert service.payment("OTHER-1").status is Status.PAID
    service.finpay.simulation.order_store.pay("LOST-1", 900)
    service.finpay.simulation.order_store.pay("FOUND-1", 1000)
    service.finpay.simulation.order_store.set_status("UNRESOLVED-1", "DECLINED")
    service.pass_time(DAY)
    service.fault("check", "error-500")
    service.sweep()
    for _ in range(2):
        service.pass_time(DAY)
        service.sweep()
    service.secret = "missing"
    service.restart()
    service.api(load_event("initiate"))
    service.callback(load_event("callback_paid"))
    sent = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    alarms = resources("AWS::CloudWatch::Alarm").values()
    ours = [alarm for alarm in alarms if not alarm["Namespace"].startswith("AWS/")]
    assert len(ours) > 5
    for alarm in ours:
        wanted = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        assert [line for line in sent if is_metric(line, alarm, wanted)], alarm["MetricName"]


DEAD_LETTERS = resources("AWS::CloudWatch::Alarm")["StatusSyncDeadLettersAlarm"]


def test_syncs_that_were_put_aside_are_watched_in_the_queue_that_they_are_put_into() -> None:
    queue = resources("AWS::SQS::Queue")["StatusSyncQueue"]
    letters = queue["RedrivePolicy"]["deadLetterTargetArn"].partition(".")[0]
    assert DEAD_LETTERS["Namespace"] == "AWS/SQS"
    assert DEAD_LETTERS["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert DEAD_LETTERS["Dimensions"] == [{"Name": "QueueName", "Value": f"{letters}.QueueName"}]


def is_metric(line: dict[str, Any], alarm: dict[str, Any], wanted: dict[str, str]) -> bool:
    """Whether an EMF line has the alarm's metric in its namespace, with just its dimensions."""
    described = line["_aws"]["CloudWatchMetrics"][0]
    names = [metric["Name"] for metric in described["Metrics"]]
    dimensions = {name: line[name] for name in described["Dimensions"][0]}
    same_place = (described["Namespace"], dimensions) == (alarm["Namespace"], wanted)
    return alarm["MetricName"] in names and same_place


def test_an_initiate_that_failed_is_counted_by_its_reason(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    with scripted_finpay(500, b"") as service.finpay_url:
        service.api(load_event("initiate"))
    assert metrics(capsys.readouterr().out)["InitiateFailed unknown"] == 1


def test_the_share_of_orders_that_finpay_gave_no_answer_for_can_be_told(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(order_id: str) -> int | None:
        service.api(make_initiate_event(make_request_body(id=order_id)))
        return metrics(capsys.readouterr().out).get("InitiateUnanswered")

    assert [told("GIVEN-1"), told("GIVEN-1")] == [0, None], "what is stored asks nobody"
    with scripted_finpay(401, {"responseCode": "4010000"}) as service.finpay_url:
        service.restart()
        assert told("REFUSED-1") == 0, "GatewayRefusedAlarm is about that"
    with scripted_finpay(500, b"") as service.finpay_url:
        service.restart()
        assert told("UNKNOWN-1") == 1
    service.restart()
    assert told("UNREACHED-1") == 1, "nobody listens there any more"
    alarm = resources("AWS::CloudWatch::Alarm")["NoCodesAlarm"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("InitiateUnanswered", "Average")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, b""), "unknown"),
        ((401, {"responseCode": "4010000"}), "refused"),
    ],
)
def test_a_cancel_that_failed_is_counted_by_its_reason(
    service: Service, capsys: pytest.CaptureFixture[str], answer: tuple[int, Any], reason: str
) -> None:
    service.put(make_payment(status=Status.PENDING))
    with scripted_finpay(*answer) as service.finpay_url:
        service.api(load_event("cancel"))
    counted = metrics(capsys.readouterr().out)
    assert counted.pop("GatewayLatency cancel") > 0
    assert counted == {f"CancelFailed {reason}": 1}


def test_a_cancel_that_was_turned_down_is_no_failure_of_finpays(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.put(make_payment(status=Status.PAID))
    assert service.api(load_event("cancel")).status == 409
    assert metrics(capsys.readouterr().out) == {}


def test_a_cancel_is_counted_once(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.api(load_event("initiate"))
    capsys.readouterr()
    service.api(load_event("cancel"))
    assert metrics(capsys.readouterr().out)["Cancelled"] == 1
    service.api(load_event("cancel"))
    assert metrics(capsys.readouterr().out) == {}


def test_each_sync_has_a_log_line_with_the_ids_that_an_operator_needs(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    for order_id in ("A-1", "A-2"):
        service.api(make_initiate_event(make_request_body(id=order_id)))
    service.finpay.simulation.order_store.pay("A-2")
    service.pass_time(DAY)
    service.fault("check", "drop")
    capsys.readouterr()
    service.sweep()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    queued, *jobs = [line for line in lines if line.get("message") == "job done"]
    # They end in any order.
    first, second = sorted(jobs, key=lambda line: "error" not in line)
    assert (queued["job"], queued["queued"], queued["level"]) == ("enqueue due", 2, "INFO")
    assert {first["order_id"], second["order_id"]} == {"A-1", "A-2"}
    assert (first["job"], first["error"]) == ("status sync", "OutcomeUnknown")
    assert "status" not in first, "each line tells of its own status sync only"
    assert second["status"] in {"EXPIRED", "PAID"}
    assert (second["storefront_id"], second["effect"]) == ("demo", "moved")
    assert "error" not in second


def test_our_own_failure_is_not_counted_as_a_refused_callback(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.secret = "missing"
    service.callback(load_event("callback_paid"))
    assert metrics(capsys.readouterr().out) == {"ServerError": 1}


def test_a_fault_that_nobody_foresaw_is_counted_and_finpays_is_not_ours(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.put(make_payment(status=Status.PENDING))
    with scripted_finpay(500, b"") as service.finpay_url:
        assert service.api(make_initiate_event(make_request_body(id="A-1"))).status == 504
        assert service.callback(load_event("callback_forged")).status == 503
    assert "ServerError" not in capsys.readouterr().out
    monkeypatch.setattr("storefront_api.app.parse_order", lambda *_: 1 / 0)
    assert service.api(load_event("initiate")).status == 500
    assert metrics(capsys.readouterr().out) == {"ServerError": 1}
