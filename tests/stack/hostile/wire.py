"""One HTTP request, sent over a socket or turned into the event that API Gateway makes of it."""

import base64
import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

JSON = {"Content-Type": "application/json"}
_TEXTS = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True)
class Wire:
    """What is sent. Header values are Latin-1, as in HTTP."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    body: bytes = b""

    def as_event(self, event: dict[str, Any]) -> dict[str, Any]:
        """`event`, of the same route, with these headers and this body (payload format 2.0)."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        text = self._text(headers.get("content-type", "text/plain"))
        kept = {name: event["headers"][name] for name in ("host", "user-agent")}
        return event | {
            "headers": kept | headers,
            "body": base64.b64encode(self.body).decode() if text is None else text,
            "isBase64Encoded": text is None,
        }

    def send(self, base_url: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case and body of the answer; nothing here tidies the request."""
        address = base_url.removeprefix("http://")
        with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
            connection.putrequest(self.method, self.path, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.putheader("Content-Length", str(len(self.body)))
            connection.endheaders(self.body)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()

    def _text(self, content_type: str) -> str | None:
        """The body of a type that API Gateway hands on as text; None for what it encodes."""
        if not content_type.lower().startswith(_TEXTS):
            return None
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            return None
