"""A storefront as the operator sees it: never a digest, never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from payments.domain.clock import iso_utc
from payments.storefronts.storefront_item import ApiKey, Registration, WebhookSecret, live


def line(registration: Registration, now: int) -> str:
    """A storefront in one line, with those of its keys and secrets that are alive."""
    since = registration.disabled_at
    parts = [
        registration.storefront_id,
        "enabled" if since is None else f"disabled since {iso_utc(since)}",
        f"created {iso_utc(registration.created_at)}",
        f"keys {_ends(live(registration.keys, now))}",
        f"webhook secrets {_ends(live(registration.webhook_secrets, now))}",
        f"disabled endpoints {len(registration.gone_endpoints)}",
        f"origins {' '.join(registration.allowed_origins)}",
    ]
    return "  ".join(parts)


def as_json(registration: Registration, now: int) -> dict[str, Any]:
    """The same for machines; times in ISO 8601 (UTC), null where there is none."""
    return {
        "storefrontId": registration.storefront_id,
        "createdAt": iso_utc(registration.created_at),
        "disabledAt": _iso(registration.disabled_at),
        "keys": _lives(live(registration.keys, now)),
        "webhookSecrets": _lives(live(registration.webhook_secrets, now)),
        "disabledEndpoints": len(registration.gone_endpoints),
        "allowedOrigins": list(registration.allowed_origins),
    }


def _ends(credentials: Sequence[ApiKey | WebhookSecret]) -> str:
    ends = [
        "no end" if one.expires_at is None else f"until {iso_utc(one.expires_at)}"
        for one in credentials
    ]
    return f"{len(ends)} ({', '.join(ends)})"


def _lives(credentials: Sequence[ApiKey | WebhookSecret]) -> list[dict[str, str | None]]:
    return [
        {"createdAt": iso_utc(one.created_at), "expiresAt": _iso(one.expires_at)}
        for one in credentials
    ]


def _iso(at: int | None) -> str | None:
    return None if at is None else iso_utc(at)
