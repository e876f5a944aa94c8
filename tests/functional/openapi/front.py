"""API Gateway in front of the real handlers, as a WSGI application.

It does to requests what an HTTP API does: routes of the template, the authorizer before a function,
header names in lower case and joined, base64 where the content type is no text, its own words where
no function is reached. Nothing is cached, and nothing is throttled.
"""

import base64
import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

from testing.builders import load_event
from testing.service import Service
from testing.template import functions, routes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST_BODY = 10 * 1024 * 1024
_TEXTS = re.compile(r"(text/.*|application/(json|javascript|xml))(;.*)?", re.IGNORECASE)

type Event = dict[str, Any]
type Answer = tuple[int, dict[str, str], str]


class Front:
    """The HTTP API of the template over one service."""

    def __init__(self, service: Service) -> None:
        self._functions = {"StorefrontApi": service.api, "FinpayCallback": service.callback}
        self._authorize = service.authorize
        self._secured = {
            f"{event['Properties']['Method']} {event['Properties']['Path']}"
            for function in functions().values()
            for event in function.get("Events", {}).values()
            if "Auth" in event["Properties"]
        }

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        status, headers, text = self._answer(Request(environ))
        content = text.encode()
        headers = headers | {"content-length": str(len(content))}
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers.items()])
        return [content]

    def _answer(self, request: Request) -> Answer:
        # The path as it was sent: a percent-encoded slash does not end a segment.
        path = str(request.environ["REQUEST_URI"]).partition("?")[0]
        found = _route(request.method, path)
        if found is None:
            return _words(404, "Not Found")
        route, parameters = found
        body = request.get_data()
        if len(body) > LARGEST_BODY:
            return _words(413, "Request Entity Too Large")
        event = _event(request, route, path, parameters)
        if route in self._secured:
            key = event["headers"].get("authorization")
            if not key:
                return _words(401, "Unauthorized")
            asked = event | {"type": "REQUEST", "identitySource": [key]}
            event["requestContext"]["authorizer"] = {"lambda": self._authorize(asked)["context"]}
        answer = self._functions[routes()[route]](event | _body(request, body))
        return answer.status, answer.headers, answer.text


@contextmanager
def serving(front: Front) -> Iterator[str]:
    """Serve it on this machine's loopback address; its URL. A request may come during another."""
    server = make_server("127.0.0.1", 0, front, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    # Headers and body are two writes; Nagle's algorithm would hold the second for 40 ms.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _route(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    for route in routes():
        wanted, template = route.split(" ")
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        match = re.fullmatch(pattern, path)
        if match and wanted == method:
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def _event(request: Request, route: str, path: str, parameters: dict[str, str]) -> Event:
    """The event without its body. What there is none of is left out."""
    sample = load_event("authorize")
    http = sample["requestContext"]["http"] | {"method": request.method, "path": unquote(path)}
    headers = {name.lower(): value for name, value in request.headers.items()}
    event: Event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": unquote(path),
        "rawQueryString": request.query_string.decode(errors="replace"),
        "headers": headers,
        "requestContext": sample["requestContext"] | {"routeKey": route, "http": http},
    }
    if "cookie" in headers:
        event["cookies"] = headers.pop("cookie").split("; ")
    if parameters:
        event["pathParameters"] = parameters
    return event


def _body(request: Request, body: bytes) -> Event:
    if not body:
        return {"isBase64Encoded": False}
    is_text = _TEXTS.fullmatch(request.headers.get("Content-Type", "text/plain"))
    if is_text and "Content-Encoding" not in request.headers:
        # Text that is no UTF-8 does not survive the way.
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _words(status: int, message: str) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps({"message": message})
