"""A Finpay that answers what it is told to, for what the simulator would never answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@contextmanager
def scripted_finpay(
    status: int, body: bytes | dict[str, Any], *, knows_orders: bool = True
) -> Iterator[str]:
    """The base URL of a Finpay that always answers this, but for orders that it does not know."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(status, content)

        def do_GET(self) -> None:
            if knows_orders:
                self._answer(status, content)
            else:
                self._answer(404, b'{"responseCode":"4040001","responseMessage":"Not Found"}')

        def _answer(self, code: int, text: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
