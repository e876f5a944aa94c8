"""POST /payments through the real handler, towards a simulated Finpay."""

import base64
import json
from dataclasses import replace
from typing import Any

import boto3
import flask
import pytest
import requests

from payments.aws.payments_table import DynamoPayments
from payments.domain.errors import Unavailable
from payments.domain.payment import LEASE_MS, derived_id
from payments.domain.transition_table import Status
from payments.finpay.merchant_credentials import REFRESH_MS
from simulator import answers
from testing.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    NOW,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_event,
    make_http_event,
    make_initiate_event,
    make_request_body,
)
from testing.scripted.finpay import scripted_finpay
from testing.service import NOBODY, Answer, Service


def test_finpays_sample_request_gets_a_payment_code(service: Service) -> None:
    answer = service.api(load_event("initiate"))
    assert answer.status == 201
    payment = answer.body
    at_finpay = service.orders()[SAMPLE_ORDER_ID]
    assert payment["paymentCode"] == at_finpay.payment_code
    assert payment["expiresAt"].endswith("+07:00")
    assert payment["redirectUrl"].startswith("https://devo.finpay.id/")
    assert payment["createdAt"] <= payment["updatedAt"]
    unset = ("appUrl", "imageUrl", "accountList", "paidAmount", "paidAt", "channel")
    assert {name: payment[name] for name in unset} == dict.fromkeys(unset)
    assert {name: payment[name] for name in ("orderId", "status", "version", "amount")} == {
        "orderId": SAMPLE_ORDER_ID,
        "status": "PENDING",
        "version": 2,
        "amount": 1000,
    }
    assert (payment["currency"], payment["sourceOfFunds"]) == ("IDR", "finpaycode")
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["location"] == f"/payments/{SAMPLE_ORDER_ID}"
    assert answer.headers["cache-control"] == "no-store"
    assert "idempotent-replayed" not in answer.headers


def test_the_row_is_written_before_finpay_is_asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = []

    def look(*_: object, **__: object) -> requests.Response:
        statuses.append(service.payment().status)
        raise requests.ReadTimeout

    monkeypatch.setattr(requests.Session, "send", look)
    assert service.api(load_event("initiate")).status == 504
    assert statuses == [Status.INITIATING]


def test_finpay_is_given_our_callback_url_and_never_the_shops(service: Service) -> None:
    service.api(load_event("initiate"))
    order = service.finpay.simulation.order_store.get(SAMPLE_ORDER_ID)
    event = make_callback_event()
    path = f"/callbacks/finpay/{SAMPLE_ORDER_ID}/{event['pathParameters']['token']}"
    host = load_event("initiate")["requestContext"]["domainName"]
    assert order.new.callback_url == f"https://{host}{path}"


def test_the_same_request_again_gets_the_stored_answer(service: Service) -> None:
    first = service.api(load_event("initiate"))
    again = service.api(load_event("initiate"))
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(service.orders()) == 1


def test_the_same_request_in_other_white_space_and_order_is_the_same(service: Service) -> None:
    body = make_request_body()
    first = service.api(make_initiate_event(json.dumps(body, indent=4)))
    again = service.api(make_initiate_event(dict(reversed(body.items()))))
    assert again.body == first.body


def test_the_stored_answer_shows_what_became_of_the_payment(service: Service) -> None:
    service.api(load_event("initiate"))
    service.callback(load_event("callback_paid"))
    again = service.api(load_event("initiate"))
    assert (again.status, again.body["status"]) == (201, "PAID")


def test_another_body_for_the_same_order_is_refused(service: Service) -> None:
    service.api(load_event("initiate"))
    other = service.api(make_initiate_event(make_request_body(amount="2000")))
    assert (other.status, other.problem) == (409, "order-exists")
    assert service.payment().amount == 1000


@pytest.mark.parametrize("kind", ["drop", "drop-before", "error-500", "error-504", "garbage"])
def test_an_answer_that_leaves_room_for_doubt_is_an_unknown_outcome(
    service: Service, kind: str
) -> None:
    service.fault("initiate", kind)
    answer = service.api(load_event("initiate"))
    assert (answer.status, answer.problem) == (504, "outcome-unknown")
    assert int(answer.headers["retry-after"]) > 0
    payment = service.payment()
    assert (payment.status, payment.version) == (Status.INITIATING, 1)
    assert payment.lease


