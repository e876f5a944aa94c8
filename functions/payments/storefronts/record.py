"""What is registered of a storefront, and its DynamoDB item.

Keys and webhook secrets stand with the newest first. One without an end lives until it is rotated;
what has ended is dropped at the next rotation. All times are epoch milliseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

type Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key: SHA-256 (lower-case hex) is all that is stored of it."""

    digest: str
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """A webhook secret, encrypted by KMS for its storefront."""

    id: str
    sealed: bytes
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """One storefront, with everything that the operator registered and `notify` noted of it."""

    storefront_id: str
    created_at: int
    keys: tuple[ApiKey, ...]
    webhook_secrets: tuple[WebhookSecret, ...]
    allowed_origins: tuple[str, ...]
    gone_endpoints: Mapping[str, int]
    disabled_at: int | None = None


class Expiring(Protocol):
    """An API key or a webhook secret."""

    @property
    def expires_at(self) -> int | None:
        """When it ended or will end; None if that is not decided."""


def live[E: Expiring](credentials: Iterable[E], now: int) -> tuple[E, ...]:
    """Those that have not ended yet, in their order."""
    return tuple(one for one in credentials if one.expires_at is None or now < one.expires_at)


def encryption_context(storefront_id: str) -> dict[str, str]:
    """What KMS binds a storefront's webhook secrets to: they open for no other storefront."""
    return {"storefrontId": storefront_id}


def to_item(registration: Registration) -> dict[str, Any]:
    """The item of a storefront, in DynamoDB's typed form.

    The map of gone endpoints is there from the start, since none can be set in a map that is not.
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
    """The storefront in an item as DynamoDB returns it."""
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
    """The API keys in an item."""
    entries = [entry["M"] for entry in item["keys"]["L"]]
    return tuple(ApiKey(entry["digest"]["S"], *_life(entry)) for entry in entries)


def read_secrets(item: Value) -> tuple[WebhookSecret, ...]:
    """The webhook secrets in an item."""
    entries = [entry["M"] for entry in item["webhookSecrets"]["L"]]
    return tuple(
        WebhookSecret(entry["id"]["S"], entry["sealed"]["B"], *_life(entry)) for entry in entries
    )


def read_origins(item: Value) -> tuple[str, ...]:
    """The origins in an item that a storefront's URLs may have."""
    return tuple(origin["S"] for origin in item["allowedOrigins"]["L"])


def keys_value(keys: Sequence[ApiKey]) -> dict[str, Any]:
    """API keys as an attribute."""
    return {"L": [{"M": {"digest": {"S": key.digest}} | _ages(key)} for key in keys]}


def secrets_value(secrets: Sequence[WebhookSecret]) -> dict[str, Any]:
    """Webhook secrets as an attribute."""
    return {
        "L": [
            {"M": {"id": {"S": secret.id}, "sealed": {"B": secret.sealed}} | _ages(secret)}
            for secret in secrets
        ]
    }


def gone_value(gone: Mapping[str, int]) -> dict[str, Any]:
    """Hashes of endpoints and when they answered 410, as an attribute."""
    return {"M": {name: _number(at) for name, at in gone.items()}}


def _ages(credential: ApiKey | WebhookSecret) -> dict[str, Any]:
    created = {"createdAt": _number(credential.created_at)}
    if credential.expires_at is None:
        return created
    return created | {"expiresAt": _number(credential.expires_at)}


def _life(entry: Value) -> tuple[int, int | None]:
    expires_at = int(entry["expiresAt"]["N"]) if "expiresAt" in entry else None
    return int(entry["createdAt"]["N"]), expires_at


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
