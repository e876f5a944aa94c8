"""When Finpay is asked about a payment that nobody calls back about.

Pure: epoch milliseconds in, epoch milliseconds out. Finpay stops calling back after 111 minutes, so
the early status syncs are dense; the late ones are for money that comes after a payment was given
up.
"""

from collections.abc import Iterable
from zlib import crc32

from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.payment import Payment
from payments.domain.transitions import GIVEN_UP, OPEN

_EARLY = tuple(minutes * MINUTE for minutes in (2, 5, 15, 30, 60, 120, 240))
_EVERY = 6 * HOUR
_GRACE = MINUTE  # after its end, so that Finpay's clock has passed it too
_LATE = (HOUR, 6 * HOUR, DAY, 3 * DAY)

AGAIN = 5 * MINUTE
"""How soon to ask again when Finpay did not answer."""

PATIENCE = 15 * MINUTE
"""How long a storefront may take to repeat a request whose outcome nobody knows."""


_SHARDS = 8


def shards() -> list[str]:
    """The partitions of the index of due payments: a single one would be a bottleneck."""
    return [str(shard) for shard in range(_SHARDS)]


def shard_of(order_id: str) -> str:
    """The partition of a payment."""
    return str(crc32(order_id.encode()) % _SHARDS)


def first_sync_time(created_at: int) -> int:
    """The first status sync at a payment that was just reserved."""
    return created_at + _EARLY[0]


def first_late_sync_time(given_up_at: int) -> int:
    """The first status sync at a payment that was just given up."""
    return given_up_at + _LATE[0]


def is_over(payment: Payment, now: int) -> bool:
    """Whether the payment's time is over; what that means, only Finpay can say."""
    return now >= payment.expires_at + _GRACE


def next_sync_time(payment: Payment, now: int) -> int | None:
    """The next status sync after `now` by the schedule; None after the last one.

    Open payments: after 2, 5, 15, 30 minutes, 1, 2, 4 hours, then every 6 hours until they expire,
    one minute after that, 1 hour, 6 hours, 1 day and 3 days later, and then every day. Payments
    that were given up: 1 hour, 6 hours, 1 day and 3 days after that.
    """
    if payment.status in OPEN:
        return _next_open_sync(payment, now)
    if payment.status in GIVEN_UP:
        given_up_at = max(e.at for e in payment.history if not e.saw)
        return _first_after(now, (given_up_at + late for late in _LATE))
    return None


def _next_open_sync(payment: Payment, now: int) -> int:
    age, over = now - payment.created_at, payment.expires_at + _GRACE
    periodic = _EARLY[-1] + max(0, (age - _EARLY[-1]) // _EVERY + 1) * _EVERY
    before = (payment.created_at + after for after in (*_EARLY, periodic))
    after = (over, *(over + late for late in _LATE))
    candidates = [*(at for at in before if at < payment.expires_at), *after]
    return _first_after(now, candidates) or now + DAY


def _first_after(now: int, moments: Iterable[int]) -> int | None:
    return min((at for at in moments if at > now), default=None)
