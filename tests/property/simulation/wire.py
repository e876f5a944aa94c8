"""Finpay's ports on loopback, and how requests and answers look between them."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from socket import create_server, socket
from tempfile import TemporaryDirectory

import requests
from requests.auth import HTTPBasicAuth

from tests.functional.hostile.certificates import Authority
from tests.functional.hostile.misbehaviour import tls

LONG = 20.0
"""Seconds for what comes by itself, however busy the machine is."""
_HERE = ("127.0.0.1", 0)


class Wire:
    """The ports of one world: Finpay's, one with a wrong certificate, and one that is closed."""

    def __init__(
        self, seed: int, folder: Path, finpay: socket, stranger: socket, at_the_end: ExitStack
    ) -> None:
        self.at_the_end = at_the_end
        """Closes what is open when the world ends, also where a promise was broken."""
        authority = Authority.founded(folder)
        self.bundle = authority.bundle
        self.context = tls(authority, "good", folder)
        self.wrong = tls(authority, "of another host", folder)
        self.finpay, self.stranger, self.closed = finpay, stranger, socket()
        self.closed.bind(_HERE)  # Nobody listens on it, and nobody else gets it.
        self.random = Random(f"wire of {seed}")  # noqa: S311 - reproducible, not secret
        """Its own, so that a world's payments are the same with and without a wire."""

    def addressed(self, request: requests.Request, port: socket) -> requests.Request:
        """The same request to a port here."""
        number = port.getsockname()[1]
        _, _, path = request.url.removeprefix("https://").partition("/")
        url = f"https://127.0.0.1:{number}/{path}"
        return requests.Request(
            request.method, url, request.headers, data=request.data, auth=request.auth
        )


@contextmanager
def opened(seed: int) -> Iterator[Wire]:
    """The ports, as long as a world lasts."""
    with (
        TemporaryDirectory() as folder,
        create_server(_HERE) as finpay,
        create_server(_HERE) as stranger,
        ExitStack() as at_the_end,
    ):
        for listener in (finpay, stranger):
            listener.settimeout(LONG)
        wire = Wire(seed, Path(folder), finpay, stranger, at_the_end)
        at_the_end.enter_context(wire.closed)
        yield wire


def as_request(received: bytes) -> requests.Request:
    """A request as it came over the wire."""
    head, _, body = received.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    method, path, _ = line.split(" ")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    pair = base64.b64decode(headers["authorization"].removeprefix("Basic "))
    merchant_id, _, key = pair.partition(b":")
    return requests.Request(method, path, data=body.decode(), auth=HTTPBasicAuth(merchant_id, key))


def as_http(status: int, body: bytes) -> bytes:
    """An answer for the wire; a redirect leads to another path here."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}"]
    if status in range(300, 400):
        lines.append("Location: /moved")
    return "\r\n".join([*lines, "\r\n"]).encode() + body
