"""Which answers of Finpay's mean what."""

import json
from typing import Any

import pytest

from payments.domain.errors import (
    GatewayError,
    GatewayRefused,
    GatewayRejected,
    KeyRefused,
    OutcomeUnknown,
)
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import IssuedCode, Source
from payments.finpay.parse_responses import (
    read_cancel_response,
    read_check_response,
    read_initiate_response,
)
from testing.builders import NOW, make_request_body

# The sample response of Finpay's page.
SAMPLE = {
    "responseCode": "2000000",
    "responseMessage": "Success",
    "redirecturl": "https://devo.finpay.id/widgetpg/pending/5613",
    "expiryLink": "2023-04-05 09:56:35",
    "paymentCode": "8802700000076850",
    "processingTime": 0.9721949100494385,
}
DAY = 86_400_000


def read(status: int = 200, body: Any = None, request: Any = None, **changes: Any) -> IssuedCode:
    content = body if isinstance(body, bytes) else json.dumps(SAMPLE | changes).encode()
    return read_initiate_response(status, content, request or make_request_body(), NOW)


def test_finpays_sample_answer_is_a_code() -> None:
    assert read() == IssuedCode(
        redirect_url="https://devo.finpay.id/widgetpg/pending/5613",
        expires_at=1_680_663_395_000,
        payment_code="8802700000076850",
    )


def test_everything_that_finpay_may_add_is_taken_along() -> None:
    accounts = [{"bank": "x", "number": 1.5}]
    code = read(201, appurl="app://pay", imageurl="https://i.example/1.png", accountList=accounts)
    assert (code.app_url, code.image_url) == ("app://pay", "https://i.example/1.png")
    assert code.account_list == '[{"bank":"x","number":1.5}]'


@pytest.mark.parametrize(
    "accounts", [None, [], "x", [{"a": "b" * 2_000}], [float("inf")], [float("nan")]]
)
def test_an_account_list_that_is_none_is_left_out(accounts: Any) -> None:
    assert read(accountList=accounts).account_list is None


@pytest.mark.parametrize("expiry", [None, "", "tomorrow"])
def test_an_unreadable_expiry_falls_back_to_the_timeout_asked_for(expiry: Any) -> None:
    assert read(expiryLink=expiry).expires_at == NOW + DAY
    request = make_request_body(timeout=60)
    assert read(expiryLink=expiry, request=request).expires_at == NOW + 3_600_000


def test_a_hosted_payment_needs_no_code() -> None:
    request = make_request_body() | {"sourceOfFunds": {"type": "hosted"}}
    assert read(paymentCode=None, request=request).payment_code is None


