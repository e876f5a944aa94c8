"""What of the payments' stream reaches its function: every event, and few that are none."""

import json
from dataclasses import replace

import pytest

from payments.aws.payment_items import to_item
from payments.domain.payment import Payment
from payments.domain.transition_table import Status
from payments.webhooks.events import events_of
from testing.builders import NOW, make_payment, make_report
from testing.event_filter import lets_in, stream_settings


def is_let_in(before: Payment | None, after: Payment | None) -> bool:
    images = {"OldImage": before, "NewImage": after}
    written = {name: to_item(payment) for name, payment in images.items() if payment}
    # Without its name: AWS documents filters on `dynamodb` alone.
    return lets_in(stream_settings(), {"dynamodb": written})


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_every_change_that_is_an_event_is_let_in(before: Status, after: Status) -> None:
    change = make_payment(status=before), make_payment(status=after)
    assert is_let_in(*change) or not events_of(*change)


def test_money_that_keeps_the_status_is_let_in() -> None:
    paid = make_payment(status=Status.PAID, ledger=(make_report(reference="M1"),))
    again = replace(paid, ledger=(*paid.ledger, make_report(reference="M2")))
    assert events_of(paid, again)
    assert is_let_in(paid, again)


@pytest.mark.parametrize("status", [Status.INITIATING, Status.PENDING])
def test_a_sync_of_an_open_payment_is_kept_out(status: Status) -> None:
    before = make_payment(status=status)
    assert not is_let_in(before, replace(before, sync_id="sync-1", next_sync_at=NOW))


def test_what_is_new_or_gone_is_kept_out() -> None:
    for status in Status:
        payment = make_payment(status=status)
        assert not is_let_in(None, payment)
        assert not is_let_in(payment, None)


def test_the_filters_are_as_many_and_as_short_as_lambda_takes() -> None:
    patterns = [one["Pattern"] for one in stream_settings()["FilterCriteria"]["Filters"]]
    assert len(patterns) <= 5
    assert all(len(pattern) <= 4096 and json.loads(pattern) for pattern in patterns)
