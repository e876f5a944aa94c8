"""Who receives a storefront's webhooks."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receiver:
    """A storefront's live webhook secrets, as raw keys, and the endpoints that it gave up."""

    storefront_id: str
    secrets: tuple[bytes, ...]
    gone: frozenset[str]


def endpoint_of(url: str) -> str:
    """What tells an endpoint apart: a hash of its URL without the query, which may vary."""
    return hashlib.sha256(url.partition("?")[0].encode()).hexdigest()[:16]
