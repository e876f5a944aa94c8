"""A shop's end of the callbacks: records what arrives and answers what it is told to."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from payments.callbacks import php_json
from payments.callbacks.signature import verify
from simulator.settings import MERCHANT_KEY


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    content_type: str | None
    body: bytes

    @property
    def fields(self) -> Any:
        return php_json.decode(self.body)

    @property
    def status(self) -> str:
        return str(self.fields["result"]["payment"]["status"])

    def signed_form(self, key: str = MERCHANT_KEY) -> str:
        """Which form of the body the signature fits; raises SignatureError when none does."""
        return verify(self.body, [key])


class Receiver:
    """Answers with `answers` in turn, then 200; `before_answer` runs first."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[int] = []
        self.answer_body = b'{"responseCode":"2000000"}'
        self.before_answer: Callable[[], object] = lambda: None
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.005,))
        self._thread.start()

    @property
    def statuses(self) -> list[str]:
        return [received.status for received in self.received]

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def take(self, received: Received) -> int:
        with self._lock:
            self.received.append(received)
            answer = self.answers.pop(0) if self.answers else 200
        self.before_answer()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(Received(self.path, self.headers["Content-Type"], body))
                self.send_response(status)
                self.send_header("Location", receiver.url + "/elsewhere")
                self.send_header("Content-Length", str(len(receiver.answer_body)))
                self.end_headers()
                self.wfile.write(receiver.answer_body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        return Handler
