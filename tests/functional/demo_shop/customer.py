"""Somebody who buys at the demo shop without a browser, and the webhooks that reach it."""

import re
import sqlite3
from contextlib import closing
from typing import Any

from werkzeug.test import TestResponse

from examples.shop.app import create_app
from examples.shop.settings import Settings
from testing.personal_data import marks
from testing.scripted.deliveries import SECRET, Delivery

FORM = {
    "quantity": "2",
    "firstName": marks.FIRST_NAME,
    "lastName": marks.LAST_NAME,
    "email": marks.EMAIL,
    "mobilePhone": marks.PHONE,
}


def make_settings(**overrides: Any) -> Settings:
    return Settings(
        **{
            "payments_url": "http://127.0.0.1:9",
            "api_key": "sk_demo_key",
            "webhook_secret": SECRET,
            "shop_url": "http://127.0.0.1:8000",
            "database": ":memory:",
            **overrides,
        }
    )


class Customer:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.shop = create_app(settings).test_client()

    def key(self, language: str = "en") -> str:
        """The key in a fresh checkout form."""
        page = self.shop.get(f"/{language}/").text
        (key,) = re.findall(r'name="key" value="([0-9a-f]{32})"', page)
        return str(key)

    def send(self, key: str, **fields: str | None) -> TestResponse:
        """Send the form; a field that is None is left out."""
        form = {"key": key, **FORM, **fields}
        given = {name: value for name, value in form.items() if value is not None}
        return self.shop.post("/en/orders", data=given)

    def buy(self, **fields: str | None) -> str:
        """The key of an order that was made."""
        key = self.key()
        answer = self.send(key, **fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/en/orders/{key}")
        return key

    def page(self, key: str, language: str = "en") -> str:
        answer = self.shop.get(f"/{language}/orders/{key}")
        assert answer.status_code == 200
        return answer.text

    def stage(self, key: str) -> str:
        return str(re.findall(r'data-stage="(\w+)"', self.page(key))[0])

    def order_id(self, key: str) -> str:
        return str(self.row(key)["id"])

    def ask_again(self, key: str) -> None:
        assert self.shop.post(f"/en/orders/{key}/code").status_code == 303

    def deliver(self, delivery: Delivery) -> int:
        headers, body = delivery
        return self.shop.post("/webhooks", data=body, headers=headers).status_code

    def row(self, key: str) -> dict[str, Any]:
        """The order as the shop keeps it."""
        with closing(sqlite3.connect(self._settings.database)) as database:
            database.row_factory = sqlite3.Row
            return dict(database.execute("SELECT * FROM orders WHERE key = ?", (key,)).fetchone())
