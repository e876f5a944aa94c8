"""When Finpay is asked about a payment, walked over its life."""

from collections import Counter
from itertools import pairwise

import pytest

from payments.domain.clock import DAY, HOUR, MINUTE
from payments.domain.payment import LEASE_MS, Entry, IssuedCode, Payment, Source
from payments.domain.sync_schedule import (
    first_late_sync_time,
    first_sync_time,
    is_expired,
    next_sync_time,
    shard_of,
    shards,
)
from payments.domain.transition_table import CLOSED, OPEN, Status
from testing.builders import NOW, make_payment

EARLY = [minutes * MINUTE for minutes in (2, 5, 15, 30, 60, 120, 240)]
LATE = [HOUR, 6 * HOUR, DAY, 3 * DAY]


def make_pending(lifetime: int = DAY) -> Payment:
    """A payment whose code ends so many milliseconds after it was created."""
    return make_payment(status=Status.PENDING, code=IssuedCode(None, NOW + lifetime, "88027"))


def make_given_up(status: Status = Status.EXPIRED, *later: Entry) -> Payment:
    """A payment that was given up a day after it was created."""
    entry = Entry(status, NOW + DAY, Source.STATUS_CHECK, "write-2")
    history = (*make_payment().history, entry, *later)
    return make_payment(status=status, history=history)


def walk(payment: Payment, start: int, most: int = 40) -> list[int]:
    """All syncs after `start`, each taken just when it was due, as time after `start`."""
    taken: list[int] = []
    at: int | None = next_sync_time(payment, start)
    while at is not None and len(taken) < most:
        taken.append(at - start)
        at = next_sync_time(payment, at)
    return taken


def test_the_syncs_at_a_pending_payment_are_dense_first_and_late_ones_follow_its_end() -> None:
    over = DAY + MINUTE
    expected = [*EARLY, 10 * HOUR, 16 * HOUR, 22 * HOUR, over, *(over + late for late in LATE)]
    assert walk(make_pending(), NOW, len(expected)) == expected


def test_a_payment_that_stays_open_in_spite_of_all_syncs_is_synced_every_day_for_ever() -> None:
    *_, before, last = walk(make_pending(), NOW, 60)
    assert last - before == DAY


def test_a_payment_of_a_month_is_synced_every_six_hours() -> None:
    syncs = walk(make_pending(30 * DAY), NOW, 100)
    pauses = Counter(later - at for at, later in pairwise(syncs[6:]))
    assert pauses == {6 * HOUR: 93}


def test_no_sync_before_the_end_comes_after_it() -> None:
    assert walk(make_pending(3 * MINUTE), NOW, 3) == [
        2 * MINUTE,
        4 * MINUTE,
        4 * MINUTE + HOUR,
    ]


def test_a_payment_without_a_code_ends_when_the_last_code_asked_for_would() -> None:
    payment = make_payment(last_attempt_at=NOW, timeout=60)
    assert payment.expires_at == NOW + LEASE_MS + HOUR
    assert walk(payment, NOW, 6)[-2:] == [HOUR, HOUR + 35_000 + MINUTE]


def test_a_payment_is_over_a_minute_after_its_end() -> None:
    assert not is_expired(make_pending(), NOW + DAY + MINUTE - 1)
    assert is_expired(make_pending(), NOW + DAY + MINUTE)


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_a_payment_that_was_given_up_has_four_late_syncs_and_no_more(status: Status) -> None:
    assert walk(make_given_up(status), NOW + DAY) == LATE


def test_what_is_noted_of_a_payment_that_was_given_up_moves_no_late_sync() -> None:
    noted = Entry(Status.EXPIRED, NOW + 2 * DAY, Source.CALLBACK, "write-3", "e", "NEW")
    assert walk(make_given_up(Status.EXPIRED, noted), NOW + DAY) == LATE


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN - CLOSED))
def test_a_payment_that_is_settled_is_synced_no_more(status: Status) -> None:
    assert next_sync_time(make_payment(status=status), NOW) is None


def test_syncs_that_were_missed_are_not_made_up_for() -> None:
    assert next_sync_time(make_pending(), NOW + 3 * HOUR) == NOW + 4 * HOUR


def test_the_first_syncs_are_those_of_the_schedule() -> None:
    assert first_sync_time(NOW) == NOW + EARLY[0]
    assert first_late_sync_time(NOW) == NOW + LATE[0]


def test_payments_are_spread_evenly_over_the_shards() -> None:
    counts = Counter(shard_of(f"ORDER-{n}") for n in range(8_000))
    assert sorted(counts) == shards()
    assert min(counts.values()) > 850
