import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import server
from tests.functional.simulator.shop import SAMPLE, Fate, Shop, make_body


def is_uuid(text: str) -> bool:
    return str(uuid.UUID(text)) == text


def test_finpays_sample_request_gets_the_members_of_finpays_sample_answer(shop: Shop) -> None:
    answer = shop.post(json=SAMPLE)
    body = answer.json()
    assert (answer.status_code, body["responseCode"]) == (200, "2000000")
    assert answer.headers["Content-Type"] == "application/json"
    assert list(body) == [
        "responseCode",
        "responseMessage",
        "redirecturl",
        "expiryLink",
        "paymentCode",
        "processingTime",
        "traceId",
    ]
    assert re.fullmatch(r"88027\d{11}", body["paymentCode"])
    assert re.fullmatch(r"https://devo\.finpay\.id/widgetpg/pending/\d+", body["redirecturl"])
    assert isinstance(body["processingTime"], float)
    assert is_uuid(body["traceId"])


def test_the_answer_is_written_as_php_writes_it(shop: Shop) -> None:
    assert '"https:\\/\\/devo.finpay.id\\/widgetpg' in shop.initiate().text


def test_codes_and_links_are_unique(shop: Shop) -> None:
    answers = [shop.initiate(order={"id": f"order-{n}"}).json() for n in range(5)]
    assert len({answer["paymentCode"] for answer in answers}) == 5
    assert len({answer["redirecturl"] for answer in answers}) == 5


def expiry_of(shop: Shop, order: dict[str, Any]) -> timedelta:
    """How far the expiry is from now when it is read as WIB, seven hours ahead of UTC."""
    link = shop.initiate(order=order).json()["expiryLink"]
    naive = datetime.strptime(link + "+0700", "%Y-%m-%d %H:%M:%S%z")
    return naive - datetime.now(UTC)


def test_the_expiry_is_1440_minutes_from_now_in_wib(shop: Shop) -> None:
    assert abs(expiry_of(shop, {}) - timedelta(minutes=1440)) < timedelta(seconds=5)


@pytest.mark.parametrize("timeout", [90, "90"])
def test_the_expiry_follows_the_timeout_in_minutes(shop: Shop, timeout: int | str) -> None:
    found = expiry_of(shop, {"timeout": timeout})
    assert abs(found - timedelta(minutes=90)) < timedelta(seconds=5)


def test_without_a_source_of_funds_the_payment_is_hosted(shop: Shop) -> None:
    answer = shop.initiate(sourceOfFunds=None).json()
    assert answer["responseCode"] == "2000000"
    assert "paymentCode" not in answer
    assert answer["redirecturl"].startswith("https://devo.finpay.id/pg/payment/card/")


@pytest.mark.parametrize(
    "auth", [None, ("FINPAY770", "wrong"), ("someone", "SoSecret123"), ("", "")]
)
def test_wrong_credentials_are_refused_everywhere(shop: Shop, auth: tuple[str, str] | None) -> None:
    shop.auth = auth
    for answer in (shop.initiate(), shop.check(), shop.cancel(), shop.void()):
        assert (answer.status_code, answer.json()["responseCode"]) == (401, "4010000")
        assert is_uuid(answer.json()["traceId"])
        assert "processingTime" in answer.json()


def test_a_malformed_authorization_header_is_refused(shop: Shop) -> None:
    shop.auth = None
    for header in ("Basic", "Basic %%%", "Bearer RklOUEFZNzcwOlNvU2VjcmV0MTIz", "Basic bm9wZQ=="):
        answer = shop.post(json=SAMPLE, headers={"Authorization": header})
        assert answer.status_code == 401


def test_the_documented_authorization_header_is_accepted(shop: Shop) -> None:
    shop.auth = None
    header = {"Authorization": "Basic RklOUEFZNzcwOlNvU2VjcmV0MTIz"}
    assert shop.post(json=SAMPLE, headers=header).status_code == 200


def test_another_merchant_has_its_own_credentials() -> None:
    with server.start(merchant_id="SHOP1", merchant_key="k") as finpay:
        shop = Shop(finpay, "http://127.0.0.1:9/")
        assert shop.initiate().status_code == 401
        shop.auth = ("SHOP1", "k")
        assert shop.initiate().status_code == 200


@pytest.mark.parametrize(
    "raw", [b"", b"order=1", b'{"order":', b'{"a":NaN}', b'"\xff"', b'"\\ud800"', b"[" * 9000]
)
def test_a_body_that_is_not_json_is_a_bad_request(shop: Shop, raw: bytes) -> None:
    answer = shop.post(data=raw)
    assert (answer.status_code, answer.json()["responseCode"]) == (400, "4000000")


@pytest.mark.parametrize("name", ["order", "customer", "url"])
@pytest.mark.parametrize("value", [None, {}, [], "text"])
def test_a_missing_mandatory_object_is_refused(shop: Shop, name: str, value: Any) -> None:
    body = SAMPLE | {name: value}
    answer = shop.post(json=body)
    assert (answer.status_code, answer.json()["responseCode"]) == (400, "4000001")
    assert f" {name} " in answer.json()["responseMessage"]


