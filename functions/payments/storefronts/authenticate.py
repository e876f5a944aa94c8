"""Authentication of storefronts by API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.aws.sdk_errors import translated
from payments.storefronts import api_key_format, storefront_queries
from payments.storefronts.storefront_item import live, read_keys, read_origins

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Storefront:
    """An authenticated storefront. URLs in its requests must have an allowed origin."""

    id: str
    allowed_origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Storefronts:
    """Authenticates storefronts against the storefronts table."""

    client: DynamoDBClient
    table: str
    clock: Clock

    def authenticate(self, authorization: str) -> Storefront | None:
        """Return the storefront of an `Authorization: Bearer sk_…` header.

        Returns None if the key is not valid. Raises Unavailable if the table does not respond.
        """
        scheme, _, key = authorization.partition(" ")
        storefront_id = api_key_format.storefront_of(key.strip())
        if scheme.lower() != "bearer" or storefront_id is None:
            return None
        with translated():
            answer = self.client.get_item(**storefront_queries.identity(self.table, storefront_id))
        item = answer.get("Item")
        # Compared for an unknown storefront too, so that the time does not reveal which ids exist.
        if not api_key_format.matches(key.strip(), self._digests(item)) or item is None:
            return None
        return Storefront(storefront_id, read_origins(item))

    def _digests(self, item: Mapping[str, Any] | None) -> list[str]:
        """Return the digests of the live keys. A disabled storefront has none."""
        if item is None or "disabledAt" in item:
            return []
        return [key.digest for key in live(read_keys(item), self.clock())]
