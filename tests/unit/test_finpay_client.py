"""The client of Finpay, over real sockets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from inspect import signature
from socket import create_server, socket
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import requests

from payments.domain.errors import GatewayRefused, NotAttempted, OutcomeUnknown, Unavailable
from payments.domain.merchant import Credentials
from payments.finpay import client as gateway_module
from payments.finpay import http_transport as module
from payments.finpay.client import FinpayClient
from payments.finpay.http_transport import HttpTransport
from simulator import server as simulator
from testing.builders import MERCHANT_ID, MERCHANT_KEY, NOW, make_request_body
from testing.crowd import at_once


@dataclass
class Keys:
    """Credentials whose key may be replaced."""

    known: Credentials
    next: Credentials | None = None

    def current(self) -> Credentials:
        return self.known

    def renewed(self) -> Credentials | None:
        self.known, renewed, self.next = self.next or self.known, self.next, None
        return renewed


def make_credentials(key: str = MERCHANT_KEY) -> Credentials:
    return Credentials(MERCHANT_ID, (key,))


def make_gateway(base_url: str, *, key: str = MERCHANT_KEY, **changes: Any) -> FinpayClient:
    fields: dict[str, Any] = {
        "base_url": base_url,
        "credentials": Keys(make_credentials(key)),
        "clock": lambda: NOW,
        "observe": nullcontext,
        "transport": HttpTransport(lambda: NOW),
    }
    return FinpayClient(**fields | changes)


@contextmanager
def raw_server(answer: Callable[..., None]) -> Iterator[str]:
    """The base URL of a server that reads a request and then does what it is told."""
    wants_request = len(signature(answer).parameters) > 1
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    request = connection.recv(65_536)
                    try:
                        answer(connection, request) if wants_request else answer(connection)
                    except OSError:
                        continue

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def send_head(connection: socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")


def test_a_call_is_observed_whatever_comes_of_it() -> None:
    calls: list[tuple[str, str]] = []

    @contextmanager
    def observe(name: str) -> Iterator[None]:
        try:
            yield
        except NotAttempted as error:
            calls.append((name, type(error).__name__))
            raise

    gateway = make_gateway("http://127.0.0.1:9", observe=observe)
    with pytest.raises(NotAttempted):
        gateway.initiate(make_request_body(), "demo")
    assert calls == [("initiate", "NotAttempted")]


@pytest.mark.parametrize("host", ["127.0.0.1:9", "nobody.invalid"])
def test_a_finpay_that_is_not_there_was_not_asked(host: str) -> None:
    with pytest.raises(NotAttempted):
        make_gateway(f"http://{host}").initiate(make_request_body(), "demo")


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_given_up_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(gateway_module, "INITIATE_SECONDS", 0.3)
    stop = Event()

    def drip(connection: socket) -> None:
        connection.sendall(beginning)
        while not stop.wait(0.05):
            connection.sendall(b"x")

    with raw_server(drip) as url:
        sessions: list[requests.Session] = []

        def new() -> requests.Session:
            sessions.append(module.new_session())
            return sessions[-1]

        transport = HttpTransport(lambda: NOW, new)
        gateway = make_gateway(url, transport=transport)
        try:
            with pytest.raises(OutcomeUnknown):
                gateway.initiate(make_request_body(), "demo")
            assert not stop.is_set(), "it was still dripping"
        finally:
            stop.set()
        with simulator.start() as finpay:
            monkeypatch.undo()
            gateway = make_gateway(finpay.url, transport=transport)
            assert gateway.initiate(make_request_body(), "demo").payment_code
        assert len(sessions) == 2, "the one left behind is still in use by its thread"


def test_silence_past_the_read_timeout_is_an_unknown_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0.05)

    def wait(connection: socket) -> None:
        connection.recv(1)

    with raw_server(wait) as url, pytest.raises(OutcomeUnknown):
        make_gateway(url).initiate(make_request_body(), "demo")


class Session(requests.Session):
    """Notes that it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    now = [NOW]
    sessions: list[Session] = []

    def new() -> Session:
        sessions.append(Session())
        return sessions[-1]

    with simulator.start() as finpay:
        gateway = make_gateway(finpay.url, transport=HttpTransport(lambda: now[0], new))
        gateway.initiate(make_request_body(id="A-1"), "demo")
        now[0] += 15_000
        gateway.initiate(make_request_body(id="A-2"), "demo")
        assert [session.closed for session in sessions] == [False]
        now[0] += 15_001
        gateway.initiate(make_request_body(id="A-3"), "demo")
        assert [session.closed for session in sessions] == [True, False]


def test_of_several_connections_each_that_was_idle_for_long_is_closed() -> None:
    now = [NOW]
    sessions: list[Session] = []
    others = Barrier(3, timeout=30)

    def new() -> Session:
        session = Session()
        sessions.append(session)
        if now[0] == NOW:
            others.wait()
        return session

    with simulator.start() as finpay:
        gateway = make_gateway(finpay.url, transport=HttpTransport(lambda: now[0], new))
        at_once(3, lambda number: gateway.check(f"A-{number}"))
        now[0] += 10_000
        gateway.check("A-3")
        now[0] += 10_000
        gateway.check("A-4")
        assert sorted(session.closed for session in sessions) == [False, True, True]
        now[0] += 15_001
        gateway.check("A-5")
        assert [session.closed for session in sessions] == [True, True, True, False]


