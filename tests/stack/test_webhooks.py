"""A storefront's backend is told on the local stack: stream, queue, roles and keys are real."""

from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from testing.builders import make_request_body
from testing.receivers import Receiver, listening
from tests.stack.shop import Shop, eventually


@pytest.fixture
def backend() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def order(shop: Shop, order_id: str, url: str) -> None:
    body = make_request_body(id=order_id)
    body["url"]["callbackUrl"] = url
    assert shop.send(body).status_code == 201


def types(backend: Receiver, secret: str) -> list[str]:
    """The verified events in the order in which they came."""
    return [Webhook(secret).verify(one.body, one.headers)["type"] for one in backend.got]


def test_a_paid_order_reaches_its_backend(shop: Shop, order_id: str, backend: Receiver) -> None:
    order(shop, order_id, backend.url)
    shop.fate(f"orders/{order_id}/pay", channel="INDOMARET")
    # Each comes at least once, in any order.
    expected = {"payment.pending", "payment.paid"}
    assert eventually(lambda: set(types(backend, shop.stack.webhook_secret)) >= expected)
    assert set(types(backend, shop.stack.webhook_secret)) == expected


def test_a_backend_that_was_down_for_three_attempts_is_told_then(
    shop: Shop, order_id: str, backend: Receiver
) -> None:
    backend.answers = [(500, {}), (503, {}), (429, {"retry-after": "1"})]
    order(shop, order_id, backend.url)
    assert eventually(lambda: len(backend.got) >= 4)
    assert len({(one.body, one.headers["webhook-id"]) for one in backend.got}) == 1
