"""Times as the operator says and reads them: in WIB (Asia/Jakarta, UTC+7), to the second."""

import re
from datetime import date, datetime, time, timedelta

from payments.domain.clock import DAY, HOUR, MINUTE, WIB, iso_wib

_UNITS = {"s": 1_000, "m": MINUTE, "h": HOUR, "d": DAY}
_AGE = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def told(at: int | None) -> str:
    """`2026-11-26 09:15:02 WIB`, or `never`."""
    if at is None:
        return "never"
    return f"{datetime.fromtimestamp(at // 1000, WIB):%Y-%m-%d %H:%M:%S} WIB"


def iso(at: int | None) -> str | None:
    """`2026-11-26T09:15:02+07:00` for machines; None stays None."""
    return None if at is None else iso_wib(at)


def read_age(text: str) -> int:
    """The milliseconds of `90s`, `30m`, `2h` or `3d`; raises ValueError."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError("an age is a number and s, m, h or d, such as 30m or 2d")
    return int(match[1]) * _UNITS[match[2]]


def days(first: date, last: date) -> range:
    """The epoch milliseconds of the days in WIB from the first to the last, both included."""
    begins, ends = (datetime.combine(one, time(), WIB) for one in (first, last))
    return range(_ms(begins), _ms(ends + timedelta(days=1)))


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000
