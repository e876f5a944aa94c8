"""Which storefront stands behind an API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments import api_keys
from payments.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Storefront:
    """One shop of the merchant; the URLs in its requests may have these origins."""

    id: str
    allowed_origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Storefronts:
    """The storefronts table."""

    client: DynamoDBClient
    table: str

    def authenticate(self, authorization: str) -> Storefront | None:
        """The storefront of an `Authorization: Bearer sk_…` header; None if the key is no good.

        Raises Unavailable if the table does not answer.
        """
        scheme, _, key = authorization.partition(" ")
        storefront_id = api_keys.storefront_of(key.strip())
        if scheme.lower() != "bearer" or storefront_id is None:
            return None
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key={"storefrontId": {"S": storefront_id}},
                ConsistentRead=True,  # a key works from the moment that it is shown
            )
        item = answer.get("Item")
        if item is None or not api_keys.matches(
            key.strip(), [digest["S"] for digest in item["keyDigests"]["L"]]
        ):
            return None
        origins = tuple(origin["S"] for origin in item["allowedOrigins"]["L"])
        return Storefront(storefront_id, origins)