@pytest.mark.parametrize(
    "changes",
    [
        {"paymentCode": None},
        {"paymentCode": ""},
        {"paymentCode": "8" * 31},
        {"paymentCode": "88\n02"},
        {"redirecturl": None},
        {"responseCode": "2000001"},
        {"responseCode": 2000000},
        {"responseCode": None},
        {"responseCode": "5000000"},
    ],
)
def test_a_success_without_a_readable_code_is_unknown(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        read(**changes)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"[" * 100_000, b"\xff", b"1" * 9999]
)
def test_an_unreadable_answer_is_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        read(body=body)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "4000001", GatewayRejected),
        (400, "4000002", GatewayRejected),
        (422, "4220000", GatewayRejected),
        (401, "4010000", KeyRefused),
        (403, "4030001", GatewayRefused),
        (404, "4040000", GatewayRefused),
        (409, "4090001", OutcomeUnknown),
        (429, "4290000", OutcomeUnknown),
        (500, "5000000", OutcomeUnknown),
        (504, "5040000", OutcomeUnknown),
        (302, "2000000", OutcomeUnknown),
        (400, "2000000", OutcomeUnknown),
        (200, "4000001", OutcomeUnknown),
        (400, "4010000", OutcomeUnknown),
        (502, "4000001", OutcomeUnknown),
    ],
)
def test_a_refusal_counts_only_where_status_and_code_agree(
    status: int, code: str, error: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as raised:
        read(status, responseCode=code, responseMessage="why")
    assert type(raised.value) is error
    if error is not OutcomeUnknown:
        assert (raised.value.code, raised.value.message) == (code, "why")


@pytest.mark.parametrize("message", [None, 7, "a\nb", "x" * 501])
def test_a_message_that_is_none_is_left_out(message: Any) -> None:
    with pytest.raises(GatewayRejected) as raised:
        read(400, responseCode="4000001", responseMessage=message)
    assert raised.value.message == ""


def check(status: int = 200, code: Any = "2000000", **data: Any) -> GatewayStatus | None:
    """What a status check says of order A-1."""
    payment = {"order": {"id": "A-1", "amount": 1000}, "result": {"payment": {"status": "PAID"}}}
    body = {"responseCode": code, "data": payment | data}
    return read_check_response(status, json.dumps(body).encode(), "A-1")


def test_a_status_check_tells_what_became_of_the_order() -> None:
    reported = check()
    assert reported
    assert (reported.gateway_order_id, reported.status, reported.amount) == (
        "A-1",
        "PAID",
        1000,
    )
    assert reported.source is Source.STATUS_CHECK


def test_an_order_that_finpay_does_not_know_is_none() -> None:
    assert check(404, "4040001") is None
    assert check(404, "4040000") is None


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "4010000", KeyRefused),
        (403, "4030001", GatewayRefused),
        (400, "4000000", OutcomeUnknown),
        (404, "2000000", OutcomeUnknown),
        (200, "4040001", OutcomeUnknown),
        (429, "4290000", OutcomeUnknown),
        (500, "5000000", OutcomeUnknown),
        (502, None, OutcomeUnknown),
    ],
)
def test_any_other_answer_to_a_check_says_nothing_of_the_order(
    status: int, code: Any, error: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as raised:
        check(status, code)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    "data",
    [
        {"order": {"id": "B-1", "amount": 1000}},
        {"order": None},
        {"result": None},
        {"result": {"payment": {"status": None}}},
    ],
)
def test_an_answer_about_another_order_or_none_says_nothing(data: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        check(**data)


def test_the_payload_digest_of_a_check_is_the_same_while_the_order_is() -> None:
    claims = [check(), check(), check(sourceOfFunds={"type": "finpaycode"})]
    first, again, other = [reported.payload_digest for reported in claims if reported]
    assert first == again != other


def cancel(status: int, code: Any) -> bool:
    return read_cancel_response(status, json.dumps({"responseCode": code}).encode())


def test_finpay_agrees_to_cancel_or_refuses_for_certain() -> None:
    assert cancel(200, "2000000") is True
    for status, code in [
        (404, "4040100"),
        (404, "4040001"),
        (403, "4030015"),
        (400, "4000000"),
        (422, "4220000"),
    ]:
        assert cancel(status, code) is False


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "4010000", KeyRefused),
        (200, "4040100", OutcomeUnknown),
        (404, "2000000", OutcomeUnknown),
        (200, "2000001", OutcomeUnknown),
        (409, "4090001", OutcomeUnknown),
        (504, "5040000", OutcomeUnknown),
        (200, None, OutcomeUnknown),
    ],
)
def test_any_other_answer_to_a_cancel_leaves_open_what_it_did(
    status: int, code: Any, error: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as raised:
        cancel(status, code)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    "code", ["4000\n\x1b[31m", '400"}', "400é000", "400\ud800000", "400 001", "", 4_000_001]
)
def test_a_response_code_that_is_none_is_kept_by_nobody(code: Any) -> None:
    for ask in (lambda: read(400, responseCode=code), lambda: check(400, code)):
        with pytest.raises(OutcomeUnknown) as raised:
            ask()
        assert raised.value.code == ""
    with pytest.raises(OutcomeUnknown):
        cancel(400, code)
