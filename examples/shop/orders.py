"""The shop's orders, in a file of SQLite's.

An order is stored before its code is asked for, with the very bytes of the request, since the same
order must never be asked for with another body. They are erased when the outcome is certain: the
shop needs its customer's address only until then.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

type Order = dict[str, Any]

SCHEMA = """CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, quantity INTEGER NOT NULL,
    amount INTEGER NOT NULL, body BLOB, refused INTEGER NOT NULL DEFAULT 0,
    askAgainAt REAL NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'NEW',
    version INTEGER NOT NULL DEFAULT 0, paymentCode TEXT, expiresAt TEXT,
    paid INTEGER NOT NULL DEFAULT 0, paidLate INTEGER NOT NULL DEFAULT 0,
    overpaidAmount INTEGER, refundedAmount INTEGER)"""

# One statement compares and writes, so of two deliveries at once the newer version stays, whichever
# comes last. Goods go out for `paid` alone: PAID, and with the amount that was asked for. The other
# amounts are sums already, so they replace those that are stored and are never added up.
TAKE_IF_NEWER = """UPDATE orders
    SET status = :status, version = :version, paymentCode = :paymentCode, expiresAt = :expiresAt,
        paidLate = :paidLate, overpaidAmount = :overpaidAmount, refundedAmount = :refundedAmount,
        refused = 0,
        body = CASE WHEN :status = 'INITIATING' THEN body END,
        paid = (:status = 'PAID' AND :amount = amount AND :currency = 'IDR')
    WHERE id = :orderId AND version < :version"""


class Orders:
    """`key` is known to the customer's browser only and leads to the order; `id` is for all."""

    def __init__(self, database: str) -> None:
        self._database = database
        with self._opened() as orders:
            orders.execute(SCHEMA)

    def add(self, key: str, quantity: int, amount: int, body: bytes, order_id: str) -> Order:
        """Store an order, unless the key has one already: the same form sent again adds nothing."""
        row = (key, order_id, quantity, amount, body)
        with self._opened() as orders:
            orders.execute(
                "INSERT OR IGNORE INTO orders (key, id, quantity, amount, body)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )
            return _one(orders, "key", key) or {}

    def find(self, key: str) -> Order | None:
        with self._opened() as orders:
            return _one(orders, "key", key)

    def take(self, payment: dict[str, Any]) -> bool:
        """Take what the payment service says, if it is news; False if no order has this id."""
        with self._opened() as orders:
            orders.execute(TAKE_IF_NEWER, payment)
            return _one(orders, "id", payment["orderId"]) is not None

    def ask_later(self, key: str, seconds: int) -> None:
        """Note when the code may be asked for again."""
        with self._opened() as orders:
            moment = time.time() + seconds
            orders.execute("UPDATE orders SET askAgainAt = ? WHERE key = ?", (moment, key))

    def refuse(self, key: str) -> None:
        """Note that this order never gets a code, unless it has one."""
        with self._opened() as orders:
            orders.execute(
                "UPDATE orders SET refused = 1, body = NULL WHERE key = ? AND version = 0", (key,)
            )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are stored when the block ends well."""
        connection = sqlite3.connect(self._database, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            # What is erased is overwritten, not just forgotten.
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                yield connection
        finally:
            connection.close()


def new_key() -> str:
    return secrets.token_hex(16)


def new_id() -> str:
    return f"toko-{secrets.token_hex(8)}"


def stage(order: Order) -> str:
    """What the customer has to know of the order: `open`, `paid`, `overpaid` and so on."""
    if order["status"] == "PAID":
        if not order["paid"]:
            return "review"
        return "overpaid" if order["overpaidAmount"] else "paid"
    if order["status"] in {"NEW", "INITIATING"}:
        return "refused" if order["refused"] else "asking"
    return "open" if order["status"] == "PENDING" else str(order["status"]).lower()


def _one(orders: sqlite3.Connection, column: str, value: str) -> Order | None:
    chosen = {
        "key": "SELECT * FROM orders WHERE key = ?",
        "id": "SELECT * FROM orders WHERE id = ?",
    }
    row = orders.execute(chosen[column], (value,)).fetchone()
    return None if row is None else dict(row)
