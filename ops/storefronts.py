"""Registers the shops that may ask for payment codes, and changes what is registered.

A lost answer makes the SDK send a write again, which then meets itself: what it finds bears the new
key or says what was wanted, and that is a success.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ops import credentials, origins, storefront_writes
from ops.errors import StorefrontChanged, StorefrontExists, StorefrontUnknown
from ops.rotation import Overlap, rotated
from payments.storefronts import api_key_format
from payments.storefronts.storefront_item import (
    Registration,
    gone_value,
    keys_value,
    read_keys,
    read_secrets,
    secrets_value,
    to_registration,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from payments.domain.clock import Clock

type Value = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Registered:
    """What a new storefront needs; it is seen this one time."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registry:
    """The storefronts table, and the key (an ARN) that seals webhook secrets in it.

    Whatever names a storefront raises StorefrontUnknown if there is none, and what changes one
    StorefrontChanged if somebody else was quicker.
    """

    dynamodb: DynamoDBClient
    kms: KMSClient
    table: str
    data_key: str
    clock: Clock

    def create(self, storefront_id: str, allowed_origins: list[str]) -> Registered:
        """Register a storefront.

        `allowed_origins` are the origins (`https://shop.example`) that the URLs in its requests may
        have; `*` allows any and is meant for trying things out.
        Raises ValueError for an id that no key can carry or an origin that no URL can have,
        StorefrontExists for an id that is taken.
        """
        origins.check(allowed_origins)
        if not api_key_format.is_storefront_id(storefront_id):
            raise ValueError(
                "a storefront id is 1 to 32 lower-case letters, digits and inner hyphens"
            )
        now = self.clock()
        shown_key, key = credentials.new_key(storefront_id, now)
        shown_secret, secret = credentials.new_secret(self.kms, self.data_key, storefront_id, now)
        new = Registration(storefront_id, now, (key,), (secret,), tuple(allowed_origins), {})
        try:
            self.dynamodb.put_item(**storefront_writes.register(self.table, new))
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            if key.digest not in str(error.response.get("Item")):
                raise StorefrontExists(storefront_id) from None
        return Registered(shown_key, shown_secret)

    def all(self) -> Iterator[Registration]:
        """Every storefront, in no order. Reads the whole table, which has few items."""
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=self.table):
            yield from map(to_registration, page["Items"])

    def rotate_key(self, storefront_id: str, overlap: Overlap) -> str:
        """A new API key beside the old one, which ends after the overlap; raises TooManyLive."""
        old, now = self._get(storefront_id).keys, self.clock()
        shown, key = credentials.new_key(storefront_id, now)
        new = rotated(old, key, now, overlap)

        def is_there(item: Mapping[str, Any]) -> bool:
            return key.digest in {one.digest for one in read_keys(item)}

        self._change(storefront_id, "keys", keys_value(old), keys_value(new), is_there)
        return shown

    def rotate_webhook_secret(self, storefront_id: str, overlap: Overlap) -> str:
        """A new webhook secret; webhooks are signed with the old one too during the overlap.

        Raises TooManyLive.
        """
        old, now = self._get(storefront_id).webhook_secrets, self.clock()
        shown, secret = credentials.new_secret(self.kms, self.data_key, storefront_id, now)
        new = rotated(old, secret, now, overlap)

        def is_there(item: Mapping[str, Any]) -> bool:
            return secret.id in {one.id for one in read_secrets(item)}

        self._change(
            storefront_id, "webhookSecrets", secrets_value(old), secrets_value(new), is_there
        )
        return shown

    def end_key_overlap(self, storefront_id: str) -> None:
        """End all API keys but the newest at once."""
        keys = self._get(storefront_id).keys
        self._set(storefront_id, "keys", keys_value(keys), keys_value(keys[:1]))

    def end_webhook_secret_overlap(self, storefront_id: str) -> None:
        """Sign webhooks with the newest secret alone from now on."""
        old = self._get(storefront_id).webhook_secrets
        self._set(storefront_id, "webhookSecrets", secrets_value(old), secrets_value(old[:1]))

    def disable(self, storefront_id: str) -> None:
        """Let none of the storefront's keys in; its payments and webhooks go on."""
        if self._get(storefront_id).disabled_at is None:
            now = {"N": str(self.clock())}
            self._change(storefront_id, "disabledAt", None, now, lambda item: "disabledAt" in item)

    def enable(self, storefront_id: str) -> None:
        """Let the storefront's keys in again."""
        since = self._get(storefront_id).disabled_at
        if since is not None:
            self._set(storefront_id, "disabledAt", {"N": str(since)}, None)

    def enable_webhooks(self, storefront_id: str) -> int:
        """Forget which endpoints answered 410, and return how many those were."""
        gone = self._get(storefront_id).gone_endpoints
        self._set(storefront_id, "goneEndpoints", gone_value(gone), gone_value({}))
        return len(gone)

    def _get(self, storefront_id: str) -> Registration:
        answer = self.dynamodb.get_item(**storefront_writes.get(self.table, storefront_id))
        if "Item" not in answer:
            raise StorefrontUnknown(storefront_id)
        return to_registration(answer["Item"])

    def _set(self, storefront_id: str, name: str, old: Value, new: Value) -> None:
        """A change that is done when the attribute is as wanted, whoever did it."""
        self._change(storefront_id, name, old, new, lambda item: item.get(name) == new)

    def _change(
        self,
        storefront_id: str,
        name: str,
        old: Value,
        new: Value,
        is_done: Callable[[Mapping[str, Any]], bool],
    ) -> None:
        request = storefront_writes.change(self.table, storefront_id, name, old, new)
        try:
            self.dynamodb.update_item(**request)
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            found: Any = error.response.get("Item")
            if not found:
                raise StorefrontUnknown(storefront_id) from None
            if not is_done(found):
                raise StorefrontChanged(storefront_id) from None
