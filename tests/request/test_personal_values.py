"""What must be redacted: the strings that describe the customer."""

from payments.initiate_request import InitiateRequest
from tests.request.documents import FULL, SAMPLE, make_document, parsed, to_finpay


def test_the_samples_personal_values_are_those_of_its_customer() -> None:
    assert parsed(SAMPLE).personal_values() == frozenset(SAMPLE["customer"].values())


def test_names_addresses_phones_and_ids_of_all_personal_objects_are_personal() -> None:
    values = parsed(FULL).personal_values()
    for part in ("customer", "billing", "shipping", "device"):
        assert {text for text in strings(FULL[part]) if len(text) >= 3} <= values
    assert "0812" in values
    assert not values & {"finpaycode", "880270", "INV_2024-0001", "Dua kemeja", "Kemeja batik"}


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in strings(entry)]
    return [value] if isinstance(value, str) else []


def test_a_phone_is_personal_as_it_was_sent_and_as_finpay_gets_it() -> None:
    values = parsed(make_document({"/customer/mobilePhone": "0812-8628 8844"})).personal_values()
    assert {"0812-8628 8844", "+6281286288844"} <= values


def test_strings_deep_in_what_passes_through_are_personal() -> None:
    document = make_document({"/billing/billerServiceProvider": {"x": [{"meter": "5301"}, 7]}})
    assert "5301" in parsed(document).personal_values()


def test_strings_of_one_or_two_characters_are_too_common_to_redact() -> None:
    document = make_document({"/customer/firstName": "Al", "/customer/lastName": ""})
    assert not {"Al", "", "-"} & parsed(document).personal_values()


def test_a_request_shows_nothing_of_itself_in_a_log() -> None:
    request = parsed(FULL)
    shown = [f"{part!r}{part}" for part in (request, request.customer, request.order)]
    assert shown == ["InitiateRequest()", "Customer()", "Order()"]


def test_personal_values_are_no_part_of_what_finpay_gets() -> None:
    assert isinstance(parsed(FULL), InitiateRequest)
    assert set(to_finpay(FULL)) == set(FULL)
