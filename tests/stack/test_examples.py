"""A paid order reaches the shops of examples/, from the local stack, as their README runs them."""

from pathlib import Path

import pytest
from standardwebhooks import Webhook

from local.state import RunningStack
from tests.external.examples.shops import LANGUAGES, ExampleShop, Service, free_port, running
from tests.stack.down import DownReceiver
from tests.stack.shop import Shop, eventually

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def service(stack: RunningStack) -> Service:
    return Service(stack.api_url, stack.api_key, stack.webhook_secret)


def test_a_paid_order_reaches_the_shop(
    language: str, service: Service, shop: Shop, tmp_path: Path
) -> None:
    order_id = f"paid-{language}"
    with running(language, service, tmp_path) as example:
        ordered = example.order(order_id)
        assert ordered.status_code == 201, ordered.text
        assert ordered.json()["paymentCode"] == shop.see(order_id).json()["paymentCode"]
        shop.fate(f"orders/{order_id}/pay", channel="INDOMARET")
        assert eventually(lambda: is_paid(example, order_id))
        assert example.see(order_id)["version"] == shop.see(order_id).json()["version"]


def test_a_paid_order_reaches_a_shop_that_was_down_for_the_first_three_attempts(
    language: str, service: Service, shop: Shop, tmp_path: Path
) -> None:
    order_id = f"down-{language}"
    port = free_port()
    with running(language, service, tmp_path, port) as example:
        assert example.order(order_id).status_code == 201
    with DownReceiver(port) as down:
        shop.fate(f"orders/{order_id}/pay", channel="INDOMARET")
        assert eventually(lambda: len(down.attempts(order_id, "payment.paid")) >= 3)
    with running(language, service, tmp_path, port) as example:
        assert eventually(lambda: is_paid(example, order_id))
        assert example.see(order_id)["version"] == shop.see(order_id).json()["version"]
    attempts = down.attempts(order_id, "payment.paid")
    assert {(each.headers["webhook-id"], each.body) for each in attempts} == {
        (f"evt_{order_id}_{attempts[0].event['data']['version']}", attempts[0].body)
    }
    for each in attempts:
        assert Webhook(service.secret).verify(each.body, each.headers) == each.event


def is_paid(example: ExampleShop, order_id: str) -> bool:
    return example.see(order_id)["paid"] is True
