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
_ORIGIN = re.compile(r"https?://[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[1-9][0-9]{0,4})?")


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
        if origin != ANY_ORIGIN and not _ORIGIN.fullmatch(origin):
            raise ValueError("an origin is https://host[:port], in lower case, without a path")
    if not api_keys.is_storefront_id(storefront_id):
        raise ValueError("a storefront id is 1 to 32 lower-case letters, digits and inner hyphens")
    key = api_keys.compose(storefront_id, secrets.token_urlsafe(32))
    try:
        dynamodb.put_item(
            TableName=table_name,
            Item={
                "storefrontId": {"S": storefront_id},
                "keyDigests": {"L": [{"S": api_keys.digest(key)}]},
                "allowedOrigins": {"L": [{"S": origin} for origin in allowed_origins]},
            },
            ConditionExpression="attribute_not_exists(storefrontId)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        raise StorefrontExists(storefront_id) from error
    return key
