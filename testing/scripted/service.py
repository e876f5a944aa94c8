"""A payment service that answers as it is told, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from testing.scripted.deliveries import make_payment


@dataclass(frozen=True)
class Asked:
    path: str
    authorization: str | None
    content_type: str | None
    body: Any


@dataclass
class Answer:
    """`problem` is the end of a problem's type; `retry_after` is in seconds."""

    status: int
    problem: str = "internal"
    retry_after: int | None = None
    members: dict[str, Any] = field(default_factory=dict)


class ScriptedService:
    """Gives `answers` in turn, and then a code for whatever is asked; None closes the line."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer | None] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.005,))
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def forget(self) -> None:
        self.asked.clear()
        self.answers.clear()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(
                    Asked(
                        self.path, self.headers["Authorization"], self.headers["Content-Type"], body
                    )
                )
                answer = service.answers.pop(0) if service.answers else Answer(201)
                if answer is None:
                    return
                order = body["order"]
                problem = {"type": f"urn:finpay-payments:problem:{answer.problem}"}
                payment = make_payment(order["id"], amount=int(order["amount"]))
                document = payment if answer.status == 201 else problem
                content = json.dumps({**document, **answer.members}).encode()
                self.send_response(answer.status)
                if answer.retry_after is not None:
                    self.send_header("Retry-After", str(answer.retry_after))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        return Handler


@pytest.fixture(scope="session", name="scripted")
def one_service() -> Iterator[ScriptedService]:
    """One for all tests, as shops keep its address."""
    service = ScriptedService()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(name="service")
def fresh_service(scripted: ScriptedService) -> ScriptedService:
    """The same, which forgot the tests before."""
    scripted.forget()
    return scripted
