"""Read HTTP events of API Gateway (payload format 2.0) and build its responses.

This module handles the differences between AWS and its local emulators: absent or null members, the
case of header names, and bodies in base64 because of their content type.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from payments.domain.errors import BodyTooLarge, MalformedBody, UnsupportedMediaType

BODY_LIMIT = 256 * 1024
"""Bytes; a request with 100 items of maximum size has about half of that."""

JSON = "application/json"
_CHARSETS = {"", "utf-8", "utf8", "us-ascii"}


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

    def json(self) -> Any:
        """The JSON value of the body.

        Raises UnsupportedMediaType if the headers do not declare uncompressed JSON, BodyTooLarge,
        or MalformedBody.
        """
        coding = self.headers.get("content-encoding", "identity").lower()
        if not _is_json(self.headers.get("content-type", "")) or coding not in {"identity", ""}:
            raise UnsupportedMediaType
        return _decoded(self.body())

    def body(self) -> bytes:
        """The bytes of the body. Raises BodyTooLarge (see BODY_LIMIT) or MalformedBody."""
        # Base64 has 4 characters for 3 bytes, so this check limits the size before decoding.
        if len(self.raw_body) > BODY_LIMIT * 2:
            raise BodyTooLarge
        body = self._bytes()
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge
        return body

    def _bytes(self) -> bytes:
        try:
            if self.is_base64:
                return base64.b64decode(self.raw_body, validate=True)
            return self.raw_body.encode()
        except (binascii.Error, ValueError):
            raise MalformedBody from None


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


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower() == JSON and charset in _CHARSETS


def _decoded(body: bytes) -> Any:
    """Decode JSON in UTF-8 strictly: input that parsers interpret differently is rejected.

    Raises MalformedBody, also for a duplicate member, NaN, Infinity, and nesting or numbers beyond
    the limits of Python.
    """
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_distinct_members, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise MalformedBody from None


def _distinct_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    distinct = dict(members)
    if len(distinct) < len(members):
        raise ValueError("duplicate member")
    return distinct


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")
