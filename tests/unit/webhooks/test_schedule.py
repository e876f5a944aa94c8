"""When a webhook is tried again."""

import pytest

from payments.webhooks.retry_policy import MAX_PAUSE, RetryPolicy
from testing.template import resources, template

DEFAULTS = [int(pause) for pause in template()["Parameters"]["WebhookPauses"]["Default"].split(",")]
RETRIES = RetryPolicy(DEFAULTS)
HOUR = 3600


def test_the_attempts_are_spread_over_75_hours() -> None:
    assert DEFAULTS[:6] == [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR]
    assert set(DEFAULTS[6:-1]) == {12 * HOUR}
    assert sum(DEFAULTS) == 75 * HOUR


def test_the_queue_gives_up_after_the_last_attempt() -> None:
    redrive = resources("AWS::SQS::Queue")["WebhooksQueue"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == len(DEFAULTS) + 1
    assert RETRIES.pause_after(len(DEFAULTS) + 1, None, 0.5) == 0


def test_an_event_can_be_tried_for_as_long_as_its_queue_keeps_it() -> None:
    kept = resources("AWS::SQS::Queue")["WebhooksQueue"]["MessageRetentionPeriod"]
    assert kept > sum(DEFAULTS) * 1.1 + len(DEFAULTS) * 180


@pytest.mark.parametrize("number", range(1, len(DEFAULTS) + 1))
def test_each_pause_is_spread_by_a_tenth_and_no_longer_than_the_queue_allows(number: int) -> None:
    shortest, middle, longest = (
        RETRIES.pause_after(number, None, chance) for chance in (0.0, 0.5, 1.0)
    )
    pause = DEFAULTS[number - 1]
    assert middle == min(pause, MAX_PAUSE)
    assert shortest == round(pause * 0.9)
    assert longest == min(round(pause * 1.1), MAX_PAUSE)


def test_a_receiver_that_asks_for_more_time_gets_it() -> None:
    assert RETRIES.pause_after(1, 120, 0.5) == 120


def test_a_receiver_that_asks_for_less_time_does_not_bring_the_next_attempt_forward() -> None:
    assert RETRIES.pause_after(3, 1, 0.5) == 1800


def test_a_receiver_cannot_ask_for_more_than_the_queue_can_wait() -> None:
    assert RETRIES.pause_after(1, 10**9, 0.5) == MAX_PAUSE
