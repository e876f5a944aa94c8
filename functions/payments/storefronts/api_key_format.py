"""API keys of storefronts: `sk_<storefrontId>_<random>`.

Only the SHA-256 of a key is stored. A slow hash is for passwords that can be guessed and is not
needed for 256 random bits.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

MAX_LIVE = 2
"""Maximum number of live keys of a storefront: during a rotation, the new and the old key."""

# No known text has this SHA-256, so it matches no key.
_NO_DIGEST = "0" * 64
_KEY = re.compile(r"sk_(?P<storefront>[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)_[A-Za-z0-9_-]{43}")
_STOREFRONT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def is_storefront_id(text: str) -> bool:
    """Return whether the text is a valid storefront id.

    It has 1 to 32 lower-case letters, digits and inner hyphens. Underscores are not allowed because
    they separate the parts of a key.
    """
    return _STOREFRONT_ID.fullmatch(text) is not None


def compose(storefront_id: str, random: str) -> str:
    """Return the key of a storefront; `random` is 43 URL-safe characters (256 bits)."""
    return f"sk_{storefront_id}_{random}"


def storefront_of(key: str) -> str | None:
    """Return the storefront id in a key, not yet authenticated; None if the form is invalid."""
    match = _KEY.fullmatch(key)
    return match["storefront"] if match else None


def digest(key: str) -> str:
    """Return the stored form of a key: its SHA-256 in lower-case hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, digests: Sequence[str]) -> bool:
    """Return whether one of the stored digests belongs to the key.

    The time is the same for 0 to MAX_LIVE digests and does not depend on where they differ.
    """
    actual = digest(key)
    padding = [_NO_DIGEST] * (MAX_LIVE - len(digests))
    return sum(hmac.compare_digest(actual, stored) for stored in [*digests, *padding]) > 0
