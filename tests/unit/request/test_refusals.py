"""What is refused, where the error points, and what it says."""

from typing import Any

import pytest

from payments.domain.errors import InvalidRequest
from payments.payment_requests.payment_request import MAX_ERRORS
from tests.unit.request.documents import FULL, errors_of, make_document, parsed

REQUIRED = [
    *["/order", "/order/id", "/order/amount", "/customer", "/customer/email"],
    *["/customer/firstName", "/customer/mobilePhone", "/url", "/url/callbackUrl"],
    *["/customer/account/id", "/shipping/origin/postcodeZip", "/meta/data", "/sourceOfFunds/type"],
]
OBJECTS = [
    *["/order", "/customer", "/customer/account", "/url", "/billing", "/billing/address"],
    *["/shipping", "/shipping/origin", "/shipping/contact", "/shipping/address", "/meta"],
    *["/sourceOfFunds", "/device", "/card", "/recurring", "/order/transactionFiltering"],
    *["/order/item/0", "/billing/billerServiceProvider"],
]
MODELLED = [
    name
    for name in OBJECTS
    if name.rpartition("/")[2]
    not in {"card", "recurring", "transactionFiltering", "billerServiceProvider"}
]
MISSPELT = {
    "/order/items": "order.item",
    "/order/Amount": "order.amount",
    "/order/item/0/nam": "order.item[].name",
    "/customer/first_name": "customer.firstName",
    "/customer/EMAIL": "customer.email",
    "/customer/account/ids": "customer.account.id",
    "/url/callback_url": "url.callbackUrl",
    "/shipping/address/postCode": "shipping.address.postcodeZip",
    "/sourceOfFunds/typ": "sourceOfFunds.type",
    "/source_of_funds": "sourceOfFunds",
    "/metadata": "meta",
    "/ordr": "order",
}


@pytest.mark.parametrize("document", [None, [], "{}", 5, 1.5, True])
def test_a_document_that_is_no_object_is_refused_as_a_whole(document: object) -> None:
    assert errors_of(document) == {"": "must be an object"}


@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_mandatory_member_that_is_missing_is_required(pointer: str) -> None:
    document = make_document(without=[pointer], base=FULL)
    assert errors_of(document) == {pointer: "is required"}


@pytest.mark.parametrize("pointer", OBJECTS)
def test_a_member_that_should_be_an_object_must_be_one(pointer: str) -> None:
    for wrong in (None, ["x"], "x", 5, True):
        assert errors_of(make_document({pointer: wrong})) == {pointer: "must be an object"}


@pytest.mark.parametrize(
    "pointer",
    [
        *["/billing", "/billing/address", "/shipping", "/shipping/contact", "/shipping/address"],
        *["/device", "/order/item/0"],
    ],
)
def test_an_object_of_optional_members_needs_one_of_them(pointer: str) -> None:
    assert errors_of(make_document({pointer: {}})) == {pointer: "must have at least one member"}


def test_billing_has_one_member() -> None:
    both: dict[str, object] = {"address": {"city": "Solo"}, "billerServiceProvider": {}}
    assert errors_of(make_document({"/billing": both})) == {
        "/billing": "must have at most 1 members"
    }


@pytest.mark.parametrize("parent", ["", *MODELLED])
def test_an_unknown_member_is_refused_by_name_in_every_object(parent: str) -> None:
    pointer = f"{parent}/qqq"
    document = make_document({pointer: "siti@toko.example"}, base=FULL)
    assert errors_of(document) == {pointer: "unknown member"}


@pytest.mark.parametrize(("pointer", "meant"), MISSPELT.items())
def test_an_unknown_member_brings_the_known_one_to_mind(pointer: str, meant: str) -> None:
    document = make_document({pointer: "x"}, base=FULL)
    assert errors_of(document) == {pointer: f"unknown member; did you mean {meant}?"}


def test_a_member_name_is_escaped_in_its_pointer() -> None:
    document = make_document()
    document["order"]["~/a~1"] = 1
    assert errors_of(document) == {"/order/~0~1a~01": "unknown member"}


def test_a_member_name_with_a_lone_surrogate_refuses_its_object() -> None:
    for pointer in ("/order/\ud800", "/card/\ud800", "/sourceOfFunds/\udfff"):
        parent = pointer.rpartition("/")[0]
        assert errors_of(make_document({pointer: 1})) == {
            parent: "must not contain lone surrogates"
        }


