"""Lambda's Runtime API, for one container.

`awslambdaric` asks here for events and brings its answers, as it does in Lambda.
"""

import re
import socket
import socketserver
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, override

_VERSION = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_VERSION}/invocation/([^/]+)/(response|error)")
_ARN = "arn:aws:lambda:ap-southeast-3:123456789012:function:measured"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answered and when, by `time.perf_counter()`."""

    body: bytes
    at: float
    failed: bool


class RuntimeApi(socketserver.ThreadingTCPServer):
    """Hands out events by `take_event`, an event and its trace, and takes Answers in."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, take_event: Any, put_answer: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Api)
        self.take_event = take_event
        self.put_answer = put_answer

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A container that was ended leaves its connection as it is."""


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def setup(self) -> None:
        super().setup()
        # With Nagle's algorithm each call would wait for the client's delayed acknowledgement.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        event, trace = self.server.take_event()
        if event is None:
            self.close_connection = True
            return
        self._respond(
            200,
            event,
            {
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 110_000),
                "Lambda-Runtime-Invoked-Function-Arn": _ARN,
                "Lambda-Runtime-Trace-Id": trace,
            },
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        at = time.perf_counter()
        found = _RESULT.fullmatch(self.path)
        self.server.put_answer(Answer(body, at, failed=found is None or found[2] == "error"))
        self._respond(202, b'{"status":"OK"}', {})

    def _respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} OK", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

    @override
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
