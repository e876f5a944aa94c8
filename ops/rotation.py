"""How API keys and webhook secrets follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ops.errors import TooManyLive
from payments.storefronts.api_key_format import MAX_LIVE
from payments.storefronts.storefront_item import ApiKey, WebhookSecret, live


@dataclass(frozen=True, slots=True)
class Overlap:
    """How long the old ones live on, in milliseconds; `drop_older` ends all but the newest now."""

    milliseconds: int
    drop_older: bool = False


def rotated[C: ApiKey | WebhookSecret](
    old: Sequence[C], new: C, now: int, overlap: Overlap
) -> tuple[C, ...]:
    """The new one and what of the old ones lives on, the newest first.

    Without an overlap none does, so that a leaked one can be replaced whatever is alive. Raises
    TooManyLive.
    """
    end = now + overlap.milliseconds
    going = list(live(old, now))[: 1 if overlap.drop_older else None]
    kept = [replace(one, expires_at=min(end, one.expires_at or end)) for one in going if end > now]
    if len(kept) >= MAX_LIVE:
        raise TooManyLive
    return (new, *kept)
