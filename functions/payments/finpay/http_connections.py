"""HTTP connections of a session that `close` ends from any thread."""

from __future__ import annotations

import contextlib
import socket

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from payments.deadline import DeadlineExceeded


class Connections(HTTPAdapter):
    """An HTTPAdapter that sends nothing after `close`, not even on a connection opened later.

    The session serves one request at a time, so the latest connection is the one in use.
    """

    def __init__(self) -> None:
        super().__init__()
        self._latest: socket.socket | None = None
        self._is_over = False
        connected = self._connected

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                connected(self.sock)

        class Secured(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                connected(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecuredPool(HTTPSConnectionPool):
            ConnectionCls = Secured

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecuredPool}

    def close(self) -> None:
        """Shut down the connection in use, release all others and send nothing from now on.

        A name server or a server can answer much later, after Lambda froze the container and
        resumed it. Nothing is sent in that case.
        """
        self._is_over = True
        if self._latest:
            end(self._latest)
        super().close()
        self._latest = None  # Releases the memory of its TLS state.

    def _connected(self, connection: socket.socket) -> None:
        """Runs before the first byte of a request is sent; raises DeadlineExceeded if closed."""
        self._latest = connection
        # `close` sets `_is_over` first and then reads `_latest`. The opposite order here means that
        # at least one of the two threads sees the other's write.
        if self._is_over:
            raise DeadlineExceeded


def end(connection: socket.socket) -> None:
    """Shut down the connection in both directions, also while another thread uses it."""
    with contextlib.suppress(OSError):
        # SSLSocket.shutdown drops its TLS state first, so another thread could write in plain text.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
