"""The clock and the formats of times.

The service uses epoch milliseconds (UTC), its API for storefronts uses ISO 8601. Finpay sends times
without a time zone. They are in WIB (Asia/Jakarta), which is UTC+7 all year.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

type Clock = Callable[[], int]
"""Returns the current time in epoch milliseconds."""

WIB = timezone(timedelta(hours=7))
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
_PLAUSIBLE_YEARS = range(2000, 2200)


def now() -> int:
    """Return the current time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def parse_wib(text: object) -> int | None:
    """Convert a time from Finpay, such as `2023-04-05 09:56:35` in WIB, to epoch milliseconds.

    Returns None if the value does not have this form.
    """
    if not isinstance(text, str) or len(text) != len("2023-04-05 09:56:35"):
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=WIB)
    except ValueError:
        return None
    # Dates such as 0001-01-01 and 9999-12-31 are placeholders, and their conversion can overflow.
    return int(at.timestamp()) * 1000 if at.year in _PLAUSIBLE_YEARS else None


def iso_wib(at: int) -> str:
    """Format epoch milliseconds in WIB, to the second: `2023-04-05T09:56:35+07:00`."""
    return datetime.fromtimestamp(at // 1000, WIB).isoformat()


def iso_utc(at: int) -> str:
    """Format epoch milliseconds in UTC, to the millisecond: `2023-04-05T02:56:35.123Z`."""
    return (
        datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"
    )