def test_a_code_may_live_for_a_year_and_not_for_longer(service: Service) -> None:
    longer = service.api(make_initiate_event(make_request_body(timeout="525601")))
    assert (longer.status, longer.problem) == (422, "invalid-request")
    assert [error["pointer"] for error in longer.body["errors"]] == ["/order/timeout"]
    assert service.rows() == []
    assert service.api(make_initiate_event(make_request_body(timeout="525600"))).status == 201


def test_a_redirect_is_not_followed_and_an_unknown_outcome(service: Service) -> None:
    paths: list[str] = []
    service.witness.instead = lambda: paths.append(flask.request.path)
    service.fault("initiate", "redirect")
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    assert [path for path in paths if "_simulator" not in path] == ["/pg/payment/card/initiate"]


def test_the_same_request_meanwhile_is_told_to_wait(service: Service) -> None:
    service.fault("initiate", "drop")
    service.api(load_event("initiate"))
    again = service.api(load_event("initiate"))
    assert (again.status, again.problem) == (409, "payment-in-progress")
    assert int(again.headers["retry-after"]) > 0
    assert len(service.orders()) == 1


def test_a_finpay_that_cannot_be_reached_leaves_no_trace_and_the_order_id_free(
    service: Service,
) -> None:
    service.finpay_url = NOBODY
    answer = service.api(load_event("initiate"))
    assert (answer.status, answer.problem) == (503, "gateway-unreachable")
    assert int(answer.headers["retry-after"]) > 0
    assert service.rows() == []
    service.finpay_url = service.finpay.url
    service.restart()
    assert service.api(load_event("initiate")).status == 201


def refuse(service: Service, status: int, code: str, message: str = "no") -> Answer:
    """What the storefront is told when Finpay answers this; the same again for the same request."""
    refusal = {"responseCode": code, "responseMessage": message}
    with scripted_finpay(status, refusal, knows_orders=False) as service.finpay_url:
        answer = service.api(load_event("initiate"))
    again = service.api(load_event("initiate"))
    assert (again.status, again.body) == (answer.status, answer.body)
    assert service.payment().next_sync_at is None, "there is nothing to ask Finpay about"
    return answer


def test_a_refused_field_is_told_in_finpays_words_without_personal_data(service: Service) -> None:
    message = "Invalid Field Format. hajar.finnet@gmail.com 6281286288844 Ismail"
    answer = refuse(service, 400, "4000001", message)
    assert (answer.status, answer.problem) == (422, "gateway-rejected")
    assert answer.body["gateway"] == {
        "responseCode": "4000001",
        "responseMessage": "Invalid Field Format. … … …",
    }
    assert service.payment().status is Status.FAILED


@pytest.mark.parametrize(("http_status", "code"), [(403, "4030001"), (404, "4040001")])
def test_a_refused_merchant_or_channel_is_the_merchants_to_mend(
    service: Service, http_status: int, code: str
) -> None:
    answer = refuse(service, http_status, code)
    assert (answer.status, answer.problem) == (502, "gateway-refused")
    assert service.payment().status is Status.FAILED


def test_a_refused_key_leaves_no_trace_and_the_order_id_free(service: Service) -> None:
    refusal = {"responseCode": "4010000", "responseMessage": "Unauthorized"}
    with scripted_finpay(401, refusal) as service.finpay_url:
        answer = service.api(load_event("initiate"))
    assert (answer.status, answer.problem) == (502, "gateway-refused")
    assert service.rows() == []
    service.finpay_url = service.finpay.url
    service.restart()
    assert service.api(load_event("initiate")).status == 201


def test_a_refused_key_that_did_not_change_is_not_tried_again(service: Service) -> None:
    simulation = service.finpay.simulation
    simulation.settings = replace(simulation.settings, merchant_key="another key")
    assert service.api(load_event("initiate")).problem == "gateway-refused"
    service.pass_time(REFRESH_MS)  # The secret is read again, and is the same.
    assert service.api(load_event("initiate")).problem == "gateway-refused"
    assert service.witness.calls == ["initiate", "initiate"], "one for each request"
    assert service.rows() == []