def test_a_key_that_finpay_does_not_take_any_more_is_replaced_by_a_new_one() -> None:
    keys = Keys(make_credentials("old"), make_credentials())
    with simulator.start(merchant_key=MERCHANT_KEY) as finpay:
        code = make_gateway(finpay.url, credentials=keys).initiate(make_request_body(), "demo")
    assert code.payment_code


def test_a_refusal_stays_one_when_the_secret_cannot_be_read_again() -> None:
    class Broken(Keys):
        def renewed(self) -> Credentials | None:
            raise Unavailable

    keys = Broken(make_credentials("old"))
    with simulator.start(merchant_key=MERCHANT_KEY) as finpay, pytest.raises(GatewayRefused):
        make_gateway(finpay.url, credentials=keys).initiate(make_request_body(), "demo")


def test_a_refusal_with_an_unchanged_key_is_final() -> None:
    with simulator.start(merchant_key="another") as finpay, pytest.raises(GatewayRefused):
        make_gateway(finpay.url).initiate(make_request_body(), "demo")


@pytest.mark.parametrize("location", ["http://[", "http://a..b/\xff", "//"])
def test_a_redirect_to_nowhere_is_an_unknown_outcome(location: str) -> None:
    def redirect(connection: socket) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    with raw_server(redirect) as url, pytest.raises(OutcomeUnknown):
        make_gateway(url).initiate(make_request_body(), "demo")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_server_that_answers_is_not_followed(status: int) -> None:
    asked: list[bytes] = []

    def note(connection: socket, request: bytes) -> None:
        asked.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(note) as elsewhere:

        def redirect(connection: socket) -> None:
            head = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere}/\r\nContent-Length: 0\r\n\r\n"
            connection.sendall(head.encode())

        with raw_server(redirect) as url, pytest.raises(OutcomeUnknown):
            make_gateway(url).initiate(make_request_body(), "demo")
    assert asked == []


def test_finpays_cookies_are_not_kept_and_no_compression_is_asked_for() -> None:
    requests_seen: list[bytes] = []

    def answer(connection: socket, request: bytes) -> None:
        requests_seen.append(request)
        connection.sendall(
            b"HTTP/1.1 500 No\r\nSet-Cookie: laravel_session=x\r\nContent-Length: 0\r\n\r\n"
        )

    with raw_server(answer) as url:
        gateway = make_gateway(url)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                gateway.initiate(make_request_body(), "demo")
    assert len(requests_seen) == 2
    assert b"laravel_session" not in requests_seen[1]
    assert b"Accept-Encoding: identity" in requests_seen[0]


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    with simulator.start() as finpay:
        make_gateway(finpay.url).initiate(make_request_body(), "demo")


def test_a_key_beyond_latin_1_is_sent_as_utf_8() -> None:
    with simulator.start(merchant_key="kunci-é-王") as finpay:
        make_gateway(finpay.url, key="kunci-é-王").initiate(make_request_body(), "demo")
        with pytest.raises(GatewayRefused):
            make_gateway(finpay.url, key="kunci-é").initiate(make_request_body(id="A-2"), "demo")


def test_credentials_do_not_show_themselves() -> None:
    shown = repr(Credentials(MERCHANT_ID, (MERCHANT_KEY,)))
    assert MERCHANT_KEY not in shown


def test_nothing_is_sent_twice() -> None:
    asked: list[Any] = []

    def hang_up(connection: socket) -> None:
        asked.append(connection)

    with raw_server(hang_up) as url, pytest.raises(OutcomeUnknown):
        make_gateway(url).initiate(make_request_body(), "demo")
    assert len(asked) == 1


def test_a_gateway_without_a_circuit_is_always_reachable() -> None:
    gateway = make_gateway("http://127.0.0.1:9")
    assert gateway.is_reachable()
    assert not gateway.is_recovering()


def test_an_order_id_is_one_step_of_the_path_whatever_is_in_it() -> None:
    paths: list[bytes] = []

    def note(connection: socket, request: bytes) -> None:
        paths.append(request.split(b" ")[1])
        connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    with raw_server(note) as url:
        for call in (make_gateway(url).check, make_gateway(url).cancel):
            with pytest.raises(OutcomeUnknown):
                call("../A?x")
    endpoints = (b"check", b"cancel")
    assert paths == [b"/pg/payment/card/%s/..%%2FA%%3Fx" % name for name in endpoints]


def test_the_storefront_is_told_to_its_circuit_and_not_to_finpay() -> None:
    received: list[bytes] = []
    told: list[str] = []

    def answer(connection: socket, request: bytes) -> None:
        received.append(request)
        connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    def initiates_of(storefront_id: str) -> HttpTransport:
        told.append(storefront_id)
        return HttpTransport(lambda: NOW)

    with raw_server(answer) as url, pytest.raises(OutcomeUnknown):
        make_gateway(url, initiates_of=initiates_of).initiate(make_request_body(), "shop-7")
    assert told == ["shop-7"]
    assert len(received) == 1
    assert b"shop-7" not in received[0]
