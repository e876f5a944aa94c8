"""Requests to parse: Finpay's own sample, and variations of it by JSON Pointer."""

import copy
from collections.abc import Collection
from typing import Any

from payments.domain.errors import InvalidRequest
from payments.payment_requests.payment_request import PaymentRequest, parse_request
from payments.payment_requests.request_policy import RequestPolicy

CALLBACK = "https://sandbox.finpay.co.id/simdev/finpay/result/resultfailed.php"
SAMPLE: dict[str, Any] = {
    "customer": {
        "email": "hajar.finnet@gmail.com",
        "firstName": "Hajar",
        "lastName": "Ismail",
        "mobilePhone": "+6281286288844",
    },
    "order": {"id": "1680576995412", "amount": "1000", "description": "Testing"},
    "url": {"callbackUrl": CALLBACK},
    "sourceOfFunds": {"type": "finpaycode"},
}
"""Finpay's sample request on its page "Payment Code"."""

ADDRESS = {
    "city": "Bandung",
    "company": "Toko Sejahtera",
    "country": "IDN",
    "postcodeZip": "40115",
    "stateProvince": "Jawa Barat",
    "stateProvinceCode": "ID-JB",
    "street": "Jalan Braga 5",
    "street2": "Lantai 2",
}
FULL: dict[str, Any] = {
    "order": {
        "id": "INV_2024-0001",
        "amount": "250000",
        "currency": "IDR",
        "description": "Dua kemeja",
        "timeout": 60,
        "itemAmount": 240000,
        "surchargeAmount": 0,
        "localTaxRegistrationId": "01.234.567.8-999.000",
        "merchantCategoryCode": "5651",
        "item": [
            {
                "name": "Kemeja batik",
                "description": "Katun",
                "category": "Pakaian",
                "brand": "Parang",
                "industryCategory": "Tekstil",
                "sku": "KB-01",
                "quantity": 2,
                "unitPrice": 120000,
                "unitDiscountAmount": 0,
                "unitTaxAmount": 5000,
                "unitOfMeasure": "buah",
            }
        ],
        "transactionFiltering": {"avsResponseCodeRules": [{"action": "REJECT"}]},
    },
    "customer": {
        "id": "C-77",
        "email": "siti.rahma@toko.example",
        "firstName": "Siti",
        "lastName": "Rahma",
        "mobilePhone": "+6281234567890",
        "phone": "+62215551234",
        "taxRegistrationId": "99.888.777",
        "account": {"id": "ACC-991"},
    },
    "url": {
        "callbackUrl": "https://shop.example/hook?x=1",
        "successUrl": "https://shop.example/ok",
        "failUrl": "https://shop.example/fail",
        "backUrl": "https://shop.example/#cart",
    },
    "billing": {"address": ADDRESS},
    "shipping": {
        "method": "JNE",
        "origin": {"postcodeZip": "10110"},
        "contact": {
            "email": "penerima@toko.example",
            "firstName": "Budi",
            "lastName": "Hartono",
            "mobilePhone": "+6285711112222",
            "phone": "+62227778888",
        },
        "address": ADDRESS | {"source": "profile", "sameAsBilling": True},
    },
    "meta": {"data": {"cart": [1, 2.5, None, {"gift": True}], "": "\x01é"}},
    "card": {"number": {"token": "tok"}},
    "recurring": {"cycle": 3},
    "sourceOfFunds": {"type": "finpaycode", "paymentCode": "880270", "accountId": "0812"},
    "device": {
        "ani": "622155512",
        "aniCallType": "61",
        "browser": "Firefox",
        "fingerprint": "f3a9",
        "hostname": "laptop",
        "ipAddress": "203.0.113.9",
        "mobilePhoneModel": "A54",
    },
}
"""Every member that Finpay documents, once."""


def put(document: dict[str, Any], pointer: str, value: object) -> None:
    """Set the value at a pointer; missing objects, and lists where a 0 follows, are made."""
    *parents, last = steps = pointer.split("/")[1:]
    place: Any = document
    for step, following in zip(parents, steps[1:], strict=True):
        if isinstance(place, list):
            place = place[int(step)]
        else:
            place = place.setdefault(step, [{}] if following == "0" else {})
    place[int(last) if isinstance(place, list) else last] = value


def make_document(
    at: dict[str, object] | None = None, without: Collection[str] = (), base: Any = SAMPLE
) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(base)
    for pointer, value in (at or {}).items():
        put(document, pointer, value)
    for pointer in without:
        *parents, last = pointer.split("/")[1:]
        place = document
        for step in parents:
            place = place[step]
        del place[last]
    return document


def parsed(
    document: object, sources: Collection[str] = ("finpaycode",), origins: Collection[str] = ("*",)
) -> PaymentRequest:
    return parse_request(document, RequestPolicy(sources_of_funds=sources, allowed_origins=origins))


def errors_of(
    document: object, sources: Collection[str] = ("finpaycode",), origins: Collection[str] = ("*",)
) -> dict[str, str]:
    """Pointer and detail of each error, in order; empty when the document is valid."""
    try:
        parse_request(document, RequestPolicy(sources_of_funds=sources, allowed_origins=origins))
    except InvalidRequest as refusal:
        errors = refusal.errors
    else:
        return {}
    assert len({error.pointer for error in errors}) == len(errors) > 0
    return {error.pointer: error.detail for error in errors}


def value_at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return document


def to_finpay(document: object, **options: Collection[str]) -> dict[str, Any]:
    """What Finpay would get, under order id `gw-1` and our callback URL."""
    return parsed(document, **options).to_finpay("gw-1", "https://us.example/cb")
