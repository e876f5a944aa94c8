"""GET /payments/{orderId} through the real handler."""

import pytest

from testing.builders import load_event, make_initiate_event, make_request_body, make_status_event
from testing.service import Service


def test_a_storefront_sees_its_payment(service: Service) -> None:
    created = service.api(load_event("initiate"))
    answer = service.api(load_event("status"))
    assert (answer.status, answer.body) == (200, created.body)
    assert answer.headers["etag"] == created.headers["etag"]


def test_a_paid_payment_tells_how_it_was_paid(service: Service) -> None:
    service.api(load_event("initiate"))
    service.callback(load_event("callback_paid"))
    body = service.api(load_event("status")).body
    assert {name: body[name] for name in ("status", "version", "paidAmount", "paidLate")} == {
        "status": "PAID",
        "version": 3,
        "paidAmount": 1000,
        "paidLate": False,
    }
    assert body["paidAt"] == "2023-04-04T10:00:00+07:00"
    assert (body["channel"], body["finpayReference"]) == ("INDOMARET", "8f0e1d2c")


@pytest.mark.parametrize("tags", ['"2"', 'W/"2"', '"1", "2"', "*"])
def test_a_payment_that_the_storefront_has_is_not_sent_again(service: Service, tags: str) -> None:
    service.api(load_event("initiate"))
    answer = service.api(make_status_event(if_none_match=tags))
    assert (answer.status, answer.text) == (304, "")
    assert answer.headers["etag"] == '"2"'
    assert "content-type" not in answer.headers


def test_a_payment_that_changed_is_sent(service: Service) -> None:
    service.api(load_event("initiate"))
    service.callback(load_event("callback_paid"))
    assert service.api(make_status_event(if_none_match='"2"')).status == 200


def test_two_storefronts_see_their_own_orders_only(service: Service) -> None:
    service.api(make_initiate_event(make_request_body(id="A-1")))
    service.api(make_initiate_event(make_request_body(id="B-1"), storefront="warung"))
    assert service.api(make_status_event("B-1", storefront="warung")).status == 200
    assert service.api(make_status_event("A-1", storefront="warung")).status == 404
