"""A receiver that is down: whoever calls gets no answer, and is counted."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Attempt:
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)


class DownReceiver:
    """Holds the port of a shop that does not run; leaving the context gives it back."""

    def __init__(self, port: int) -> None:
        self._attempts: list[Attempt] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.005,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def attempts(self, order_id: str, event_type: str) -> Sequence[Attempt]:
        wanted = (order_id, event_type)
        return [
            attempt
            for attempt in self._attempts
            if (attempt.event["data"]["orderId"], attempt.event["type"]) == wanted
        ]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        attempts = self._attempts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                attempts.append(Attempt(headers, body))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        return Handler
