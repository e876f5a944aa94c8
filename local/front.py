"""The plain URL before the HTTP API.

MiniStack tells its APIs apart by the Host header, `<apiId>.execute-api.localhost`, and not every
resolver knows such names. Storefronts and Finpay want one URL: this forwards it, adding nothing.
"""

import http.client
import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Semaphore, Thread
from typing import Self
from urllib.parse import urlsplit

from local.api_page import POLICY, Page

# API Gateway's own limit for a payload of an HTTP API.
MAX_BODY_BYTES = 10 * 1024 * 1024
# API Gateway gives up on a function after 30 s.
TIMEOUT_SECONDS = 35
# A laptop has few cores, and MiniStack counts a cold start against the function's timeout: fifty at
# once would all run into it. So requests beyond these wait here, for API and callbacks apart, since
# Finpay may call back while a storefront's request is still waiting for Finpay.
REQUESTS_AT_ONCE = 4
_THIS_MACHINE = {"127.0.0.1", "localhost"}
# Those speak of one connection only (RFC 9110, 7.6.1); Host is the upstream's own.
_NOT_FORWARDED = {
    "connection",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


class Front(ThreadingHTTPServer):
    """Forwards 127.0.0.1:`port` to `upstream_port` under the host name `host`."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, port: int, upstream_port: int, host: str) -> None:
        super().__init__(("127.0.0.1", port), _Forwarder)
        self.upstream_port = upstream_port
        self.host = host
        self.pages: Mapping[str, Page] = {}
        """What is answered here instead of being forwarded, by path."""
        self._slots = {True: Semaphore(REQUESTS_AT_ONCE), False: Semaphore(REQUESTS_AT_ONCE)}
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    def slot(self, path: str) -> Semaphore:
        """Return what to hold while a request for `path` is under way."""
        return self._slots[path.startswith("/callbacks/")]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    # An idle kept-alive connection is closed after it.
    timeout = 60
    server: Front

    def do_GET(self) -> None:
        if page := self.server.pages.get(self.path.partition("?")[0]):
            self._show_to_this_machine(page)
        else:
            self._forward()

    def _show_to_this_machine(self, page: Page) -> None:
        """The key in it is for nobody who gave this address a name of his own."""
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if name in _THIS_MACHINE:
            self._show(page)
        else:
            self._refuse(HTTPStatus.FORBIDDEN, "Open it at http://127.0.0.1")

    def _show(self, page: Page) -> None:
        self.send_response_only(HTTPStatus.OK)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.content)))
        self.send_header("Content-Security-Policy", POLICY)
        # No other site's page may take a script of it, with the key, for its own.
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page.content)

    def _forward(self) -> None:
        length = self._body_length()
        if length is None:
            return
        body = self.rfile.read(length)
        with self.server.slot(self.path):
            self._exchange(body)

    def _exchange(self, body: bytes) -> None:
        upstream = http.client.HTTPConnection(
            "127.0.0.1", self.server.upstream_port, timeout=TIMEOUT_SECONDS
        )
        try:
            self._send_upstream(upstream, body)
            response = upstream.getresponse()
            self._answer(response, response.read())
        except http.client.InvalidURL:
            self._refuse(HTTPStatus.BAD_REQUEST, "The path is not a URL's")
        except (OSError, http.client.HTTPException) as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"The local stack does not answer: {error}")
        finally:
            upstream.close()

    do_HEAD = do_POST = do_PUT = _forward  # noqa: N815 - the base's names
    do_PATCH = do_DELETE = do_OPTIONS = _forward  # noqa: N815 - the base's names

    def _body_length(self) -> int | None:
        """Return the bytes to read; None when the request was refused for them."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "Send Content-Length, not chunks")
        elif not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.BAD_REQUEST, "Content-Length is not a number")
        elif int(length) > MAX_BODY_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        else:
            return int(length)
        return None

    def _send_upstream(self, upstream: http.client.HTTPConnection, body: bytes) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        upstream.putheader("Host", self.server.host)
        for name, value in self.headers.items():
            if name.lower() not in _NOT_FORWARDED:
                upstream.putheader(name, value)
        upstream.endheaders(body)

    def _answer(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _NOT_FORWARDED:
                self.send_header(name, value)
        if "Transfer-Encoding" in response.headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        # The body may not have been read, so the connection cannot be used again.
        self.close_connection = True
        body = json.dumps({"message": message}).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: MiniStack's log has every request."""