@pytest.mark.parametrize("found", [{}, {"data": {"order": {"id": SAMPLE_ORDER_ID}}}])
def test_a_refusal_of_an_order_that_finpay_has_is_an_unknown_outcome(
    service: Service, found: dict[str, Any]
) -> None:
    refusal = {"responseCode": "4000001", "responseMessage": "The order.id is taken."} | found
    with scripted_finpay(400, refusal) as service.finpay_url:
        assert service.api(load_event("initiate")).problem == "outcome-unknown"
    assert service.payment().status is Status.INITIATING


def test_a_second_order_refused_as_a_wrong_field_is_not_taken_as_a_failure(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.answers.DUPLICATE", answers.invalid_field("order.id"))
    service.api(load_event("initiate"))
    service.dynamodb.delete_item(TableName="PaymentsTable", Key={"orderId": {"S": SAMPLE_ORDER_ID}})
    assert service.api(load_event("initiate")).problem == "outcome-unknown"
    service.pass_time(LEASE_MS + 1)
    assert service.api(load_event("initiate")).body["status"] == "PENDING"


def test_a_merchant_key_that_was_replaced_is_read_again(service: Service) -> None:
    put_secret(service, "an old key")
    service.clock.at = NOW
    assert (
        service.api(make_initiate_event(make_request_body(id="A-1"))).problem == "gateway-refused"
    )
    put_secret(service, MERCHANT_KEY)
    service.clock.at = NOW + 60_000
    assert service.api(make_initiate_event(make_request_body(id="A-2"))).status == 201


def put_secret(service: Service, key: str) -> None:
    """Give the deployment another merchant key."""
    secret = json.dumps({"merchantId": MERCHANT_ID, "merchantKey": key})
    boto3.client("secretsmanager").put_secret_value(SecretId=service.secret, SecretString=secret)


def test_a_payment_that_was_refused_and_paid_after_all_is_shown_as_paid(service: Service) -> None:
    refuse(service, 400, "4000001")
    service.callback(load_event("callback_paid"))
    again = service.api(load_event("initiate"))
    assert (again.status, again.body["status"], again.body["paidLate"]) == (201, "PAID", True)


def test_finpay_knowing_the_order_already_is_an_unknown_outcome(service: Service) -> None:
    service.api(load_event("initiate"))
    service.dynamodb.delete_item(TableName="PaymentsTable", Key={"orderId": {"S": SAMPLE_ORDER_ID}})
    assert service.api(load_event("initiate")).problem == "outcome-unknown"


def test_a_callback_that_overtakes_the_answer_is_not_undone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = requests.Session.send

    def pay_first(*args: Any, **options: Any) -> requests.Response:
        answer = send(*args, **options)
        assert service.callback(load_event("callback_paid")).status == 200
        return answer

    monkeypatch.setattr(requests.Session, "send", pay_first)
    answer = service.api(load_event("initiate"))
    assert (answer.status, answer.body["status"]) == (201, "PAID")
    assert answer.body["paymentCode"]
    assert service.payment().status is Status.PAID
    assert service.api(load_event("initiate")).body == answer.body


def test_a_store_that_fails_before_anything_was_done_is_503(service: Service) -> None:
    service.drop_table("PaymentsTable")
    answer = service.api(load_event("initiate"))
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert service.orders() == {}


@pytest.mark.parametrize("method", ["apply", "withdraw"])
def test_a_store_that_fails_after_finpay_was_asked_guesses_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("down")

    monkeypatch.setattr(DynamoPayments, method, fail)
    if method == "withdraw":
        service.finpay_url = NOBODY
    answer = service.api(load_event("initiate"))
    expected = {"apply": "outcome-unknown", "withdraw": "gateway-unreachable"}
    assert answer.problem == expected[method]
    assert service.payment().status is Status.INITIATING


@pytest.mark.parametrize("secret", ["{}", "[]", "not JSON", '{"merchantId":"a","merchantKey":""}'])
def test_a_secret_that_is_not_as_it_should_be_is_503_and_read_again(
    service: Service, secret: str
) -> None:
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId=service.secret, SecretString=secret)
    assert service.api(load_event("initiate")).problem == "unavailable"
    good = json.dumps({"merchantId": "FINPAY770", "merchantKey": MERCHANT_KEY})
    client.put_secret_value(SecretId=service.secret, SecretString=good)
    assert service.api(load_event("initiate")).status == 201


def test_a_missing_secret_is_503(service: Service) -> None:
    service.secret = "missing"
    assert service.api(load_event("initiate")).problem == "unavailable"


