"""An exchange with Finpay after its deadline: nothing is sent then, over real sockets."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import requests

from payments.domain.errors import OutcomeUnknown
from payments.finpay import http_transport as module
from payments.finpay.http_transport import HttpTransport
from testing.builders import NOW
from testing.crowd import at_once
from tests.functional.hostile.certificates import Authority
from tests.functional.hostile.misbehaviour import tls

SOON = 0.3
LONG = 30.0
"""For what comes by itself, however busy the machine is."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def cancel(port: int, scheme: str = "http") -> requests.Request:
    return requests.Request("GET", f"{scheme}://127.0.0.1:{port}/pg/payment/card/cancel/A-1")


def overdue(transport: HttpTransport, request: requests.Request) -> None:
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        transport(request, started + SOON)
    assert time.monotonic() - started < SOON + 8, "who asked did not wait for the answer"


@contextmanager
def listening(backlog: int = 5) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=backlog) as listener:
        listener.settimeout(LONG)
        yield listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def heard(listener: socket.socket) -> bytes:
    """What the next one who connects sends before it hangs up."""
    connection, _ = listener.accept()
    return all_of(connection)


def all_of(connection: socket.socket) -> bytes:
    received = b""
    with connection, suppress(ssl.SSLError, ConnectionError):  # such as an end without a farewell
        connection.settimeout(LONG)
        while piece := connection.recv(65_536):
            received += piece
    return received


def test_a_connection_that_comes_about_after_the_deadline_carries_no_request() -> None:
    """The server's queue is full, so the client's kernel goes on knocking."""
    with listening(backlog=0) as listener:
        with socket.create_connection(("127.0.0.1", port_of(listener))):
            overdue(HttpTransport(lambda: NOW), cancel(port_of(listener)))
        assert heard(listener) == b"", "that was the one in the queue"
        assert heard(listener) == b""


def test_a_name_that_resolves_after_the_deadline_leads_to_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves, real = Event(), socket.getaddrinfo

    def late(*args: Any, **options: Any) -> Any:
        resolves.wait(LONG)
        return real(*args, **options)

    with listening() as listener:
        monkeypatch.setattr(socket, "getaddrinfo", late)
        overdue(HttpTransport(lambda: NOW), cancel(port_of(listener)))
        resolves.set()
        assert heard(listener) == b""


def test_a_handshake_that_ends_after_the_deadline_is_followed_by_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.founded(tmp_path)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(authority.bundle))
    with listening() as listener:
        overdue(HttpTransport(lambda: NOW), cancel(port_of(listener), "https"))
        plain, _ = listener.accept()
        plain.settimeout(LONG)
        connection = tls(authority, "good", tmp_path).wrap_socket(plain, server_side=True)
        assert all_of(connection) == b""


def answered(listener: socket.socket) -> socket.socket:
    """A connection whose first request got a good answer."""
    connection, _ = listener.accept()
    connection.settimeout(LONG)
    assert connection.recv(65_536)
    connection.sendall(ANSWER)
    return connection


def test_a_connection_in_use_ends_with_the_deadline_and_the_next_request_has_a_new_one() -> None:
    transport, gone = HttpTransport(lambda: NOW), Event()

    def serve(listener: socket.socket) -> None:
        with answered(listener) as connection:
            assert connection.recv(65_536), "the second request, on the same connection"
            if connection.recv(65_536) == b"":
                gone.set()
        answered(listener).close()

    with listening() as listener:
        server = Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        request = cancel(port_of(listener))
        assert transport(request, time.monotonic() + LONG) == (200, b"{}")
        overdue(transport, request)
        assert gone.wait(module.READ_SECONDS / 2), "long before its thread would have given up"
        assert transport(request, time.monotonic() + LONG) == (200, b"{}")
        server.join()


def test_requests_at_the_same_moment_have_connections_of_their_own_which_are_then_reused() -> None:
    transport, both = HttpTransport(lambda: NOW), Barrier(2, timeout=LONG)
    connections: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connections.append(connection)
        connection.settimeout(LONG)
        with connection:
            while connection.recv(65_536):
                both.wait()
                connection.sendall(ANSWER)

    with listening() as listener:
        for _ in range(2):
            Thread(target=serve, args=(listener,), daemon=True).start()
        request = cancel(port_of(listener))
        for _ in range(3):
            answers = at_once(2, lambda _: transport(request, time.monotonic() + LONG))
            assert answers == [(200, b"{}")] * 2
    assert len(connections) == 2


def test_the_deadline_of_a_request_ends_no_other_request() -> None:
    transport, is_over = HttpTransport(lambda: NOW), Event()
    came = Barrier(2, timeout=LONG)

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(LONG)
        with connection:
            asked = connection.recv(65_536)
            came.wait()
            if b"/patient" in asked:
                is_over.wait(LONG)
                connection.sendall(ANSWER)
            connection.recv(65_536)

    def ask(number: int) -> object:
        if number:
            request = cancel(port_of(listener))
            request.url += "/patient"
            return transport(request, time.monotonic() + LONG)
        overdue(transport, cancel(port_of(listener)))
        is_over.set()
        return None

    with listening() as listener:
        for _ in range(2):
            Thread(target=serve, args=(listener,), daemon=True).start()
        assert at_once(2, ask) == [None, (200, b"{}")]


def test_a_request_that_waits_for_its_turn_is_not_sent_on_a_connection_that_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The container is frozen between the deadline and the first byte."""
    transport, real = HttpTransport(lambda: NOW), requests.Session.send
    thawed, ended = Event(), Event()
    got: list[bytes] = []

    def frozen(*args: Any, **options: Any) -> Any:
        thawed.wait(LONG)
        try:
            return real(*args, **options)
        finally:
            ended.set()

    def serve(listener: socket.socket) -> None:
        got.append(all_of(answered(listener)))
        got.append(heard(listener))

    with listening() as listener:
        server = Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        request = cancel(port_of(listener))
        assert transport(request, time.monotonic() + LONG) == (200, b"{}")
        monkeypatch.setattr(requests.Session, "send", frozen)
        overdue(transport, request)
        thawed.set()
        assert ended.wait(LONG)
        server.join()
    assert got == [b"", b""]
