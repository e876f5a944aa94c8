"""A storefront's webhook secrets and disabled webhook endpoints."""

import hashlib
from dataclasses import dataclass, field

MAX_GONE = 100
"""Maximum number of disabled endpoints per storefront; it limits the size of the stored item."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What is needed to send webhooks to a storefront.

    `secrets` are the raw keys of all live (not expired) webhook secrets, newest first. `gone`
    contains the `endpoint_of` hashes of the endpoints that answered 410.
    """

    storefront_id: str
    secrets: tuple[bytes, ...] = field(repr=False)
    gone: frozenset[str]


def endpoint_of(url: str) -> str:
    """The hash that identifies an endpoint. It excludes the URL's query, which can vary."""
    return hashlib.sha256(url.partition("?")[0].encode()).hexdigest()[:16]
