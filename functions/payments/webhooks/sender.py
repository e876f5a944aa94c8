"""One attempt to deliver a webhook: a POST to an address that was judged, over in ten seconds.

The connection is made by hand because the address that was judged has to be the one that is
connected to, while TLS and the Host header go by the name. Nothing is followed, nothing is kept
and nothing is read but the head of the answer.
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

from payments.deadline import Overdue, within
from payments.domain.clock import Clock
from payments.webhooks.address_policy import OtherMachine, Target, TargetRefused, Targets
from payments.webhooks.attempts import OTHER_MACHINE, Reply

SECONDS = 10.0
_DIGITS = 9
# The first that fits counts.
_WHY: Mapping[type[Exception], str] = {
    OtherMachine: OTHER_MACHINE,
    TargetRefused: "target-refused",
    Overdue: "timeout",
    TimeoutError: "timeout",
    ssl.SSLError: "tls",
    socket.gaierror: "name",
    HTTPException: "not-http",
    OSError: "connection",
    # Python reads a head as it reads mail, and that raises more than it says at a hostile one. Were
    # anything to get past here, the event would be tried each three minutes and then put aside.
    Exception: "not-http",
}


@dataclass(frozen=True, slots=True)
class Post:
    """Delivers to whatever targets are allowed."""

    targets: Targets
    trust: ssl.SSLContext
    clock: Clock
    seconds: float = SECONDS

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the receiver said to this body; raises nothing, whatever that was."""
        attempt = _Attempt(self, url, headers, body)
        try:
            return within(self.seconds, attempt.make)
        except tuple(_WHY) as error:
            return Reply(why=next(why for kind, why in _WHY.items() if isinstance(error, kind)))
        finally:
            attempt.hang_up()


@dataclass(slots=True)
class _Attempt:
    post: Post
    url: str
    headers: Mapping[str, str]
    body: bytes
    sockets: list[socket.socket] = field(default_factory=list)
    is_over: bool = False

    def make(self) -> Reply:
        target = self.post.targets.find(self.url)
        connection = HTTPConnection(target.host, target.port, timeout=self.post.seconds)
        connection.sock = self._connect(target)
        connection.request(
            "POST", target.path, self.body, {"Host": target.host_header, **self.headers}
        )
        response = connection.getresponse()
        return Reply(response.status, self._seconds(response.getheader("retry-after", "")))

    def _seconds(self, retry_after: str) -> int | None:
        """RFC 9110, section 10.2.3: seconds, or a date; None for what is neither."""
        if retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= _DIGITS:
            return int(retry_after)
        try:
            at = parsedate_to_datetime(retry_after)
        except (ValueError, OverflowError):  # the latter for a year that no C int holds
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0, round(at.timestamp() - self.post.clock() / 1000))

    def _connect(self, target: Target) -> socket.socket:
        """A connection to the first address that takes one."""
        *others, last = target.addresses
        for address in others:
            with contextlib.suppress(OSError):
                return self._connect_to(address, target)
        return self._connect_to(last, target)

    def _connect_to(self, address: str, target: Target) -> socket.socket:
        plain = self._kept(socket.create_connection((address, target.port), self.post.seconds))
        if not target.is_tls:
            return plain
        secured = self._kept(
            self.post.trust.wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
        )
        secured.do_handshake()
        return secured

    def _kept[S: socket.socket](self, one: S) -> S:
        """Where `hang_up` finds it, or ends it at once when that was before."""
        self.sockets.append(one)
        if self.is_over:
            self.hang_up()
        return one

    def hang_up(self) -> None:
        """Let nothing go on, in whichever thread it waits, and nothing begin."""
        self.is_over = True
        for one in self.sockets:
            with contextlib.suppress(OSError):
                # An SSLSocket's own would, for a moment, let another thread write without TLS.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            one.close()
