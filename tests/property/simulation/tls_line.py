"""The line to Finpay as it really is: the service's HttpTransport, and TLS on loopback.

Each failure is made at the socket, so that the promises depend on how the transport reads it. While
a request is under way, nothing else happens in the world: the transport runs in a thread of its
own, and the world's thread is Finpay's end of the connection.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select
from socket import socket, socketpair
from threading import Thread
from typing import cast
from unittest import mock

import requests
from requests.adapters import HTTPAdapter

from payments.domain.errors import GatewayError
from payments.finpay import http_transport
from payments.finpay.http_transport import HttpTransport, RawResponse, new_session
from tests.functional.hostile.misbehaviour import BROKEN_TLS, Misbehaving, reset, whole_request
from tests.property.simulation.line import Serve, Take
from tests.property.simulation.process import Process
from tests.property.simulation.watchdog import Watchdog
from tests.property.simulation.wire import LONG, Wire, as_http, as_request

SOON = 0.03
"""Seconds until a request is given up whose answer never comes."""
KEPT_MS = 60_000
"""How long Finpay keeps a connection that is not used."""
_FORGOTTEN_MS = 10 * KEPT_MS
"""When the process's end of it is closed as well: the process may be gone, and files are few."""
_LOST = ("silence", "half an answer", *BROKEN_TLS)
_NOBODY = Misbehaving("")

type AtFinpay = Callable[[socket], None]
"""What Finpay does while the transport is at work; the socket can be read when that is over."""


class LineError(BaseException):
    """The line itself does not work. No handler can swallow it."""


