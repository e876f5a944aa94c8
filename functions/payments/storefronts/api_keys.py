"""API keys of storefronts: `sk_<storefrontId>_<random>`.

The random part has 256 bits, so a plain SHA-256 of the key is all that is stored; a slow hash
protects guessable passwords, and there is nothing to guess here.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

MAX_LIVE = 2
"""Keys that one storefront may have alive at once: during a rotation, the new and the old one."""

# Nobody knows a text whose SHA-256 this is.
_NO_DIGEST = "0" * 64
_KEY = re.compile(r"sk_(?P<storefront>[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)_[A-Za-z0-9_-]{43}")
_STOREFRONT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def is_storefront_id(text: str) -> bool:
    """1 to 32 lower-case letters, digits and inner hyphens; an underscore would end it in a key."""
    return _STOREFRONT_ID.fullmatch(text) is not None


def compose(storefront_id: str, random: str) -> str:
    """The key of a storefront out of 43 random URL-safe characters (256 bits)."""
    return f"sk_{storefront_id}_{random}"


def storefront_of(key: str) -> str | None:
    """The storefront that a key claims to be of; None if it is no key at all."""
    match = _KEY.fullmatch(key)
    return match["storefront"] if match else None


def digest(key: str) -> str:
    """What is stored of a key: lower-case hex of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, digests: Sequence[str]) -> bool:
    """Whether one of the stored digests is this key's.

    Takes the same time wherever they differ, and for none as for MAX_LIVE of them.
    """
    actual = digest(key)
    padding = [_NO_DIGEST] * (MAX_LIVE - len(digests))
    return sum(hmac.compare_digest(actual, stored) for stored in [*digests, *padding]) > 0
