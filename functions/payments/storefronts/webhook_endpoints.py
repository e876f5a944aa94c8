"""Webhook secrets and disabled webhook endpoints, from the storefronts table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payments.aws.sdk_errors import ConditionFailed, translated
from payments.storefronts import storefront_queries
from payments.storefronts.storefront_item import encryption_context, live, read_secrets
from payments.webhooks.endpoint import MAX_GONE, Receiver

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from payments.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class DynamoReceivers:
    """The storefronts table; implements `webhooks.interfaces.Receivers`.

    KMS decrypts the webhook secrets. Decrypted secrets are cached.
    """

    dynamodb: DynamoDBClient
    kms: KMSClient
    table: str
    clock: Clock
    # The storefront is part of the key: a secret copied to another storefront must not decrypt.
    _decrypted: dict[tuple[str, bytes], bytes] = field(default_factory=dict, repr=False)

    def of(self, storefront_id: str) -> Receiver | None:
        """Return the receiver of a storefront's webhooks, or None if there is no such storefront.

        A disabled storefront still receives webhooks.
        """
        with translated():
            answer = self.dynamodb.get_item(
                **storefront_queries.receiver(self.table, storefront_id)
            )
        item = answer.get("Item")
        if item is None:
            return None
        secrets = live(read_secrets(item), self.clock())
        return Receiver(
            storefront_id,
            tuple(self._decrypt(storefront_id, secret.sealed) for secret in secrets),
            frozenset(item["goneEndpoints"]["M"]),
        )

    def disable(self, storefront_id: str, endpoint_hash: str) -> None:
        """Disable a webhook endpoint; do nothing if it or MAX_GONE others are disabled."""
        request = storefront_queries.disable_endpoint(
            self.table, storefront_id, endpoint_hash, self.clock(), MAX_GONE
        )
        try:
            with translated():
                self.dynamodb.update_item(**request)
        except ConditionFailed:
            return

    def _decrypt(self, storefront_id: str, sealed: bytes) -> bytes:
        known = self._decrypted.get((storefront_id, sealed))
        if known is not None:
            return known
        with translated():
            answer = self.kms.decrypt(
                CiphertextBlob=sealed, EncryptionContext=encryption_context(storefront_id)
            )
        secret = self._decrypted[storefront_id, sealed] = answer["Plaintext"]
        return secret
