"""The JSON responses of the HTTP functions."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.event_handler import Response

JSON = "application/json"
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
# Payments change, and responses are for one storefront.
_NO_CACHE = {"cache-control": "no-store"}


def json_response(
    status: int, document: Mapping[str, Any], headers: Mapping[str, str] = _NO_HEADERS
) -> Response[str]:
    """A response with a JSON body, which no cache may store. Header names are in lower case."""
    body = json.dumps(document, separators=(",", ":"))
    return Response(status, body=body, headers={**_NO_CACHE, "content-type": JSON, **headers})


def empty_response(status: int, headers: Mapping[str, str]) -> Response[str]:
    """A response without a body, which no cache may store."""
    return Response(status, body="", headers={**_NO_CACHE, **headers})
