import time

import pytest

from payments.domain import clock


def test_finpays_sample_expires_1440_minutes_after_its_order_id() -> None:
    assert clock.parse_wib("2023-04-05 09:56:35") == 1_680_576_995_000 + 1_440 * 60_000


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Jakarta", "UTC"])
def test_the_zone_of_the_host_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert clock.parse_wib("2023-04-05 09:56:35") == 1_680_663_395_000
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        *(None, 7, "", "2023-04-05", "2023-04-05T09:56:35Z", "2023-13-05 09:56:35", "x" * 19),
        *("0001-01-01 00:00:00", "1999-12-31 23:59:59", "2200-01-01 00:00:00"),
    ],
)
def test_anything_but_finpays_form_is_no_time(text: object) -> None:
    assert clock.parse_wib(text) is None


def test_times_are_written_in_wib_and_in_utc() -> None:
    assert clock.iso_wib(1_680_663_395_123) == "2023-04-05T09:56:35+07:00"
    assert clock.iso_utc(1_680_663_395_007) == "2023-04-05T02:56:35.007Z"


def test_now_is_in_milliseconds() -> None:
    assert abs(clock.now() - time.time() * 1000) < 5_000
