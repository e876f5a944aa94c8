"""Everything outside a function, at the socket: AWS, Finpay and a receiver of webhooks.

One loopback server with canned answers as they really look. So nothing inside a function is
replaced, its clients and their connections are the real ones, and only the waiting is left out.
"""

import json
import re
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, override

from bench import canned
from bench.loopback import Loopback

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *\w+\.(\w+)", re.IGNORECASE)

type Reply = dict[str, Any]


class Outside(Loopback):
    """A context manager; `calls` counts what was asked for, by operation."""

    def __init__(self) -> None:
        super().__init__(_Connection)
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, head: bytes, body: bytes) -> Reply:
        """The answer to one request, and count it."""
        target = _TARGET.search(head)
        path = head.split(b" ", 2)[1].decode()
        name = target[1].decode() if target else _endpoint(path)
        with self._lock:
            self.calls[name] += 1
        return _ANSWERS[name](body)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A container that was ended leaves its connections as they are."""


def _endpoint(path: str) -> str:
    found = re.fullmatch(r"/pg/payment/card/(\w+)(?:/.*)?", path)
    return f"finpay {found[1]}" if found else "webhook"


_ANSWERS: dict[str, Callable[[bytes], Reply]] = {
    "PutItem": lambda _: {},
    "DeleteItem": lambda _: {},
    "Query": lambda _: {"Items": [], "Count": 0, "ScannedCount": 0},
    "GetItem": lambda body: canned.item_of(json.loads(body)),
    "UpdateItem": lambda body: {"Attributes": canned.PAID if b"paidAt" in body else canned.PENDING},
    "GetSecretValue": lambda _: canned.SECRET,
    "Decrypt": lambda _: canned.DECRYPTED,
    "SendMessageBatch": lambda body: canned.sent(json.loads(body)),
    "ChangeMessageVisibility": lambda _: {},
    "finpay initiate": lambda _: canned.INITIATED,
    "finpay check": lambda _: canned.CHECKED,
    "webhook": lambda _: {},
}


class _Connection(socketserver.BaseRequestHandler):
    server: Outside

    @override
    def handle(self) -> None:
        # With Nagle's algorithm each answer would wait for the client's delayed acknowledgement.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                more = self.request.recv(65_536)
                if not more:
                    return
                waiting += more
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            while len(waiting) < length:
                waiting += self.request.recv(65_536)
            body, waiting = waiting[:length], waiting[length:]
            self._send(json.dumps(self.server.answer(head, body)).encode())

    def _send(self, body: bytes) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        self.request.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
