"""Containers behind HTTP: what API Gateway and Lambda are to the functions, as far as it matters.

Requests wait for a free container; nothing starts a new one.
"""

import json
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from queue import SimpleQueue
from typing import Any, override

from bench.container import Container
from bench.errors import HandlerFailedError
from bench.loopback import Loopback
from testing.builders import make_http_event


class Pool:
    """Warm containers of one function."""

    def __init__(self, containers: Sequence[Container]) -> None:
        self._free: SimpleQueue[Container] = SimpleQueue()
        for container in containers:
            self._free.put(container)

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer of whichever container is free; raises HandlerFailedError."""
        container = self._free.get()
        try:
            answer: dict[str, Any] = json.loads(container.invoke(event).body)
        finally:
            self._free.put(container)
        return answer


class Gateway(Loopback):
    """A context manager: takes Finpay's callbacks at `url` and has them answered."""

    def __init__(self) -> None:
        super().__init__(_Callbacks)
        self.callbacks: Pool | None = None
        self.seconds: list[float] = []


class _Callbacks(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        order_id, token = self.path.split("/")[-2:]
        event = make_http_event("callback_paid", orderId=order_id, token=token) | {"body": body}
        started = time.perf_counter()
        try:
            assert self.server.callbacks
            answer = self.server.callbacks.invoke(event)
        except HandlerFailedError:
            answer = {"statusCode": 502, "body": ""}
        self.server.seconds.append(time.perf_counter() - started)
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