@pytest.mark.parametrize("pointer", ["/meta/data", "/card", "/recurring", "/sourceOfFunds/bank"])
@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (float("nan"), "must not contain NaN or Infinity"),
        (float("-inf"), "must not contain NaN or Infinity"),
        ("a\udc00", "must not contain lone surrogates"),
    ],
)
def test_what_json_cannot_carry_is_refused_in_what_passes_through(
    pointer: str, value: object, detail: str
) -> None:
    document = make_document({"/sourceOfFunds/type": "vabni", pointer: {"x": [0, 1.5, value]}})
    assert errors_of(document, sources=["vabni"]) == {pointer: detail}


@pytest.mark.parametrize("wrong", [5, None, [], {}, 0.0, "", "x" * 321])
def test_same_as_billing_is_a_flag_or_a_word(wrong: object) -> None:
    pointer = "/shipping/address/sameAsBilling"
    assert errors_of(make_document({pointer: wrong})) == {
        pointer: "must be true, false or a string of 1 to 320 characters"
    }


def test_a_source_of_funds_that_is_not_allowed_is_told_which_are() -> None:
    document = make_document({"/sourceOfFunds/type": "vabni"})
    assert errors_of(document, sources=["vabca", "finpaycode"]) == {
        "/sourceOfFunds/type": "must be one of the allowed types: finpaycode, vabca"
    }


def test_the_default_source_of_funds_must_be_allowed_too() -> None:
    document = make_document(without=["/sourceOfFunds"])
    assert errors_of(document, sources=["vabca"]) == {
        "/sourceOfFunds/type": "must be one of the allowed types: vabca"
    }


def test_another_channel_may_have_members_of_its_own_up_to_11_in_all() -> None:
    own: dict[str, object] = {f"/sourceOfFunds/m{n}": n for n in range(10)}
    document = make_document({"/sourceOfFunds/type": "vabni"} | own)
    assert not errors_of(document, sources=["vabni"])
    document["sourceOfFunds"]["m10"] = 10
    assert errors_of(document, sources=["vabni"]) == {
        "/sourceOfFunds": "must have at most 11 members"
    }


NOT_URLS = [
    *["", "x", "/path", "//shop.example", "https:", "https://", "https:///path", "https:shop"],
    *["ftp://shop.example", "javascript:alert(1)", "https://u@shop.example"],
    *[
        "https://u:p@shop.example/",
        "https://good.example\\@shop.example",
        "https://a\\b/",
        "https://shop.example/a\\b",
    ],
    *["https://shop.example/a b", " https://shop.example", "https://shop.example\t/"],
    *["https://shop.example/é", "https://shöp.example", "https://shop.example:/"],
    *["https://shop.example:0/", "https://shop.example:65536/", "https://shop.example:x/"],
    *["https://.example", "https://shop..example", "https://shop.example./", "https://[::1"],
    *[f"https://{'x' * 64}.example", f"https://shop.{'x' * 64}/"],
    *["https://shop.example%2f@x/", "HTTP\u017f://shop.example", "https://shop.example:443:443/"],
]


@pytest.mark.parametrize("url", NOT_URLS)
def test_what_is_no_absolute_url_is_refused_whatever_origin_is_allowed(url: str) -> None:
    errors = errors_of(make_document({"/url/callbackUrl": url}), origins=["*", ""])
    assert list(errors) == ["/url/callbackUrl"]


@pytest.mark.parametrize(
    "url",
    [
        *["https://shop.example", "https://shop.example/", "HTTPS://Shop.EXAMPLE:443/a?b=c#d"],
        *["https://shop.example?x", "https://shop.example#y", "https://shop.example/%20~"],
        *["https://shop.example:8443/x", "http://localhost:8000/x", "http://localhost:8000"],
        *["https://[2001:DB8::1]:65535/", f"https://{'x' * 63}.example"],
    ],
)
def test_a_url_of_a_registered_origin_is_accepted_as_it_is(url: str) -> None:
    registered = [
        *["https://shop.example", "https://shop.example:8443", "http://localhost:8000"],
        *["https://[2001:db8::1]:65535", f"https://{'x' * 63}.example"],
    ]
    document = make_document({"/url/callbackUrl": url, "/url/backUrl": url})
    body: Any = parsed(document, origins=registered).to_finpay("g", "https://us.example")
    assert body["url"]["backUrl"] == url


