"""Test payments on the local stack: queue, delay, role, signature and webhook are real."""

from typing import Any

from standardwebhooks.webhooks import Webhook

from testing.builders import make_request_body
from testing.receivers import listening
from tests.stack.shop import Shop, eventually


def order(shop: Shop, order_id: str, email: str, url: str) -> Any:
    body = make_request_body(id=order_id)
    body["customer"]["email"] = email
    body["url"]["callbackUrl"] = url
    return shop.send(body)


def test_a_test_payment_is_paid_late_and_its_storefront_is_told_all_of_it(
    shop: Shop, order_id: str
) -> None:
    with listening() as backend:
        assert order(shop, order_id, "paid-late@finpay.test", backend.url).status_code == 201

        def told() -> set[str]:
            secret = Webhook(shop.stack.webhook_secret)
            return {secret.verify(one.body, one.headers)["type"] for one in backend.got}

        # They come in any order.
        expected = {"payment.pending", "payment.expired", "payment.paid_late"}
        assert eventually(lambda: told() >= expected)
        assert told() == expected
    payment = shop.see(order_id).json()
    assert (payment["status"], payment["paidLate"], payment["channel"]) == ("PAID", True, "TEST")


def test_a_wrong_amount_requires_manual_review(shop: Shop, order_id: str) -> None:
    url = "http://127.0.0.1:9/nobody"
    assert order(shop, order_id, "wrong-amount@finpay.test", url).status_code == 201
    assert eventually(lambda: shop.status(order_id) == "REVIEW")
    assert shop.see(order_id).json()["paidAmount"] == 2000
