"""Who is told what becomes of a storefront's payments."""

import hashlib
from dataclasses import dataclass, field

MAX_GONE = 100
"""Endpoints of one storefront that may be disabled at a time, so that its item stays small."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A storefront as its webhooks' receiver.

    `secrets` are the raw keys of all live webhook secrets, the newest first; `gone` has the hashes
    of endpoints that answered 410.
    """

    storefront_id: str
    secrets: tuple[bytes, ...] = field(repr=False)
    gone: frozenset[str]


def endpoint_of(url: str) -> str:
    """What tells an endpoint apart: a hash of its URL without the query, which may vary."""
    return hashlib.sha256(url.partition("?")[0].encode()).hexdigest()[:16]
