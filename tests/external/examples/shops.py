"""The shops of examples/ as processes of their own, on loopback."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from local.paths import LOCAL, ROOT, content_hash
from local.processes import Processes
from local.state import one_at_a_time
from testing.scripted.deliveries import Delivery

EXAMPLES = ROOT / "examples"
LANGUAGES = ["python", "php", "javascript"]
CUSTOMER = {
    "email": "hajar.finnet@gmail.com",
    "firstName": "Hajar",
    "lastName": "Ismail",
    "mobilePhone": "+6281286288844",
}


@dataclass(frozen=True)
class Service:
    """What a shop is told about the payment service."""

    url: str
    api_key: str
    secret: str


@dataclass(frozen=True)
class ExampleShop:
    """A shop's backend that runs, as the shop's customers and the payment service reach it."""

    url: str
    database: Path

    def order(self, order_id: object, item: object = "kaos", **more: Any) -> requests.Response:
        wish = {"id": order_id, "item": item, "customer": CUSTOMER, **more}
        return requests.post(f"{self.url}/orders", json=wish, timeout=90)

    def see(self, order_id: str) -> Any:
        answer = requests.get(f"{self.url}/orders/{order_id}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def deliver(self, delivery: Delivery) -> int:
        headers, body = delivery
        return self.deliver_as(headers, body)

    def deliver_as(self, headers: dict[str, str], body: bytes) -> int:
        answer = requests.post(f"{self.url}/webhooks", data=body, headers=headers, timeout=30)
        return answer.status_code

    @contextmanager
    def nothing_written(self) -> Iterator[None]:
        """Let whatever the shop writes wait, if its database is SQLite's; it can be read."""
        if not self.database.read_bytes().startswith(b"SQLite"):
            yield
            return
        with closing(sqlite3.connect(self.database, timeout=10, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            yield
            held.execute("ROLLBACK")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def skip_unless_installed(language: str) -> None:
    needed = {"python": [], "php": ["php"], "javascript": ["node", "npm"]}[language]
    for tool in needed:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if language == "php" and "pdo_sqlite" not in _output(["php", "-m"]).split():
        pytest.skip("PHP has no pdo_sqlite")


@contextmanager
def running(
    language: str, service: Service, folder: Path, port: int | None = None
) -> Iterator[ExampleShop]:
    """The shop in this language, on `port` or any free one; its orders stay in `folder`."""
    skip_unless_installed(language)
    port = port or free_port()
    shop = ExampleShop(f"http://127.0.0.1:{port}", folder / "orders")
    environment = {
        "PATH": os.environ["PATH"],
        "PAYMENTS_URL": service.url,
        "PAYMENTS_API_KEY": service.api_key,
        "WEBHOOK_SECRET": service.secret,
        "SHOP_URL": shop.url,
        "PORT": str(port),
        "DATABASE": str(shop.database),
        # PHP's own server takes one request at a time otherwise.
        "PHP_CLI_SERVER_WORKERS": "8",
    }
    command, home = _command(language, port)
    with Processes(folder / "tmp") as processes:
        process = processes.start(f"{language} shop", command, environment, home, folder / "log")
        deadline = time.monotonic() + 30
        while not _answers(shop):
            process.check_alive()
            assert time.monotonic() < deadline, process.last_words()
            time.sleep(0.05)
        yield shop
    _wait_until_free(port)


def _wait_until_free(port: int) -> None:
    """PHP's workers die after the process that started them, and hold its port until then."""
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                assert time.monotonic() < deadline, f"port {port} is still held"
                time.sleep(0.05)
            else:
                return


def _answers(shop: ExampleShop) -> bool:
    try:
        return requests.get(f"{shop.url}/orders/none", timeout=10).status_code == 404
    except requests.ConnectionError:
        return False


def _command(language: str, port: int) -> tuple[list[str], Path]:
    """How the README starts the shop, and where."""
    if language == "python":
        return [sys.executable, "shop.py"], EXAMPLES / "python"
    if language == "php":
        return ["php", "-S", f"127.0.0.1:{port}", "shop.php"], EXAMPLES / "php"
    return ["node", "shop.js"], _installed()


def _installed() -> Path:
    """A copy of the JavaScript shop with what its lock file names."""
    source, copy = EXAMPLES / "javascript", LOCAL / "examples" / "javascript"
    wanted = content_hash([source / "package.json", source / "package-lock.json"])
    stamp = copy / "node_modules" / ".wanted"
    with one_at_a_time(LOCAL / "examples" / "install.lock"):
        shutil.copytree(source, copy, dirs_exist_ok=True, ignore=lambda *_: ["node_modules"])
        if not stamp.exists() or stamp.read_text() != wanted:
            npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(npm, cwd=copy, check=True, stdout=subprocess.DEVNULL)
            stamp.write_text(wanted)
    return copy


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
