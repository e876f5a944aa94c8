"""What Finpay gets: what was sent, nothing lost and nothing added."""

import copy
import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.request.documents import (
    FULL,
    SAMPLE,
    make_document,
    parsed,
    to_finpay,
    value_at,
)


def expected(document: dict[str, Any]) -> dict[str, Any]:
    """The document under our order id and callback URL."""
    return make_document(
        {"/order/id": "gw-1", "/url/callbackUrl": "https://us.example/cb"}, base=document
    )


def test_finpays_own_sample_passes_unchanged() -> None:
    request = parsed(SAMPLE)
    assert (request.order.id, request.order.amount) == ("1680576995412", 1000)
    assert (request.order.currency, request.source_of_funds) == ("IDR", "finpaycode")
    assert to_finpay(SAMPLE) == expected(SAMPLE)


def test_every_documented_member_reaches_finpay() -> None:
    assert to_finpay(FULL) == expected(FULL)


def test_the_body_for_finpay_can_be_parsed_again_to_itself() -> None:
    body = to_finpay(FULL)
    assert to_finpay(body) == body


def test_the_amount_is_a_string_however_it_was_sent() -> None:
    for sent in (1000, "1000"):
        assert to_finpay(make_document({"/order/amount": sent}))["order"]["amount"] == "1000"


def test_other_numbers_are_integers_however_they_were_sent() -> None:
    for sent in (60, "60"):
        assert to_finpay(make_document({"/order/timeout": sent}))["order"]["timeout"] == 60


def test_the_source_of_funds_is_a_payment_code_unless_it_was_sent() -> None:
    document = make_document(without=["/sourceOfFunds"])
    assert parsed(document).source_of_funds == "finpaycode"
    assert to_finpay(document) == expected(SAMPLE)
    assert "sourceOfFunds" not in document


def test_another_channels_own_members_reach_finpay() -> None:
    document = make_document({"/sourceOfFunds": {"type": "vabni", "bank": {"id": [1]}}})
    assert to_finpay(document, sources=["vabni"]) == expected(document)


@pytest.mark.parametrize("sent", ["", " ", "   "])
def test_an_empty_last_name_becomes_a_dash(sent: str) -> None:
    for parent in ("/customer", "/shipping/contact"):
        body = to_finpay(make_document({f"{parent}/lastName": sent}))
        assert value_at(body, parent)["lastName"] == "-"


def test_a_missing_last_name_becomes_a_dash_for_the_customer_alone() -> None:
    document = make_document({"/shipping/contact/firstName": "Budi"}, ["/customer/lastName"])
    assert to_finpay(document) == expected(make_document({"/customer/lastName": "-"}, (), document))


def test_the_currency_is_not_added() -> None:
    assert "currency" not in to_finpay(SAMPLE)["order"]


@pytest.mark.parametrize(
    "data", [None, 0, "", [], {}, 1.5, False, "\x00\u2028", {"a/b": [None, {"": -0.0}]}, 10**40]
)
def test_meta_data_reaches_finpay_verbatim(data: object) -> None:
    body = to_finpay(make_document({"/meta/data": data}))
    assert json.dumps(body["meta"]) == json.dumps({"data": data})


def test_the_billing_of_another_product_passes_through() -> None:
    document = make_document({"/billing/billerServiceProvider": {"id": "PLN", "n": [1, None]}})
    assert to_finpay(document) == expected(document)


def test_neither_parsing_nor_sending_changes_the_document() -> None:
    document = copy.deepcopy(FULL)
    request = parsed(document)
    request.to_finpay("other", "https://us.example/")["meta"] = "changed"
    assert document == FULL
    assert request.to_finpay("gw-1", "https://us.example/cb") == expected(FULL)


def test_a_request_cannot_be_changed() -> None:
    request = parsed(SAMPLE)
    with pytest.raises(ValidationError, match="frozen"):
        request.order.amount = 1  # type: ignore[misc] # the point: the model refuses it