class TlsLine:
    """The line of one process, with the connection that it keeps for its next request."""

    def __init__(self, process: Process, watchdog: Watchdog, wire: Wire) -> None:
        self._process, self._watchdog, self._wire = process, watchdog, wire
        self._transport = HttpTransport(process.own_clock, self._new_session)
        self._session = requests.Session()
        self._kept: ssl.SSLSocket | None = None
        self._used_at = 0
        wire.at_the_end.callback(self._hang_up)
        wire.at_the_end.callback(self._forget)

    def _new_session(self) -> requests.Session:
        self._session = new_session()
        self._session.verify = str(self._wire.bundle)
        return self._session

    def carry(self, request: requests.Request, serve: Serve) -> RawResponse:

        def answer(over: socket) -> None:
            arrived = self._arrived(over)
            if arrived is None:
                raise LineError("the transport gave up before it sent the request")
            response = serve(arrived)
            assert self._kept
            self._kept.sendall(as_http(*response))
            self._expect_no_more(over)

        return self._exchange(request, answer, self._wire.finpay)

    def swallow(self, request: requests.Request, take: Take) -> RawResponse:
        way = self._wire.random.choice(_LOST)

        def break_off(over: socket) -> None:
            arrived = self._arrived(over)
            if arrived is None:
                raise LineError("the transport gave up before it sent the request")
            take(arrived)
            assert self._kept
            if way == "silence":
                select([over], [], [], LONG)
            elif way == "half an answer":
                self._kept.sendall(as_http(200, bytes(100))[:-50])
            else:
                BROKEN_TLS[way](self._kept, _NOBODY)
            self._hang_up()
            self._expect_no_more(over)

        silence = SOON if way == "silence" else LONG
        return self._exchange(request, break_off, self._wire.finpay, silence=silence)

    def lose(self, request: requests.Request) -> RawResponse:
        self._hang_up()
        listener, context = self._wire.finpay, self._wire.context
        way = self._wire.random.choice(("no handshake", "reset", "frozen"))

        def end(over: socket) -> None:
            if way == "no handshake":
                listener.accept()[0].close()
            elif way == "reset":
                with _accepted(listener, context) as connection:
                    assert connection
                    reset(connection, _NOBODY)
            else:
                # The container is thawed when nobody waits for an answer any more.
                select([over], [], [], LONG)
                told = _told(listener, context)
                self._watchdog.hold("nothing is sent to Finpay after its deadline", not told, told)

        return self._exchange(request, end, listener, seconds=SOON if way == "frozen" else LONG)

    def refuse(self, request: requests.Request) -> RawResponse:
        stranger = self._wire.stranger
        if self._wire.random.random() < 0.5:
            return self._exchange(request, lambda _: None, self._wire.closed)

        def pretend(_: socket) -> None:
            told = _told(stranger, self._wire.wrong)
            self._watchdog.hold("who is not Finpay by his certificate is told nothing", not told)

        return self._exchange(request, pretend, stranger)

    def _exchange(
        self,
        request: requests.Request,
        at_finpay: AtFinpay,
        port: socket,
        *,
        seconds: float = LONG,
        silence: float = LONG,
    ) -> RawResponse:
        """Send a request with the real transport to a port where Finpay does this.

        The transport gives up after so many seconds, or so many of silence.
        """
        outcome: list[RawResponse | GatewayError] = []
        over, ended = socketpair()
        sent = self._wire.addressed(request, port)
        self._keep()

        def send() -> None:
            with ended:
                try:
                    outcome.append(self._transport(sent, time.monotonic() + seconds))
                except GatewayError as error:
                    outcome.append(error)

        thread = Thread(target=send, daemon=True)
        limits = mock.patch.multiple(http_transport, CONNECT_SECONDS=LONG, READ_SECONDS=silence)
        with over, limits:
            thread.start()
            try:
                at_finpay(over)
            except BaseException as error:
                self._hang_up()  # Or the thread would wait for an answer.
                if isinstance(error, Exception):
                    raise LineError from error
                raise
            thread.join(LONG)
        (came,) = outcome
        if isinstance(came, GatewayError):
            raise came
        return came

    def _arrived(self, over: socket) -> requests.Request | None:
        """The next request on the connection that is kept or on a new one; None if all is over."""
        listener = self._wire.finpay
        while True:
            kept = [self._kept] if self._kept else []
            ready, _, _ = select([*kept, listener, over], [], [], LONG)
            if self._kept in ready:
                request = _request_on(self._kept)
                if request:
                    return as_request(request)
                self._hang_up()
            elif listener in ready:
                self._hang_up()
                self._kept = _secured(listener, self._wire.context)
            else:
                return None

    def _expect_no_more(self, over: socket) -> None:
        again = self._arrived(over)
        self._watchdog.hold("a request is sent once, and a redirect not followed", not again, again)

    def _keep(self) -> None:
        """Keep the connection, until it was not used for long."""
        hub = self._process.hub
        used_at = self._used_at = hub.now

        def end() -> None:
            if self._used_at == used_at:
                self._hang_up()

        def forget() -> None:
            if self._used_at == used_at:
                self._forget()

        hub.after(KEPT_MS, end)
        hub.after(_FORGOTTEN_MS, forget)

    def _forget(self) -> None:
        """Close the process's end."""
        cast("HTTPAdapter", self._session.get_adapter("https://")).poolmanager.clear()

    def _hang_up(self) -> None:
        """Close Finpay's end."""
        if self._kept:
            self._kept.close()
        self._kept = None


def _secured(listener: socket, context: ssl.SSLContext) -> ssl.SSLSocket | None:
    """The next connection after its handshake; None if the handshake fails."""
    connection, _ = listener.accept()
    connection.settimeout(LONG)
    try:
        return context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()
        return None


@contextmanager
def _accepted(listener: socket, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket | None]:
    connection = _secured(listener, context)
    try:
        yield connection
    finally:
        if connection:
            connection.close()


def _told(listener: socket, context: ssl.SSLContext) -> bytes:
    """What the next one who connects sends before he hangs up."""
    with _accepted(listener, context) as connection:
        return _request_on(connection)


def _request_on(connection: ssl.SSLSocket | None) -> bytes:
    """The next request, or nothing if the connection ends first."""
    with suppress(OSError):
        return whole_request(connection) if connection else b""
    return b""
