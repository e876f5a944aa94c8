"""Reads the body of an HTTP request: size, base64, UTF-8 and strict JSON.

Powertools' `json_body` is not used. It has no limit, ignores characters that are not base64, and
takes the last of two members with the same name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from payments.domain.errors import BodyTooLarge, MalformedBody, UnsupportedMediaType

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

BODY_LIMIT = 256 * 1024
"""Bytes; a request with 100 items of maximum size has about half of that."""

_JSON = "application/json"
_CHARSETS = {"", "utf-8", "utf8", "us-ascii"}


def read_json(event: APIGatewayProxyEventV2) -> Any:
    """The JSON value of the body.

    Raises UnsupportedMediaType if the headers do not declare uncompressed JSON, BodyTooLarge, or
    MalformedBody.
    """
    require_json(event.headers)
    return parse_json(read_body(event))


def read_body(event: APIGatewayProxyEventV2) -> bytes:
    """The bytes of the body.

    Raises BodyTooLarge (see BODY_LIMIT), or MalformedBody for invalid base64 or surrogates.
    """
    return decode_body(event.body or "", is_base64=bool(event.is_base64_encoded))


def decode_body(raw_body: str, *, is_base64: bool) -> bytes:
    """The bytes of a body as API Gateway passes it. Raises the same errors as `read_body`."""
    # Base64 has 4 characters for 3 bytes, so this check limits the size before decoding.
    if len(raw_body) > BODY_LIMIT * 2:
        raise BodyTooLarge
    try:
        body = base64.b64decode(raw_body, validate=True) if is_base64 else raw_body.encode()
    except (binascii.Error, ValueError):
        raise MalformedBody from None
    if len(body) > BODY_LIMIT:
        raise BodyTooLarge
    return body


def require_json(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedMediaType if the headers do not declare uncompressed JSON."""
    coding = headers.get("content-encoding", "identity").lower()
    if not _is_json(headers.get("content-type", "")) or coding not in {"identity", ""}:
        raise UnsupportedMediaType


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return media_type.strip().lower() == _JSON and charset in _CHARSETS


def parse_json(body: bytes) -> Any:
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
