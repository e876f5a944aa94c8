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
    is_unresolved,
    next_sync_time,
    retry_time,
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


def test_a_payment_that_stays_open_in_spite_of_all_syncs_is_synced_every_day_for_90_days() -> None:
    syncs = walk(make_pending(), NOW, 1_000)
    over = DAY + MINUTE
    late = [at - over for at in syncs if at > over + 3 * DAY]
    assert late == [days * DAY for days in range(4, 91)]


def test_a_payment_of_a_month_is_synced_every_six_hours_and_after_three_days_once_a_day() -> None:
    syncs = [at for at in walk(make_pending(30 * DAY), NOW, 1_000) if at < 30 * DAY]
    pauses = Counter(later - at for at, later in pairwise(syncs[6:]))
    assert pauses == {6 * HOUR: 12, DAY: 26}


def test_a_payment_of_a_year_is_synced_at_most_once_a_day_but_at_its_beginning_and_end() -> None:
    year = 365 * DAY
    syncs = walk(make_pending(year), NOW, 1_000)
    middle = [at for at in syncs if 4 * DAY < at < year]
    assert {later - at for at, later in pairwise(middle)} == {DAY}
    assert len(syncs) < 500


def failing(payment: Payment, due_at: int, most: int = 20) -> list[int]:
    """When a status sync is repeated that fails each time, each begun just when it was due."""
    retries: list[int] = []
    at: int | None = retry_time(payment, due_at, due_at)
    while at is not None and len(retries) < most:
        retries.append(at - due_at)
        at = retry_time(payment, at, at)
    return retries


def test_a_status_sync_that_fails_is_repeated_after_five_minutes_and_then_ever_more_rarely() -> (
    None
):
    first = NOW + 10 * HOUR
    expected = [5, 10, 20, 40, 80, 160, 320, 360]
    assert failing(make_pending(), first, 8) == [minutes * MINUTE for minutes in expected]


def test_a_status_sync_that_comes_late_and_fails_is_repeated_after_five_minutes() -> None:
    late = NOW + 3 * HOUR
    assert retry_time(make_pending(), NOW + 2 * MINUTE, late) == late + 5 * MINUTE


def test_a_retry_is_never_later_than_the_schedule() -> None:
    assert failing(make_pending(), NOW + 2 * MINUTE, 3) == [
        minutes * MINUTE - 2 * MINUTE for minutes in (5, 10, 15)
    ]


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED, Status.PAID])
def test_a_status_sync_that_always_fails_ends_after_90_days(status: Status) -> None:
    entry = Entry(status, NOW + DAY, Source.CALLBACK, "write-2")
    history = (*make_payment().history, entry)
    code = IssuedCode(None, NOW + DAY, "88027")
    payment = make_payment(status=status, history=history, code=code, updated_at=NOW + DAY)
    retries = failing(payment, NOW + DAY + HOUR, 1_000)
    assert len(retries) < 200
    assert 90 * DAY <= NOW + DAY + HOUR + retries[-1] - payment.expires_at < 92 * DAY


def test_a_payment_is_unresolved_if_it_is_open_a_day_after_its_code_expired() -> None:
    over = NOW + DAY + MINUTE
    assert not is_unresolved(make_pending(), over + DAY - 1)
    assert is_unresolved(make_pending(), over + DAY)
    assert not is_unresolved(make_given_up(), over + DAY)


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


def closed_early(by: Source, *later: Entry) -> Payment:
    """A payment whose code is valid for a month, closed after a day."""
    entry = Entry(Status.FAILED, NOW + DAY, by, "write-2")
    return make_payment(
        status=Status.FAILED,
        history=(*make_payment().history, entry, *later),
        code=IssuedCode(None, NOW + 30 * DAY, "88027"),
    )


@pytest.mark.parametrize("by", [Source.INITIATE, Source.STATUS_CHECK, Source.CANCEL])
def test_a_payment_that_finpay_closed_in_an_answer_has_four_late_syncs(by: Source) -> None:
    assert walk(closed_early(by), NOW + DAY) == LATE


CODE = Entry(Status.FAILED, NOW + DAY + HOUR, Source.INITIATE, "write-3", observed="CODE_ISSUED")
AGREED = Entry(Status.FAILED, NOW + 2 * DAY, Source.CANCEL, "write-4", observed="CANCEL_AGREED")


@pytest.mark.parametrize(
    "payment",
    [
        closed_early(Source.CALLBACK),
        closed_early(Source.OPERATOR),
        closed_early(Source.CANCEL, CODE),
    ],
)
def test_a_payment_whose_code_may_be_payable_is_synced_until_the_code_expires_and_after(
    payment: Payment,
) -> None:
    daily = [days * DAY for days in range(1, 29)]
    assert walk(payment, NOW + DAY) == [*LATE[:2], *daily, *(29 * DAY + late for late in LATE)]


def test_a_payment_that_only_a_callback_closed_is_closed_once_finpay_agrees_to_cancel() -> None:
    assert closed_early(Source.CALLBACK, AGREED).is_closed_at_finpay
    assert walk(closed_early(Source.CALLBACK, AGREED), NOW + DAY) == LATE
    assert not make_payment().is_closed_at_finpay


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
