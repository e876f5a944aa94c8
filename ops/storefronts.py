"""Register the shops that may ask for payment codes."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from payments import api_keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


ANY_ORIGIN = "*"
# As the service writes the origin of a URL, since the two are compared as text.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_PORTS = 65_536


class StorefrontExists(Exception):
    """A storefront of this id is registered already."""


def create(
    dynamodb: DynamoDBClient, table_name: str, storefront_id: str, allowed_origins: list[str]
) -> str:
    """Register a storefront and return its API key: the only time that the key is seen.

    `allowed_origins` are the origins (`https://shop.example`) that the URLs in its requests may
    have; `*` allows any and is meant for trying things out.
    Raises ValueError for an id that no key can carry or an origin that no URL can have,
    StorefrontExists for an id that is taken.
    """
    for origin in allowed_origins:
        if origin != ANY_ORIGIN and not _is_origin(origin):
            raise ValueError(
                "an origin is https://host[:port], in lower case, without a path or default port"
            )
    if not api_keys.is_storefront_id(storefront_id):
        raise ValueError("a storefront id is 1 to 32 lower-case letters, digits and inner hyphens")
    key = api_keys.compose(storefront_id, secrets.token_urlsafe(32))
    digest = api_keys.digest(key)
    try:
        dynamodb.put_item(
            TableName=table_name,
            Item={
                "storefrontId": {"S": storefront_id},
                "keyDigests": {"L": [{"S": digest}]},
                "allowedOrigins": {"L": [{"S": origin} for origin in allowed_origins]},
            },
            ConditionExpression="attribute_not_exists(storefrontId)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        # After a lost answer the SDK tries again and meets its own write.
        if digest not in str(error.response.get("Item")):
            raise StorefrontExists(storefront_id) from error
    return key


def _is_origin(text: str) -> bool:
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return False
    port = int(match["port"] or 0)
    default = 443 if match["scheme"] == "https" else 80
    return port != default and port < _PORTS