WRONG = [
    ("order", {"id": None}),
    ("order", {"id": ""}),
    ("order", {"id": "a b"}),
    ("order", {"id": "a/b"}),
    ("order", {"id": "x" * 37}),
    ("order", {"amount": None}),
    ("order", {"amount": "ten"}),
    ("order", {"amount": 10.5}),
    ("order", {"amount": True}),
    ("order", {"amount": -1}),
    ("order", {"amount": 0}),
    ("order", {"amount": "1" * 15}),
    ("order", {"currency": "RUPIAH"}),
    ("order", {"description": ""}),
    ("order", {"description": "x" * 128}),
    ("order", {"timeout": "soon"}),
    ("order", {"timeout": 0}),
    ("order", {"itemAmount": "x"}),
    ("order", {"item": "bread"}),
    ("customer", {"lastName": ""}),
    ("customer", {"firstName": "x" * 51}),
    ("customer", {"email": "nobody"}),
    ("customer", {"mobilePhone": "081286288844"}),
    ("customer", {"mobilePhone": "6281286288844"}),
    ("customer", {"phone": "08128628884"}),
    ("url", {"callbackUrl": None, "backUrl": "https://shop.example/"}),
    ("url", {"callbackUrl": "shop.example/callback"}),
    ("url", {"callbackUrl": "https://shop.example/" + "x" * 320}),
    ("url", {"callbackUrl": "http://[::1"}),
    ("url", {"successUrl": "javascript:alert(1)"}),
    ("sourceOfFunds", {"type": None, "accountId": "1"}),
]


@pytest.mark.parametrize(("name", "members"), WRONG)
def test_a_wrong_field_is_refused_and_named_without_its_value(
    shop: Shop, name: str, members: dict[str, Any]
) -> None:
    answer = shop.post(json=make_body(**{name: members}))
    body = answer.json()
    field = f"{name}.type" if name == "sourceOfFunds" else f"{name}.{next(iter(members))}"
    assert (answer.status_code, body["responseCode"]) == (400, "4000001")
    assert body["responseMessage"].startswith(f"Invalid Field Format. The {field} field ")
    assert "processingTime" in body
    assert is_uuid(body["traceId"])


def test_a_wrong_field_of_an_item_is_named_with_its_place(shop: Shop) -> None:
    items = [{"name": "Bread", "quantity": 1}, {"name": "Tea", "quantity": "many"}]
    answer = shop.initiate(order={"item": items})
    assert "order.item.1.quantity" in answer.json()["responseMessage"]


@pytest.mark.parametrize("name", ["billing", "meta", "device", "sourceOfFunds"])
def test_an_optional_object_must_be_one(shop: Shop, name: str) -> None:
    assert shop.initiate(**{name: "text"}).json()["responseCode"] == "4000001"


LENIENT = [
    {"order": {"id": "3f0e8d0c-5e58-4b0a-9b1c-0d8c7f6f2a11"}},
    {"order": {"amount": 1000}},
    {"order": {"id": 1680576995412}},
    {"order": {"unheardOf": {"a": 1}}, "another": [1]},
    {"customer": {"lastName": "-"}},
    {"meta": [], "billing": [], "sourceOfFunds": []},
    {"order": {"item": [{"name": "Roti", "quantity": "2", "unitPrice": 500, "x": 1}]}},
    {"customer": {"lastName": "Nuraini 🌸"}},
]


@pytest.mark.parametrize("overrides", LENIENT)
def test_what_the_sandbox_accepts_is_accepted(shop: Shop, overrides: dict[str, Any]) -> None:
    answer = shop.initiate(**overrides)
    assert (answer.status_code, answer.json()["responseCode"]) == (200, "2000000")


def test_a_second_initiate_with_the_same_order_id_is_a_duplicate(shop: Shop) -> None:
    shop.initiate()
    answer = shop.initiate(order={"amount": "2000"})
    assert answer.status_code == 409
    assert re.fullmatch(r"409\d{4}", answer.json()["responseCode"])
    assert shop.check().json()["data"]["order"]["amount"] == 1000


def test_a_refused_initiate_leaves_no_order_behind(shop: Shop) -> None:
    shop.initiate(customer={"lastName": ""})
    assert shop.check().status_code == 404


def test_a_channel_that_is_not_enabled_is_not_allowed(shop: Shop, fate: Fate) -> None:
    fate.post("/settings", enabledSources=["vamandiri"])
    answer = shop.initiate()
    assert answer.status_code == 403
    assert re.fullmatch(r"403\d{4}", answer.json()["responseCode"])
    assert answer.json()["responseMessage"] == "Feature Not Allowed"
    fate.post("/settings", enabledSources=None)
    assert shop.initiate().status_code == 200


def test_the_enabled_channels_can_be_set_at_the_start() -> None:
    with server.start(enabled_sources=frozenset({"finpaycode"})) as finpay:
        shop = Shop(finpay, "http://127.0.0.1:9/")
        assert shop.initiate(sourceOfFunds={"type": "qris"}).status_code == 403
        assert shop.initiate().status_code == 200


def test_a_body_beyond_all_reason_is_refused(shop: Shop) -> None:
    assert shop.post(data=b"x" * (1024 * 1024 + 1)).status_code == 413
