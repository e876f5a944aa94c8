"""Time: epoch milliseconds (UTC) inside, WIB towards Finpay, ISO 8601 towards storefronts.

Finpay writes times without a zone and means WIB (Asia/Jakarta), which is UTC+7 all year.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

type Clock = Callable[[], int]
"""Says the time, in epoch milliseconds."""

WIB = timezone(timedelta(hours=7))
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
_PLAUSIBLE_YEARS = range(2000, 2200)


def now() -> int:
    """The time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def parse_wib(text: object) -> int | None:
    """Epoch milliseconds of Finpay's `2023-04-05 09:56:35`, or None if it is no such time."""
    if not isinstance(text, str) or len(text) != len("2023-04-05 09:56:35"):
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=WIB)
    except ValueError:
        return None
    # 0001-01-01 and 9999-12-31 are how others write "none", and no calendar can turn them to UTC.
    return int(at.timestamp()) * 1000 if at.year in _PLAUSIBLE_YEARS else None


def iso_wib(at: int) -> str:
    """`2023-04-05T09:56:35+07:00`, to the second."""
    return datetime.fromtimestamp(at // 1000, WIB).isoformat()


def iso_utc(at: int) -> str:
    """`2023-04-05T02:56:35.123Z`, to the millisecond."""
    return (
        datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"
    )
