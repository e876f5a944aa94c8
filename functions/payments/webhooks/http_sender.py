"""Sends one webhook: a POST to an allowed address, with a deadline of ten seconds.

The module opens the socket itself, because the connection has to use the checked address while TLS
and the Host header use the name. It follows no redirects, reuses no connections and reads only the
status line and the headers of the response.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException

from payments.deadline import DeadlineExceeded, run_with_deadline
from payments.domain.clock import Clock
from payments.webhooks.address_policy import AddressPolicy, OtherMachine, Target, TargetRefused
from payments.webhooks.delivery_attempt import OTHER_MACHINE, EndpointResponse

SECONDS = 10.0
_MAX_DIGITS = 9
# The first matching type counts.
_WHY: Mapping[type[Exception], str] = {
    OtherMachine: OTHER_MACHINE,
    TargetRefused: "target-refused",
    DeadlineExceeded: "timeout",
    TimeoutError: "timeout",
    ssl.SSLError: "tls",
    socket.gaierror: "name",
    HTTPException: "not-http",
    OSError: "connection",
    # Python parses response headers with its e-mail parser, which can raise undocumented errors on
    # hostile input. After an unhandled error, SQS would redeliver the event every three minutes
    # instead of after the pauses of the retry policy, and then move it to the dead-letter queue.
    Exception: "not-http",
}


@dataclass(frozen=True, slots=True)
class HttpSender:
    """Sends webhooks to the targets that the address policy allows."""

    targets: AddressPolicy
    trust: ssl.SSLContext
    clock: Clock
    seconds: float = SECONDS

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> EndpointResponse:
        """Send the body and return the endpoint's reply; does not raise.

        Without a response, `EndpointResponse.why` is one of the values of _WHY.
        """
        request = _Request(self, url, headers, body)
        try:
            return run_with_deadline(self.seconds, request.send)
        except tuple(_WHY) as error:
            return EndpointResponse(
                why=next(why for kind, why in _WHY.items() if isinstance(error, kind))
            )
        finally:
            request.close()


@dataclass(slots=True)
class _Request:
    post: HttpSender
    url: str
    headers: Mapping[str, str]
    body: bytes
    sockets: list[socket.socket] = field(default_factory=list)
    is_closed: bool = False

    def send(self) -> EndpointResponse:
        target = self.post.targets.find(self.url)
        connection = HTTPConnection(target.host, target.port, timeout=self.post.seconds)
        connection.sock = self._connect(target)
        connection.request(
            "POST", target.path, self.body, {"Host": target.host_header, **self.headers}
        )
        response = connection.getresponse()
        return EndpointResponse(
            response.status, self._seconds(response.getheader("retry-after", ""))
        )

    def _seconds(self, retry_after: str) -> int | None:
        """Seconds from a Retry-After header, which is a number or a date (RFC 9110, 10.2.3).

        None if it is neither.
        """
        if retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= _MAX_DIGITS:
            return int(retry_after)
        try:
            at = parsedate_to_datetime(retry_after)
        except (ValueError, OverflowError):  # OverflowError: the year does not fit a C int
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, round(at.timestamp() - self.post.clock() / 1000))

    def _connect(self, target: Target) -> socket.socket:
        """A connection to the first address that accepts one."""
        *others, last = target.addresses
        for address in others:
            with contextlib.suppress(OSError):
                return self._connect_to(address, target)
        return self._connect_to(last, target)

    def _connect_to(self, address: str, target: Target) -> socket.socket:
        plain = self._tracked(socket.create_connection((address, target.port), self.post.seconds))
        if not target.is_tls:
            return plain
        secured = self._tracked(
            self.post.trust.wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
        )
        secured.do_handshake()
        return secured

    def _tracked[S: socket.socket](self, connection: S) -> S:
        """Register a socket for `close`; close it immediately if `close` was already called."""
        self.sockets.append(connection)
        if self.is_closed:
            self.close()
        return connection

    def close(self) -> None:
        """Close all sockets, including sockets that are opened later.

        This also ends calls that wait in another thread.
        """
        self.is_closed = True
        for connection in self.sockets:
            with contextlib.suppress(OSError):
                # SSLSocket.shutdown is not used: it discards the TLS state first, so another thread
                # could then write plain text.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            connection.close()
