"""The schedule of status syncs. Pure; all times are epoch milliseconds.

Finpay stops retrying callbacks after 111 minutes, so early status syncs are frequent. Late status
syncs find money that arrives after a payment was closed.
"""

from collections.abc import Iterable
from zlib import crc32

from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.payment import Payment
from payments.domain.transition_table import CLOSED, OPEN

_EARLY_DELAYS = tuple(minutes * MINUTE for minutes in (2, 5, 15, 30, 60, 120, 240))
_PERIOD = 6 * HOUR
_GRACE = MINUTE  # so that the code has expired by Finpay's clock too
_LATE_DELAYS = (HOUR, 6 * HOUR, DAY, 3 * DAY)

RETRY_MS = 5 * MINUTE
"""Delay before the next status sync if Finpay did not respond."""

RESOLVE_AFTER_MS = 15 * MINUTE
"""How long the service waits for a storefront to repeat a request with unknown outcome."""


_SHARDS = 8


def shards() -> list[str]:
    """Return the partitions of the index of due payments. A single one would be a bottleneck."""
    return [str(shard) for shard in range(_SHARDS)]


def shard_of(order_id: str) -> str:
    """Return the partition of a payment."""
    return str(crc32(order_id.encode()) % _SHARDS)


def first_sync_time(created_at: int) -> int:
    """Return the time of the first status sync of a new payment."""
    return created_at + _EARLY_DELAYS[0]


def first_late_sync_time(given_up_at: int) -> int:
    """Return the time of the first status sync of a payment that was just closed."""
    return given_up_at + _LATE_DELAYS[0]


def is_expired(payment: Payment, now: int) -> bool:
    """Return whether the code has expired. Only Finpay knows whether it was paid."""
    return now >= payment.expires_at + _GRACE


def next_sync_time(payment: Payment, now: int) -> int | None:
    """Return the time of the next status sync after `now`, or None after the last one.

    - Open payments, after creation: 2, 5, 15 and 30 minutes, 1, 2 and 4 hours, and then every
      6 hours until the code expires.
    - Open payments, after expiry: 1 minute, then 1 hour, 6 hours, 1 day and 3 days after that
      minute, and then every day.
    - Closed payments, after they were closed: 1 hour, 6 hours, 1 day and 3 days.
    """
    if payment.status in OPEN:
        return _next_open_sync(payment, now)
    if payment.status in CLOSED:
        given_up_at = max(e.at for e in payment.history if not e.observed)
        return _first_after(now, (given_up_at + delay for delay in _LATE_DELAYS))
    return None


def _next_open_sync(payment: Payment, now: int) -> int:
    age, expiry = now - payment.created_at, payment.expires_at + _GRACE
    periodic = _EARLY_DELAYS[-1] + max(0, (age - _EARLY_DELAYS[-1]) // _PERIOD + 1) * _PERIOD
    before = (payment.created_at + delay for delay in (*_EARLY_DELAYS, periodic))
    after = (expiry, *(expiry + delay for delay in _LATE_DELAYS))
    candidates = [*(at for at in before if at < payment.expires_at), *after]
    return _first_after(now, candidates) or now + DAY


def _first_after(now: int, moments: Iterable[int]) -> int | None:
    return min((at for at in moments if at > now), default=None)