def rejected(service: Service, body: Any = None, **changes: Any) -> Answer:
    answer = service.api(make_initiate_event(body, **changes))
    assert service.rows() == []
    assert service.orders() == {}
    return answer


def test_a_body_that_is_missing_or_no_base64_is_400(service: Service) -> None:
    event = make_initiate_event()
    assert service.api(event | {"body": None}).status == 400
    encoded = base64.b64encode(event["body"].encode()).decode()
    spoilt = f"{encoded[:8]}!{encoded[8:]}"
    assert service.api(event | {"body": spoilt, "isBase64Encoded": True}).status == 400


def test_a_body_in_base64_is_read(service: Service) -> None:
    event = make_initiate_event()
    encoded = base64.b64encode(event["body"].encode()).decode()
    assert service.api(event | {"body": encoded, "isBase64Encoded": True}).status == 201


def test_each_wrong_field_is_named_with_its_reason(service: Service) -> None:
    body = make_request_body(amount="10.5")
    body["order"]["items"] = []
    del body["customer"]["email"]
    answer = rejected(service, body)
    assert (answer.status, answer.problem) == (422, "invalid-request")
    errors = {error["pointer"]: error["detail"] for error in answer.body["errors"]}
    assert set(errors) == {"/order/amount", "/order/items", "/customer/email"}
    assert "did you mean order.item?" in errors["/order/items"]


def test_an_order_id_of_the_form_that_this_service_makes_at_finpay_is_refused(
    service: Service,
) -> None:
    taken = derived_id("TOKO-1", "0123456789abcdef")
    answer = rejected(service, make_request_body(id=taken))
    assert (answer.status, answer.problem) == (422, "invalid-request")
    (error,) = answer.body["errors"]
    assert error["pointer"] == "/order/id"
    assert "such ids are this service's own" in error["detail"]


@pytest.mark.parametrize("order_id", ["A_x0123456789abcde", "A_x0123456789ABCDEF", "A_xyz"])
def test_an_order_id_that_only_looks_a_little_like_it_is_taken(
    service: Service, order_id: str
) -> None:
    assert service.api(make_initiate_event(make_request_body(id=order_id))).status == 201


@pytest.mark.parametrize(
    "declared",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_that_is_not_declared_as_plain_json_is_415(
    service: Service, declared: dict[str, str]
) -> None:
    answer = rejected(service, headers=declared)
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


def test_a_url_of_an_unregistered_origin_is_refused(service: Service) -> None:
    answer = rejected(service, origins="https://toko.example")
    assert [error["pointer"] for error in answer.body["errors"]] == ["/url/callbackUrl"]


def test_a_storefront_of_which_no_origin_is_known_has_none(service: Service) -> None:
    event = make_initiate_event()
    del event["requestContext"]["authorizer"]["lambda"]["allowedOrigins"]
    answer = service.api(event)
    assert [error["pointer"] for error in answer.body["errors"]] == ["/url/callbackUrl"]


@pytest.mark.parametrize(
    "authorizer",
    [
        {"lambda": {}},
        {"lambda": {"storefrontId": ""}},
        {"lambda": None},
        {"storefrontId": "demo"},
        {},
        None,
    ],
)
def test_a_request_that_no_storefront_stands_behind_is_401(
    service: Service, authorizer: dict[str, Any] | None
) -> None:
    event = load_event("initiate")
    event["requestContext"]["authorizer"] = authorizer
    answer = service.api(event)
    assert (answer.status, answer.problem) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert service.rows() == []


@pytest.mark.parametrize(
    ("route", "parameters"),
    [("DELETE /payments", {}), ("DELETE /payments/{orderId}", {"orderId": "A-1"})],
)
def test_a_route_that_the_api_does_not_have_is_404(
    service: Service, route: str, parameters: dict[str, str]
) -> None:
    answer = service.api(make_http_event("initiate", route, **parameters))
    assert (answer.status, answer.problem) == (404, "not-found")


def test_a_failure_that_nobody_foresaw_is_a_problem_too_and_quotes_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("hajar.finnet@gmail.com")

    monkeypatch.setattr(DynamoPayments, "reserve", fail)
    answer = service.api(load_event("initiate"))
    assert (answer.status, answer.problem) == (500, "internal")
    out = capsys.readouterr().out
    assert '"error":"KeyError"' in out
    assert "hajar" not in out + answer.text
