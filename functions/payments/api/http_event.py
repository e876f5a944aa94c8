"""Read HTTP events of API Gateway (payload format 2.0) and build its responses.

This module handles the differences between AWS and its local emulators: absent or null members, the
case of header names, and bodies in base64 because of their content type.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from payments.api import request_body

JSON = "application/json"


class Request(NamedTuple):
    """One HTTP request. Header names are in lower case."""

    route: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    authorizer: Mapping[str, str]
    request_id: str
    host: str
    raw_body: str
    is_base64: bool

    def body(self) -> bytes:
        """The bytes of the body. Raises BodyTooLarge or MalformedBody."""
        return request_body.read(self.raw_body, is_base64=self.is_base64)

    def json(self) -> Any:
        """The JSON value of the body.

        Raises UnsupportedMediaType if the headers do not declare uncompressed JSON, BodyTooLarge,
        or MalformedBody.
        """
        request_body.require_json(self.headers)
        return request_body.parse_json(self.body())


class Response(NamedTuple):
    """One HTTP response; a body of None is an empty body."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = MappingProxyType({})

    def to_event(self) -> dict[str, Any]:
        """The response in API Gateway's format. No cache may store it."""
        headers = {"cache-control": "no-store"}
        if self.body is not None:
            headers["content-type"] = JSON
        text = "" if self.body is None else json.dumps(self.body, separators=(",", ":"))
        return {"statusCode": self.status, "headers": headers | {**self.headers}, "body": text}


def read_request(event: Mapping[str, Any]) -> Request:
    """The request in an event of payload format 2.0."""
    context = event["requestContext"]
    authorizer = (context.get("authorizer") or {}).get("lambda") or {}
    return Request(
        route=event["routeKey"],
        path=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        authorizer=authorizer,
        request_id=context.get("requestId", ""),
        host=context.get("domainName", ""),
        raw_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )
