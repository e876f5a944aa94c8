"""Who has seen a callback, and has its URL, sends it again: a year later, or spelled otherwise."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from payments.domain.clock import DAY
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.service import Service

YEAR = 365 * DAY
SEEN = str(load_event("callback_paid")["body"])
SHORT = str(load_event("callback_wrong_amount")["body"])

type Course = Callable[[Service], object]
"""What happened to a payment before the replay."""


def as_it_was(body: str) -> str:
    return body


def with_spaces(body: str) -> str:
    return json.dumps(json.loads(body), indent=1)


def with_escapes(body: str) -> str:
    return body.replace('"PAID"', '"\\u0050AID"')


def with_the_signature_first(body: str) -> str:
    fields = json.loads(body)
    return json.dumps({"signature": fields.pop("signature"), **fields})


SPELLINGS = [as_it_was, with_spaces, with_escapes, with_the_signature_first]


def receive(service: Service, body: str) -> None:
    assert service.callback(make_callback_event(body)).status == 200


def hear(service: Service, status: str, **fields: Any) -> None:
    receive(service, make_callback_body(make_callback_fields(status=status, **fields)))


def paid(service: Service) -> None:
    receive(service, SEEN)


def refunded(service: Service) -> None:
    paid(service)
    hear(service, "REFUNDED")


def partially_refunded(service: Service) -> None:
    paid(service)
    hear(service, "PARTIALLY_REFUNDED")


def voided(service: Service) -> None:
    """Paid here, cancelled at Finpay, and a status sync found that out."""
    paid(service)
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    service.finpay.simulation.order_store.set_status(SAMPLE_ORDER_ID, "CANCELLED")
    hear(service, "CANCELLED")
    service.sweep()


def short(service: Service) -> None:
    receive(service, SHORT)


# What happened, what an operator decided, what was seen of it, and where that leaves the payment.
COURSES: list[tuple[Course, Decision | None, str, Status]] = [
    (paid, None, SEEN, Status.PAID),
    (refunded, None, SEEN, Status.REFUNDED),
    (partially_refunded, None, SEEN, Status.PARTIALLY_REFUNDED),
    (voided, None, SEEN, Status.REVIEW),
    (voided, Decision.REJECTED, SEEN, Status.CANCELLED),
    (voided, Decision.RETURNED, SEEN, Status.REFUNDED),
    (short, None, SHORT, Status.REVIEW),
    (short, Decision.ACCEPTED, SHORT, Status.PAID),
    (short, Decision.REJECTED, SHORT, Status.CANCELLED),
    (short, Decision.RETURNED, SHORT, Status.REFUNDED),
]


@pytest.mark.parametrize("spelled", SPELLINGS, ids=lambda spelled: spelled.__name__)
@pytest.mark.parametrize(
    ("course", "verdict", "seen", "status"),
    COURSES,
    ids=[f"{course.__name__} {verdict or ''}" for course, verdict, *_ in COURSES],
)
def test_a_replay_a_year_later_changes_nothing_however_it_is_spelled(
    pending: Service,
    course: Course,
    verdict: Decision | None,
    seen: str,
    status: Status,
    spelled: Callable[[str], str],
) -> None:
    course(pending)
    if verdict:
        pending.decide(verdict)
    before = pending.payment()
    kept = keys(pending)
    assert before.status is status
    pending.pass_time(YEAR)
    for _ in range(3):
        receive(pending, spelled(seen))
    assert pending.payment() == before
    assert keys(pending) == kept


def keys(service: Service) -> list[tuple[str, str]]:
    """What the quarantine holds; that a thing came once more may be noted with it."""
    rows = service.rows("QuarantineTable")
    return sorted((row["orderId"]["S"], row["payloadDigest"]["S"]) for row in rows)


@pytest.mark.parametrize("given_up", ["EXPIRED", "CANCELLED", "FAILURE"])
def test_money_that_was_never_entered_counts_however_late_it_is_told(
    pending: Service, given_up: str
) -> None:
    hear(pending, given_up)
    pending.pass_time(YEAR)
    receive(pending, SEEN)
    late = pending.payment()
    assert late.status is Status.PAID
    assert late.received
    assert late.received.late
    assert late.next_sync_at == pending.clock(), "Finpay is asked at once whether it still has it"
    receive(pending, with_spaces(SEEN))
    assert pending.payment() == late


@pytest.mark.parametrize("status", ["EXPIRED", "FAILURE", "PENDING"])
def test_what_was_said_before_the_money_is_noted_once_when_it_is_replayed(
    pending: Service, status: str
) -> None:
    before = make_callback_body(make_callback_fields(status=status))
    receive(pending, before)
    paid(pending)
    pending.pass_time(YEAR)
    receive(pending, before)
    noted = pending.payment()
    for spelled in SPELLINGS:
        receive(pending, spelled(before))
    assert noted.status is Status.PAID
    assert pending.payment() == noted
