"""What Finpay's messages are cleaned of: everything that the storefront sent."""

from payments.payment_requests.payment_request import PaymentRequest
from tests.unit.request.documents import FULL, SAMPLE, make_document, parsed, to_finpay


def test_every_text_of_a_request_is_a_sent_value() -> None:
    for document in (SAMPLE, FULL):
        assert set(texts(document)) <= parsed(document).sent_values()


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in texts(entry)]
    return [value] if isinstance(value, str) else []


def test_a_phone_is_one_as_it_was_sent_and_as_finpay_gets_it() -> None:
    values = parsed(make_document({"/customer/mobilePhone": "0812-8628 8844"})).sent_values()
    assert {"0812-8628 8844", "+6281286288844"} <= values


def test_texts_and_numbers_deep_in_what_passes_through_are_too() -> None:
    document = make_document({"/billing/billerServiceProvider": {"x": [{"meter": "5301"}, 77]}})
    assert {"5301", "77"} <= parsed(document).sent_values()


def test_a_request_shows_nothing_of_itself_in_a_log() -> None:
    request = parsed(FULL)
    shown = [f"{part!r}{part}" for part in (request, request.customer, request.order)]
    assert shown == ["PaymentRequest()", "Customer()", "Order()"]


def test_sent_values_are_no_part_of_what_finpay_gets() -> None:
    assert isinstance(parsed(FULL), PaymentRequest)
    assert set(to_finpay(FULL)) == set(FULL)
