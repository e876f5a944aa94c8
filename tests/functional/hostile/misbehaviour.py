"""Finpays that misbehave: whatever they are asked, over real sockets."""

import gzip
import json
import os
import re
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, create_server, socket
from threading import Event, Thread

from tests.functional.hostile.certificates import Authority

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MB = 1024 * 1024
PIECE = b"x" * 32 * 1024


@dataclass
class Misbehaving:
    """A server that answers every request in its own way, and remembers what it was sent."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    over: Event = field(default_factory=Event)


type Answer = Callable[[socket, Misbehaving], object]


def answer(body: bytes, status: str = "200 OK", *headers: bytes) -> Answer:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers]
    return raw(b"\r\n".join(lines) + b"\r\n\r\n" + body)


def raw(data: bytes) -> Answer:
    """These bytes, and no more."""
    return lambda connection, _: connection.sendall(data)


def said(status: str = "200 OK", /, **members: object) -> Answer:
    """A whole answer that is a JSON object."""
    return answer(json.dumps(members).encode(), status)


def flood(connection: socket, _: Misbehaving) -> None:
    """10 MB of JSON that has not ended yet."""
    connection.sendall(HEAD + b'\r\n{"responseCode": "2000000", "data": "')
    for _piece in range(10 * MB // len(PIECE)):
        connection.sendall(PIECE)


def drip(beginning: bytes) -> Answer:
    """A byte now and then, without end."""

    def slowly(connection: socket, server: Misbehaving) -> None:
        connection.sendall(beginning)
        while not server.over.wait(0.05):
            connection.sendall(b"x")

    return slowly


def headers_without_end(connection: socket, server: Misbehaving) -> None:
    connection.sendall(HEAD)
    while not server.over.is_set():
        connection.sendall(b"X-More: %b\r\n" % PIECE)


def continued(connection: socket, server: Misbehaving) -> None:
    """100 Continue, for ever."""
    while not server.over.wait(0.01):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def silence(_: socket, server: Misbehaving) -> None:
    server.over.wait(30)


def hang_up(connection: socket, _: Misbehaving) -> None:
    connection.close()


def reset(connection: socket, _: Misbehaving) -> None:
    """The server's machine is gone: no farewell, neither of TLS nor of TCP."""
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def beneath_tls(data: bytes) -> Answer:
    """These bytes on the line itself, without the connection's encryption."""

    def behave(connection: socket, _: Misbehaving) -> None:
        with socket(fileno=os.dup(connection.fileno())) as line:
            line.sendall(data)

    return behave


def record(kind: int, content: bytes) -> bytes:
    """A record of TLS of a type, such as 23 for application data."""
    return bytes((kind, 3, 3)) + len(content).to_bytes(2) + content


BROKEN_TLS: dict[str, Answer] = {
    "plain HTTP": beneath_tls(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "a record that was changed on its way": beneath_tls(record(23, bytes(64))),
    "an alert that is not encrypted": beneath_tls(record(21, b"\x02\x28")),
    "half a record": beneath_tls(record(23, bytes(64))[:20]),
    "an end without a farewell": hang_up,
    "a reset": reset,
}
"""What breaks TLS after the request was read: nobody knows what Finpay did."""

SUCCESS = {"responseCode": "2000000", "responseMessage": "Success"}
CODE = {"redirecturl": "https://devo.finpay.id/1", "paymentCode": "8802700000000001"}
DEEP = b'{"responseCode": "2000000", "data": %b}' % (b"[" * 30_000 + b"]" * 30_000)
BOMB = gzip.compress(b'{"responseCode": "' + b"2" * 50 * MB)

ANSWERS: dict[str, Answer] = {
    "HTML with 200": answer(b"<!DOCTYPE html><h1>Maintenance</h1>", "200 OK"),
    "nothing with 200": answer(b""),
    "another code with 200": said(**SUCCESS | CODE | {"responseCode": "4040001"}),
    "an unknown code with 200": said(**SUCCESS | CODE | {"responseCode": "2000001"}),
    "a code that is no text": said(**SUCCESS | CODE | {"responseCode": 2_000_000}),
    "a code with a surrogate": said("400 Bad", **SUCCESS | {"responseCode": "400\ud8000000"}),
    "success with 500": said("500 No", **SUCCESS | CODE),
    "success with 404": said("404 No", **SUCCESS | CODE),
    "a list": answer(b"[]"),
    "a text": answer(b'"2000000"'),
    "JSON cut short": answer(b'{"responseCode": "2000000", "pay'),
    "not UTF-8": answer(b'{"responseCode": "\xff"}'),
    "30,000 levels": answer(DEEP),
    "an integer of 5,000 digits": answer(b'{"responseCode": %b}' % (b"9" * 5_000)),
    "10 MB": flood,
    "50 MB in 50 KB of gzip": answer(BOMB, "200 OK", b"Content-Encoding: gzip"),
    "gzip that is none": answer(b"{}", "200 OK", b"Content-Encoding: gzip"),
    "a length that is not kept": raw(HEAD + b"Content-Length: 1000\r\n\r\n{}"),
    "no HTTP": raw(b"220 ready\r\n"),
    "hangs up": hang_up,
    "silence": silence,
    "a body that drips": drip(HEAD + b"\r\n"),
    "a head that drips": drip(b"HTTP/1.1 200 OK\r\nX-"),
    "headers without end": headers_without_end,
    "100 Continue without end": continued,
}
"""Answers after which nobody knows what Finpay did, whichever endpoint was asked."""


@contextmanager
def misbehaving(behave: Answer, context: ssl.SSLContext | None = None) -> Iterator[Misbehaving]:
    """A server on loopback that reads each request and then does that; with TLS, if so told."""
    with create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if context else "http"
        server = Misbehaving(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        listener.settimeout(0.1)

        def serve(connection: socket) -> None:
            with suppress(OSError), connection:
                connection.settimeout(10)
                stream = (
                    context.wrap_socket(connection, server_side=True) if context else connection
                )
                with stream:
                    server.asked.append(whole_request(stream))
                    behave(stream, server)

        def accept() -> None:
            while not server.over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    Thread(target=serve, args=(connection,), daemon=True).start()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            thread.join(5)


def whole_request(stream: socket) -> bytes:
    """All of it: whoever closes a connection with something unread in it breaks off its answer."""
    request = stream.recv(65_536)
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", request)
    while request and length and len(request.partition(b"\r\n\r\n")[2]) < int(length[1]):
        more = stream.recv(65_536)
        if not more:
            break
        request += more
    return request


def tls(authority: Authority, kind: str, folder: Path) -> ssl.SSLContext:
    """The server's side of TLS with a certificate of that kind."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate(kind, folder))
    return context
