"""The registration of a storefront and its DynamoDB item.

API keys and webhook secrets are in order, newest first. Without `expires_at`, they are valid until
they are rotated. The next rotation removes expired ones. All times are epoch milliseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

type Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key. Only its SHA-256 (lower-case hex) is stored."""

    digest: str
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """A webhook secret; `sealed` is encrypted by KMS for its storefront."""

    id: str
    sealed: bytes
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """A storefront with the operator's settings.

    `gone_endpoints` are the hashes of webhook endpoints that `notify` disabled, each with the time.
    """

    storefront_id: str
    created_at: int
    keys: tuple[ApiKey, ...]
    webhook_secrets: tuple[WebhookSecret, ...]
    allowed_origins: tuple[str, ...]
    gone_endpoints: Mapping[str, int]
    disabled_at: int | None = None


class Expiring(Protocol):
    """A credential that can expire: an API key or a webhook secret."""

    @property
    def expires_at(self) -> int | None:
        """The expiry time; None if the credential has none."""


def live[E: Expiring](credentials: Iterable[E], now: int) -> tuple[E, ...]:
    """Return the credentials that have not expired, in the same order."""
    return tuple(one for one in credentials if one.expires_at is None or now < one.expires_at)


def encryption_context(storefront_id: str) -> dict[str, str]:
    """Return the KMS encryption context that binds a webhook secret to its storefront."""
    return {"storefrontId": storefront_id}


def to_item(registration: Registration) -> dict[str, Any]:
    """Return the item of a storefront in DynamoDB's typed form.

    `goneEndpoints` is always present, because an update cannot add a key to a missing map.
    """
    item: dict[str, Any] = {
        "storefrontId": {"S": registration.storefront_id},
        "createdAt": _number(registration.created_at),
        "keys": keys_value(registration.keys),
        "webhookSecrets": secrets_value(registration.webhook_secrets),
        "allowedOrigins": {"L": [{"S": origin} for origin in registration.allowed_origins]},
        "goneEndpoints": gone_value(registration.gone_endpoints),
    }
    if registration.disabled_at is not None:
        item["disabledAt"] = _number(registration.disabled_at)
    return item


def to_registration(item: Value) -> Registration:
    """Return the storefront in an item in DynamoDB's typed form."""
    return Registration(
        storefront_id=item["storefrontId"]["S"],
        created_at=int(item["createdAt"]["N"]),
        keys=read_keys(item),
        webhook_secrets=read_secrets(item),
        allowed_origins=read_origins(item),
        gone_endpoints={name: int(at["N"]) for name, at in item["goneEndpoints"]["M"].items()},
        disabled_at=int(item["disabledAt"]["N"]) if "disabledAt" in item else None,
    )


def read_keys(item: Value) -> tuple[ApiKey, ...]:
    """Return the API keys in an item."""
    entries = [entry["M"] for entry in item["keys"]["L"]]
    return tuple(ApiKey(entry["digest"]["S"], *_read_lifetime(entry)) for entry in entries)


def read_secrets(item: Value) -> tuple[WebhookSecret, ...]:
    """Return the webhook secrets in an item."""
    entries = [entry["M"] for entry in item["webhookSecrets"]["L"]]
    return tuple(
        WebhookSecret(entry["id"]["S"], entry["sealed"]["B"], *_read_lifetime(entry))
        for entry in entries
    )


def read_origins(item: Value) -> tuple[str, ...]:
    """Return the allowed origins in an item."""
    return tuple(origin["S"] for origin in item["allowedOrigins"]["L"])


def keys_value(keys: Sequence[ApiKey]) -> dict[str, Any]:
    """Return API keys as an attribute value."""
    return {"L": [{"M": {"digest": {"S": key.digest}} | _lifetime(key)} for key in keys]}


def secrets_value(secrets: Sequence[WebhookSecret]) -> dict[str, Any]:
    """Return webhook secrets as an attribute value."""
    return {
        "L": [
            {"M": {"id": {"S": secret.id}, "sealed": {"B": secret.sealed}} | _lifetime(secret)}
            for secret in secrets
        ]
    }


def gone_value(gone: Mapping[str, int]) -> dict[str, Any]:
    """Return the hashes of disabled webhook endpoints and their times as an attribute value."""
    return {"M": {name: _number(at) for name, at in gone.items()}}


def _lifetime(credential: ApiKey | WebhookSecret) -> dict[str, Any]:
    created = {"createdAt": _number(credential.created_at)}
    if credential.expires_at is None:
        return created
    return created | {"expiresAt": _number(credential.expires_at)}


def _read_lifetime(entry: Value) -> tuple[int, int | None]:
    expires_at = int(entry["expiresAt"]["N"]) if "expiresAt" in entry else None
    return int(entry["createdAt"]["N"]), expires_at


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
