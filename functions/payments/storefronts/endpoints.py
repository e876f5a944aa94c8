"""Receivers of webhooks, out of the storefronts table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payments.aws.errors import ConditionFailed, translated
from payments.storefronts import table_requests
from payments.storefronts.record import encryption_context, live, read_secrets
from payments.webhooks.endpoint import MAX_GONE, Receiver

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from payments.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class DynamoReceivers:
    """The storefronts table, and KMS that sealed what is in it; see ports.Receivers."""

    dynamodb: DynamoDBClient
    kms: KMSClient
    table: str
    clock: Clock
    # By storefront as well: a sealed secret that was copied to another one must not open there.
    _opened: dict[tuple[str, bytes], bytes] = field(default_factory=dict, repr=False)

    def of(self, storefront_id: str) -> Receiver | None:
        """The receiver of a storefront's webhooks, a disabled one's too; None if there is none."""
        with translated():
            answer = self.dynamodb.get_item(**table_requests.receiver(self.table, storefront_id))
        item = answer.get("Item")
        if item is None:
            return None
        secrets = live(read_secrets(item), self.clock())
        return Receiver(
            storefront_id,
            tuple(self._open(storefront_id, secret.sealed) for secret in secrets),
            frozenset(item["goneEndpoints"]["M"]),
        )

    def disable(self, storefront_id: str, endpoint_hash: str) -> None:
        """Remember that an endpoint is gone, unless it is known or MAX_GONE others are."""
        request = table_requests.disable_endpoint(
            self.table, storefront_id, endpoint_hash, self.clock(), MAX_GONE
        )
        try:
            with translated():
                self.dynamodb.update_item(**request)
        except ConditionFailed:
            return

    def _open(self, storefront_id: str, sealed: bytes) -> bytes:
        known = self._opened.get((storefront_id, sealed))
        if known is not None:
            return known
        with translated():
            answer = self.kms.decrypt(
                CiphertextBlob=sealed, EncryptionContext=encryption_context(storefront_id)
            )
        opened = self._opened[storefront_id, sealed] = answer["Plaintext"]
        return opened
