"""Who tries order ids learns nothing: another storefront's payment is as unknown as none."""

from collections.abc import Callable
from typing import Any

import pytest

from payments.domain.payment import ReceivedMoney
from payments.domain.transition_table import Status
from testing.builders import (
    NOW,
    make_cancel_event,
    make_initiate_event,
    make_payment,
    make_request_body,
    make_status_event,
)
from testing.service import Answer, Service
from tests.functional.hostile.traces import tables

NOBODYS = [
    "unknown",
    "",
    "x" * 31,
    "x" * 3_000,
    "é",
    "../FOREIGN-1",
    "FOREIGN-1\n",
    "FOREIGN-1\x00",
    "%46OREIGN-1",
    "foreign-1",
    "FOREIGN-1_x0123456789abcdef",
    "{orderId}",
]

type MakeEvent = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("make_event", [make_status_event, make_cancel_event])
@pytest.mark.parametrize("status", list(Status))
def test_another_storefronts_payment_is_as_unknown_as_none(
    service: Service, make_event: MakeEvent, status: Status
) -> None:
    received = ReceivedMoney(NOW, 1000) if status is Status.PAID else None
    service.put(make_payment(order_id="FOREIGN-1", status=status, received=received))
    before = tables(service)
    foreign = service.api(make_event("FOREIGN-1", storefront="warung"))
    assert (foreign.status, foreign.problem) == (404, "not-found")
    assert [service.api(make_event(order_id, storefront="warung")) for order_id in NOBODYS] == [
        foreign
    ] * len(NOBODYS)
    assert service.witness.calls == []
    assert tables(service) == before


def test_the_etag_of_another_storefronts_payment_tells_nothing(service: Service) -> None:
    service.put(make_payment(order_id="FOREIGN-1", status=Status.PENDING))
    for tag in ('"1"', "*"):
        event = make_status_event("FOREIGN-1", storefront="warung", if_none_match=tag)
        assert service.api(event).status == 404


def test_the_same_order_id_in_another_storefront_is_refused_and_changes_nothing(
    pending: Service,
) -> None:
    before = tables(pending)

    def ask(storefront: str, **order: Any) -> Answer:
        return pending.api(make_initiate_event(make_request_body(**order), storefront=storefront))

    own = ask("demo", amount="2000")
    assert (own.status, own.problem) == (409, "order-exists")
    assert [ask("warung"), ask("warung", amount="2000")] == [own, own]
    assert tables(pending) == before
    assert pending.witness.calls == []
