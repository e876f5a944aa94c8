"""A storefront's developer asks for an outcome, and the real handlers bring it about."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from payments.domain.transition_table import Status
from payments.observability.log_lines import JobFailed
from payments.payment_requests.simulated_outcomes import LATEST, NAMES, reports_of
from payments.settings import SettingsError
from payments.webhooks.delivery_attempt import EndpointResponse
from testing.builders import (
    load_event,
    make_initiate_event,
    make_request_body,
    make_status_event,
)
from testing.service import Answer, Service
from tests.functional.openapi.front import Front, serving

type SimulatedCallbacks = Callable[[], list[tuple[int, str]]]

LIVE = "https://live.finnet.co.id"


@pytest.fixture
def queue(service: Service) -> str:
    """The queue of test mode, of a deployment that has it."""
    url = service.sqs.create_queue(QueueName="SimulatedCallbacksQueue")["QueueUrl"]
    service.settings |= {
        "SIMULATED_CALLBACKS_QUEUE": url,
        "STAGE": "dev",
        "WEBHOOK_TARGETS": "loopback",
    }
    return url


@pytest.fixture
def mode(service: Service, queue: str) -> Iterator[Service]:
    """Test mode, and a callback URL that leads to the real handler."""
    assert queue
    with serving(Front(service)) as url:
        service.settings["CALLBACK_BASE_URL"] = url
        yield service


def ask(service: Service, email: str) -> Answer:
    body = make_request_body()
    body["customer"]["email"] = email
    return service.api(make_initiate_event(body))


@pytest.fixture
def simulated_callbacks(service: Service) -> Iterator[SimulatedCallbacks]:
    """What was put into the queue: the seconds that each message waits, and its body."""
    with service.asked("sqs", "SendMessage") as sent:
        yield lambda: [(one["DelaySeconds"], one["MessageBody"]) for one in sent]


def send_simulated_callback(service: Service, body: str) -> None:
    """Lambda's turn, when a message's time has come."""
    event = load_event("test_mode")
    event["Records"][0]["body"] = body
    service.invoke("TestMode", event)


@pytest.mark.parametrize(
    ("name", "waits", "statuses"),
    [
        ("paid", [1], [Status.PAID]),
        ("paid-after-10s", [10], [Status.PAID]),
        (f"paid-after-{LATEST}s", [LATEST], [Status.PAID]),
        ("expired", [1], [Status.EXPIRED]),
        ("paid-late", [1, 10], [Status.EXPIRED, Status.PAID]),
        ("wrong-amount", [1], [Status.REVIEW]),
        ("failed", [1], [Status.FAILED]),
        ("refunded", [1, 10], [Status.PAID, Status.REFUNDED]),
        ("partly-refunded", [1, 10], [Status.PAID, Status.PARTIALLY_REFUNDED]),
        ("paid-twice", [1, 10], [Status.PAID, Status.PAID]),
        ("never", [], []),
    ],
)
def test_a_test_payment_takes_the_course_that_its_e_mail_asks_for(
    mode: Service,
    simulated_callbacks: SimulatedCallbacks,
    name: str,
    waits: list[int],
    statuses: list[Status],
) -> None:
    assert ask(mode, f"{name}@finpay.test").body["status"] == "PENDING"
    assert [seconds for seconds, _ in simulated_callbacks()] == waits
    for (_, body), status in zip(simulated_callbacks(), statuses, strict=True):
        send_simulated_callback(mode, body)
        assert mode.payment().status is status
    assert len(mode.payment().history) == 2 + len(statuses)


def test_the_e_mail_is_read_in_capitals_too(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "Expired@Finpay.TEST")
    send_simulated_callback(mode, simulated_callbacks()[0][1])
    assert mode.payment().status is Status.EXPIRED


def test_money_of_a_test_payment_that_is_late_is_marked_as_such(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "paid-late@finpay.test")
    for _, body in simulated_callbacks():
        send_simulated_callback(mode, body)
    received = mode.payment().received
    assert received
    assert (received.late, received.channel) == (True, "TEST")


def test_a_wrong_amount_is_a_thousand_rupiah_too_much(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "wrong-amount@finpay.test")
    send_simulated_callback(mode, simulated_callbacks()[0][1])
    payment = mode.payment()
    assert payment.received
    assert (payment.amount, payment.received.paid_amount) == (1000, 2000)


@pytest.mark.parametrize(
    ("name", "amounts"),
    [("paid-twice", (1000, 1000, None)), ("partly-refunded", (1000, None, 500))],
)
def test_a_storefront_sees_what_came_twice_and_what_went_back(
    mode: Service,
    simulated_callbacks: SimulatedCallbacks,
    name: str,
    amounts: tuple[int, int | None, int | None],
) -> None:
    order_id = ask(mode, f"{name}@finpay.test").body["orderId"]
    for _, body in simulated_callbacks():
        send_simulated_callback(mode, body)
    seen = mode.api(make_status_event(order_id)).body
    assert (seen["paidAmount"], seen["overpaidAmount"], seen["refundedAmount"]) == amounts


def test_a_report_that_the_queue_brings_twice_changes_nothing(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "paid@finpay.test")
    ((_, body),) = simulated_callbacks()
    send_simulated_callback(mode, body)
    before = mode.rows()
    send_simulated_callback(mode, body)
    assert mode.rows() == before


def test_the_same_request_again_asks_for_no_second_report(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    first = ask(mode, "paid@finpay.test")
    again = ask(mode, "paid@finpay.test")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.body == first.body
    assert len(simulated_callbacks()) == 1


def test_the_queue_is_told_nothing_of_the_customer_and_no_token(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "paid@finpay.test")
    ((_, body),) = simulated_callbacks()
    sent = make_request_body()["customer"]
    assert not [value for value in sent.values() if value in body]
    order = mode.finpay.simulation.order_store.get(mode.payment().order_id)
    assert "finpay.test" not in body
    assert order.new.callback_url.rpartition("/")[2] not in body


def test_a_customers_payment_queues_nothing(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    assert mode.api(make_initiate_event(make_request_body())).status == 201
    assert simulated_callbacks() == []


def test_a_payment_is_as_good_where_the_queue_does_not_answer(
    service: Service, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service.sqs.delete_queue(QueueUrl=queue)
    assert ask(service, "paid@finpay.test").status == 201
    assert service.payment().status is Status.PENDING
    assert '"test_payment":"not-scheduled"' in capsys.readouterr().out


def test_a_misspelt_outcome_is_told_which_there_are(mode: Service) -> None:
    answer = ask(mode, "payed@finpay.test")
    assert (answer.status, answer.problem) == (422, "invalid-request")
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/customer/email"
    assert error["detail"].endswith(", ".join(NAMES))
    assert mode.rows() == []


@pytest.mark.parametrize("name", ["paid-after-0s", f"paid-after-{LATEST + 1}s", "paid-after-s", ""])
def test_what_is_no_outcome_has_no_reports(name: str) -> None:
    assert reports_of(name) is None


@pytest.mark.parametrize(
    "money",
    [
        {"STAGE": "prod"},
        {"FINPAY_BASE_URL": LIVE},
        {"FINPAY_BASE_URL": "https://LIVE.finnet.co.id.:443"},
        {"FINPAY_BASE_URL": "https://another-name-of-the-live-host.example"},
    ],
)
@pytest.mark.parametrize("name", ["paid", "never", "payed"])
def test_where_money_is_taken_no_payment_is_a_test_whatever_else_is_set(
    mode: Service, simulated_callbacks: SimulatedCallbacks, money: dict[str, str], name: str
) -> None:
    mode.settings |= money
    answer = ask(mode, f"{name}@finpay.test")
    assert (answer.status, answer.problem) == (422, "invalid-request")
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/customer/email"
    assert "takes money" in error["detail"]
    assert (mode.rows(), mode.orders(), simulated_callbacks()) == ([], {}, [])


@pytest.mark.parametrize("money", [{"STAGE": "prod"}, {"FINPAY_BASE_URL": LIVE}])
def test_where_money_is_taken_nothing_is_reported_even_if_the_function_were_there(
    mode: Service, simulated_callbacks: SimulatedCallbacks, money: dict[str, str]
) -> None:
    ask(mode, "paid@finpay.test")
    ((_, body),) = simulated_callbacks()
    before = mode.rows()
    mode.settings |= money
    with pytest.raises(SettingsError):
        send_simulated_callback(mode, body)
    assert mode.rows() == before


def test_a_deployment_without_the_queue_makes_no_test_payments(mode: Service) -> None:
    mode.settings["SIMULATED_CALLBACKS_QUEUE"] = ""
    assert ask(mode, "paid@finpay.test").status == 422


@pytest.mark.parametrize("email", ["paid@shop.finpay.test", "paid@finpay.test.example"])
def test_another_domain_is_a_customers(
    mode: Service, simulated_callbacks: SimulatedCallbacks, email: str
) -> None:
    assert ask(mode, email).status == 201
    assert simulated_callbacks() == []


@pytest.mark.parametrize(
    "reply", [EndpointResponse(404), EndpointResponse(503), EndpointResponse(why="timeout")]
)
def test_a_report_that_is_not_taken_is_brought_again(
    mode: Service,
    simulated_callbacks: SimulatedCallbacks,
    monkeypatch: pytest.MonkeyPatch,
    reply: EndpointResponse,
) -> None:
    ask(mode, "paid@finpay.test")
    ((_, body),) = simulated_callbacks()

    def refuse(*_: Any) -> EndpointResponse:
        return reply

    monkeypatch.setattr("payments.webhooks.http_sender.HttpSender.__call__", refuse)
    with pytest.raises(JobFailed, match="Unavailable"):
        send_simulated_callback(mode, body)
    assert mode.payment().status is Status.PENDING


def test_a_report_leaves_for_public_addresses_only_unless_the_stack_is_local(
    mode: Service,
    simulated_callbacks: SimulatedCallbacks,
) -> None:
    ask(mode, "paid@finpay.test")
    mode.settings["WEBHOOK_TARGETS"] = "public"
    with pytest.raises(JobFailed):
        send_simulated_callback(mode, simulated_callbacks()[0][1])
    assert mode.payment().status is Status.PENDING


def test_the_merchants_present_key_signs(
    mode: Service, simulated_callbacks: SimulatedCallbacks
) -> None:
    ask(mode, "paid@finpay.test")
    boto3.client("secretsmanager").put_secret_value(
        SecretId=mode.secret,
        SecretString='{"merchantId": "FINPAY770", "merchantKey": "another"}',
    )
    send_simulated_callback(mode, simulated_callbacks()[0][1])
    assert mode.payment().status is Status.PAID