@pytest.mark.parametrize(
    "url",
    [
        *["https://evil.example/", "https://shop.example.evil.example/", "https://xshop.example"],
        *["https://shop.example:444/", "https://sub.shop.example/", "https://shop.exampl/"],
        "https://evil.example/https://shop.example",
    ],
)
@pytest.mark.parametrize("name", ["callbackUrl", "successUrl", "failUrl", "backUrl"])
def test_a_url_of_another_origin_is_refused(name: str, url: str) -> None:
    document = make_document(
        {"/url/callbackUrl": "https://shop.example/", f"/url/{name}": url},
    )
    assert errors_of(document, origins=["https://shop.example"]) == {
        f"/url/{name}": "its origin is not registered for this storefront"
    }


def test_an_http_url_needs_its_http_origin_registered() -> None:
    document = make_document(
        {"/url/callbackUrl": "https://shop.example/", "/url/backUrl": "http://shop.example:80/x"}
    )
    assert errors_of(document, origins=["https://shop.example"]) == {
        "/url/backUrl": "must be an https URL; its http origin is not registered "
        "for this storefront"
    }
    assert not errors_of(document, origins=["https://shop.example", "http://shop.example"])
    assert not errors_of(document, origins=["*"])


@pytest.mark.parametrize("url", ["http://shop.example/x", "HTTP://10.0.0.1:8000/"])
def test_webhooks_are_sent_to_no_http_url(url: str) -> None:
    document = make_document({"/url/callbackUrl": url})
    assert errors_of(document, origins=["*"]) == {
        "/url/callbackUrl": "must be an https URL, since webhooks are sent there"
    }


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_backend_beside_the_local_stack_needs_no_https(host: str) -> None:
    document = make_document({"/url/callbackUrl": f"http://{host}:8000/x"})
    assert not errors_of(document, origins=["*"])


def test_no_origin_is_allowed_where_none_is_registered() -> None:
    assert list(errors_of(make_document(), origins=[])) == ["/url/callbackUrl"]


def test_every_wrong_field_has_its_own_error_in_the_order_of_the_documentation() -> None:
    document = make_document(
        {
            "/zzz": 1,
            "/device/browser": 5,
            "/customer/email": "x",
            "/order/amount": 0,
            "/order/id": "x" * 31,
            "/order/qqq": 1,
        },
        without=["/customer/firstName", "/url"],
    )
    assert errors_of(document) == {
        "/order/id": "must have at most 30 characters",
        "/order/amount": "must be a whole number of rupiah from 1 to 99,999,999,999,999, as an "
        "integer or as a string of digits without a leading zero",
        "/order/qqq": "unknown member",
        "/customer/email": "must be an e-mail address, name@domain",
        "/customer/firstName": "is required",
        "/url": "is required",
        "/device/browser": "must be a string",
        "/zzz": "unknown member",
    }
    assert list(errors_of(document))[:2] == ["/order/id", "/order/amount"]


def test_fields_that_the_policy_refuses_are_in_the_same_answer_as_invalid_ones() -> None:
    document = make_document(
        {
            "/order/amount": 0,
            "/sourceOfFunds": {"type": "cc"},
            "/url/successUrl": "https://stranger.example",
            "/customer/email": "paid@finpay.test",
            "/shipping/contact/email": "expired@finpay.test",
        }
    )
    errors = errors_of(document, origins=["https://sandbox.finpay.co.id"])
    assert {*errors} == {
        *["/order/amount", "/sourceOfFunds/type", "/url/successUrl"],
        *["/customer/email", "/shipping/contact/email"],
    }


def test_a_field_has_one_error_though_model_and_policy_refuse_it() -> None:
    document = make_document({"/url/callbackUrl": "http://stranger.example"})
    errors = errors_of(document, origins=["https://shop.example"])
    assert errors == {"/url/callbackUrl": "must be an https URL, since webhooks are sent there"}


def test_a_broken_client_is_not_told_every_one_of_its_errors() -> None:
    document = make_document()
    document["order"] |= {f"amount{n}": n for n in range(20_000)}
    assert len(errors_of(document)) == MAX_ERRORS


def test_the_refusal_carries_no_trace_of_the_request() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parsed(make_document({"/customer/email": "siti at toko"}))
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "siti" not in str(caught.value)
