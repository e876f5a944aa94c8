"""Callbacks without end: what they may fill, and what they may make the service do."""

import base64

from payments.domain.transition_table import Status
from testing.builders import (
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.service import Service

MOST_ROWS = 256
"""Of what nobody signed, for one order."""


def test_a_flood_of_forged_callbacks_fills_no_more_than_its_share_of_the_quarantine(
    pending: Service,
) -> None:
    for n in range(400):
        forged = make_callback_body(make_callback_fields(reference=f"R-{n}"), key="a guess")
        assert pending.callback(make_callback_event(forged)).status == 401
    assert MOST_ROWS / 2 < len(pending.rows("QuarantineTable")) <= MOST_ROWS
    assert pending.witness.calls == ["check"], "Finpay is asked once a minute"
    assert pending.callback(load_event("callback_paid")).status == 200
    assert pending.payment().status is Status.PAID


def test_a_forged_callback_is_one_row_whatever_signature_it_bears(pending: Service) -> None:
    for n in range(10):
        forged = make_callback_body(key=f"guess {n}")
        assert pending.callback(make_callback_event(forged)).status == 401
    assert len(pending.rows("QuarantineTable")) == 1


def test_a_flood_does_not_touch_the_payload_digest_of_what_finpay_signed(pending: Service) -> None:
    assert pending.callback(load_event("callback_wrong_amount")).status == 200
    (signed,) = pending.rows("QuarantineTable")
    for n in range(20):
        forged = make_callback_body(make_callback_fields(reference=f"R-{n}"), key="a guess")
        pending.callback(make_callback_event(forged))
    assert signed in pending.rows("QuarantineTable")


def test_a_flood_to_guessed_urls_is_turned_away_before_any_table(service: Service) -> None:
    for name in ("PaymentsTable", "QuarantineTable", "CircuitsTable"):
        service.drop_table(name)
    for n in range(50):
        event = make_callback_event(order_id=f"A-{n}", token=f"{n:032x}")
        assert service.callback(event).status == 404


def test_a_flood_of_other_spellings_of_one_callback_is_one_entry(pending: Service) -> None:
    paid = make_callback_body()
    for n in range(50):
        body = base64.b64encode((paid + " " * n).encode()).decode()
        assert pending.callback(make_callback_event(body, isBase64Encoded=True)).status == 200
    assert len(pending.payment(SAMPLE_ORDER_ID).history) == 3
    assert pending.rows("QuarantineTable") == []
