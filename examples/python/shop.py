"""A shop's backend that takes payment codes; ../README.md says how to run it.

POST /orders     makes an order and asks the payment service for its code
GET /orders/{id} shows how the order stands
POST /webhooks   is told by the payment service what becomes of the payment
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import requests
from flask import Flask, Response, abort, jsonify, request
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug.exceptions import UnprocessableEntity

# In whole rupiah. The price comes from the shop, never from the customer's browser.
PRICES = {"kaos": 150_000, "topi": 75_000}
# Seconds that a customer at the checkout waits for a code.
PATIENCE = 25.0
TRY_AGAIN = {429, 500, 503, 504}

SCHEMA = """CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, item TEXT NOT NULL, amount INTEGER NOT NULL, paymentCode TEXT,
    status TEXT NOT NULL DEFAULT 'NEW', version INTEGER NOT NULL DEFAULT 0,
    paid INTEGER NOT NULL DEFAULT 0)"""

# One statement compares and writes, so of two deliveries at once the newer version stays, whichever
# comes last. Goods go out for `paid` alone: PAID, and with the amount that was asked for.
TAKE_IF_NEWER = """UPDATE orders
    SET status = :status, version = :version, paymentCode = :paymentCode,
        paid = (:status = 'PAID' AND :amount = amount AND :currency = 'IDR')
    WHERE id = :orderId AND version < :version"""


def create_app(payments_url: str, api_key: str, secret: str, shop_url: str, database: str) -> Flask:
    """The backend; it makes its table in the file `database` if that has none."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 65_536
    webhook = Webhook(secret)
    with opened(database) as orders:
        orders.execute(SCHEMA)

    @app.post("/orders")
    def create_order() -> Response | tuple[Response, int]:
        wish = request.get_json()
        order_id, item = wanted(wish)
        with opened(database) as orders:
            order = stored(orders, order_id, item)
        body = {
            "customer": wish.get("customer"),
            "order": {"id": order_id, "amount": order["amount"], "description": item},
            "url": {"callbackUrl": f"{shop_url}/webhooks"},
        }
        try:
            answer = ask_for_code(payments_url, api_key, body)
        except TryLater as error:
            # The order stands: whoever sends the same request again gets its code.
            return Response(status=503, headers={"Retry-After": str(error.seconds)})
        if answer.status_code in {409, 422}:
            return jsonify(answer.json()), answer.status_code  # the customer can correct it
        if answer.status_code != HTTPStatus.CREATED:
            abort(502)  # the shop's own trouble, such as a wrong API key
        with opened(database) as orders:
            orders.execute(TAKE_IF_NEWER, answer.json())
            return jsonify(find(orders, order_id)), 201

    @app.get("/orders/<order_id>")
    def show_order(order_id: str) -> Response:
        with opened(database) as orders:
            return jsonify(find(orders, order_id))

    @app.post("/webhooks")
    def take_webhook() -> tuple[str, int]:
        try:
            # The bytes as they came: JSON that was parsed and written anew has another signature.
            event = webhook.verify(request.get_data(), dict(request.headers))
        except (WebhookVerificationError, ValueError):  # ValueError: no base64, no UTF-8, no JSON
            return "", 401
        with opened(database) as orders:
            orders.execute(TAKE_IF_NEWER, event["data"])
            # Not of this shop: not acknowledged, so the service keeps it and somebody looks.
            find(orders, event["data"]["orderId"])
        # A duplicate or an older version changed nothing, and is as welcome. Whatever takes long,
        # such as sending the goods, is for a job that looks for `paid` orders.
        return "", 204

    return app


class TryLater(Exception):
    """What became of the request is open; the same one may be sent again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


def ask_for_code(url: str, api_key: str, body: dict[str, Any]) -> requests.Response:
    """Send the request until it is answered for certain; raise TryLater when PATIENCE ends.

    To send the same body again is safe: order.id is the idempotency key.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask_once(url, api_key, body)
        except TryLater as error:
            if time.monotonic() + error.seconds > deadline:
                raise
            time.sleep(error.seconds)


def ask_once(url: str, api_key: str, body: dict[str, Any]) -> requests.Response:
    headers = {"Authorization": f"Bearer {api_key}"}
    try:
        answer = requests.post(f"{url}/payments", json=body, headers=headers, timeout=30)
    except requests.RequestException as error:
        raise TryLater(2) from error
    in_progress = answer.status_code == HTTPStatus.CONFLICT and "payment-in-progress" in answer.text
    if answer.status_code in TRY_AGAIN or in_progress:
        asked = answer.headers.get("Retry-After", "")
        raise TryLater(max(1, int(asked)) if asked.isdecimal() else 2)
    return answer


def wanted(wish: object) -> tuple[str, str]:
    """The order's id and its item; answers 422 when the shop does not sell that."""
    match wish:
        case {"id": str(order_id), "item": str(item)} if item in PRICES:
            return order_id, item
    raise UnprocessableEntity


def stored(orders: sqlite3.Connection, order_id: str, item: str) -> dict[str, Any]:
    """The order, stored before anybody can pay it; answers 409 when the id is another order's.

    The same id again is the same order, not a second one.
    """
    orders.execute(
        "INSERT OR IGNORE INTO orders (id, item, amount) VALUES (?, ?, ?)",
        (order_id, item, PRICES[item]),
    )
    order = find(orders, order_id)
    if (order["item"], order["amount"]) != (item, PRICES[item]):
        abort(409)
    return order


@contextmanager
def opened(database: str) -> Iterator[sqlite3.Connection]:
    """A connection whose changes are stored when the block ends well."""
    connection = sqlite3.connect(database, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def find(orders: sqlite3.Connection, order_id: str) -> dict[str, Any]:
    """The order as the shop shows it; answers 404 when there is none."""
    row = orders.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        abort(404)
    return {**row, "paid": bool(row["paid"])}


if __name__ == "__main__":
    create_app(
        os.environ["PAYMENTS_URL"],
        os.environ["PAYMENTS_API_KEY"],
        os.environ["WEBHOOK_SECRET"],
        os.environ["SHOP_URL"],
        os.environ["DATABASE"],
    ).run("127.0.0.1", int(os.environ["PORT"]))
