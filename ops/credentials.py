"""Makes API keys and webhook secrets, each with what is stored of it."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from payments.domain import ids
from payments.storefronts import api_key_format
from payments.storefronts.storefront_item import ApiKey, WebhookSecret, encryption_context

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def new_key(storefront_id: str, now: int) -> tuple[str, ApiKey]:
    """An API key of 256 random bits and its hash."""
    shown = api_key_format.compose(storefront_id, secrets.token_urlsafe(32))
    return shown, ApiKey(api_key_format.digest(shown), now)


def new_secret(
    kms: KMSClient, data_key: str, storefront_id: str, now: int
) -> tuple[str, WebhookSecret]:
    """A secret of 256 random bits as Standard Webhooks writes it, and sealed by `data_key`."""
    raw = secrets.token_bytes(32)
    sealed = kms.encrypt(
        KeyId=data_key, Plaintext=raw, EncryptionContext=encryption_context(storefront_id)
    )["CiphertextBlob"]
    shown = f"whsec_{base64.b64encode(raw).decode()}"
    return shown, WebhookSecret(ids.new_id(), sealed, now)
