"""The schedule of status syncs. Pure; all times are epoch milliseconds.

Finpay stops retrying callbacks after 111 minutes, so early status syncs are frequent. Late status
syncs find money that arrives after a payment was closed.
"""

from zlib import crc32

from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.payment import Payment
from payments.domain.transition_table import CLOSED, OPEN

_EARLY_DELAYS = tuple(minutes * MINUTE for minutes in (2, 5, 15, 30, 60, 120, 240))
_PERIOD = 6 * HOUR
_FREQUENT = 3 * DAY  # then a long-lived payment is synced once a day
_GRACE = MINUTE  # so that the code has expired by Finpay's clock too
_LATE_DELAYS = (HOUR, 6 * HOUR, DAY, 3 * DAY)
_LAST_DELAY = 90 * DAY  # a person has known of the payment for long

RETRY_MS = 5 * MINUTE
"""Delay before the first retry of a status sync that failed."""

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


def is_unresolved(payment: Payment, now: int) -> bool:
    """Return whether the code expired a day ago, and Finpay has not told since how it ended."""
    return payment.status in OPEN and now >= payment.expires_at + _GRACE + DAY


def next_sync_time(payment: Payment, now: int) -> int | None:
    """Return the time of the next status sync after `now`, or None after the last one.

    - Open payments, after creation: 2, 5, 15 and 30 minutes, 1, 2 and 4 hours, then every 6 hours
      for 3 days, and then every day until the code expires.
    - Open payments, after expiry: 1 minute, then 1 hour, 6 hours, 1 day and 3 days after that
      minute, and then every day until 90 days after it. Finpay still does not tell by then.
    - Closed payments, after they were closed: 1 hour, 6 hours, 1 day and 3 days. If a callback
      closed the payment, also every day until the code expires, and then 1 hour, 6 hours, 1 day and
      3 days after that.
    """
    return min((at for at in _times_of(payment) if at > now), default=None)


def retry_time(payment: Payment, due_at: int, now: int) -> int | None:
    """Return the time of the retry of a status sync that failed at `now`, or None for no retry.

    `due_at` is when that status sync was due. The first retry follows after 5 minutes. Each further
    one takes twice as long, up to a day, until the next status sync of the schedule. An unresolved
    payment has none, and no payment has one 90 days after its code expired or it last changed.
    """
    if is_unresolved(payment, now):
        return next_sync_time(payment, now)
    changed_at = max(payment.updated_at, payment.sync_requested_at or 0)
    if now >= max(payment.expires_at, changed_at) + _GRACE + _LAST_DELAY:
        return None
    first_try = max((at for at in _times_of(payment) if at <= due_at), default=changed_at)
    retry = now + min(max(due_at - first_try, RETRY_MS), DAY)
    return min(retry, next_sync_time(payment, now) or retry)


def _times_of(payment: Payment) -> list[int]:
    """All status syncs of the schedule of a payment of this status, in no particular order."""
    if payment.status in OPEN:
        return _times_while_open(payment)
    if payment.status in CLOSED:
        return _times_after_closing(payment)
    return []


def _times_while_open(payment: Payment) -> list[int]:
    start, end = payment.created_at, payment.expires_at
    frequent_end = start + _EARLY_DELAYS[-1] + _FREQUENT
    before = [
        *(start + delay for delay in _EARLY_DELAYS),
        *range(start + _EARLY_DELAYS[-1], frequent_end, _PERIOD),
        *range(frequent_end, end, DAY),
    ]
    over = end + _GRACE
    after = [over, *(over + delay for delay in _LATE_DELAYS)]
    rare = range(after[-1] + DAY, over + _LAST_DELAY + 1, DAY)
    return [*(at for at in before if at < end), *after, *rare]


def _times_after_closing(payment: Payment) -> list[int]:
    closed_at = max(entry.at for entry in payment.history if not entry.observed)
    late, end = [closed_at + delay for delay in _LATE_DELAYS], payment.expires_at
    if payment.is_closed_at_finpay or end <= late[0]:
        return late
    watched = (*late, *range(closed_at + DAY, end, DAY))
    return [*(at for at in watched if at < end), *(end + delay for delay in _LATE_DELAYS)]
