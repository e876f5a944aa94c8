"""A session's connections, which end for good with it in whichever thread one is being made."""

from __future__ import annotations

import contextlib
import socket

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from payments.deadline import Overdue


class Connections(HTTPAdapter):
    """Makes, keeps and reuses connections as requests does, until it is closed.

    They serve one request at a time, so the latest one is the one in use.
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
        """Let no byte of a request leave from now on, and the connections go.

        A name or a server that hung may answer much later, in a container that was frozen
        meanwhile; nothing is sent then. A connection that is in use ends here.
        """
        self._is_over = True
        if self._latest:
            end(self._latest)
        super().close()
        self._latest = None  # What TLS needed for it is much to keep.

    def _connected(self, connection: socket.socket) -> None:
        """Comes before the first byte of a request; raises Overdue."""
        self._latest = connection
        # In this order, so that either side sees what the other one did.
        if self._is_over:
            raise Overdue


def end(connection: socket.socket) -> None:
    """Let nothing more come or go, whichever thread is waiting there."""
    with contextlib.suppress(OSError):
        # An SSLSocket's own would, for a moment, let another thread write without TLS.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
