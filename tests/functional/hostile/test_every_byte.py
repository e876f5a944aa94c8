"""Each byte of a signed callback is worth its refusal, through the handler."""

import pytest

from payments.domain.transition_table import Status
from testing.builders import load_event, make_callback_event
from testing.service import Service

SIGNED = str(load_event("callback_paid")["body"])


@pytest.mark.parametrize("part", range(4))
def test_any_byte_of_a_signed_callback_changed_makes_it_worthless(
    pending: Service, part: int
) -> None:
    before = pending.payment().history
    for at in range(part, len(SIGNED), 4):
        changed = SIGNED[:at] + chr(ord(SIGNED[at]) ^ 1) + SIGNED[at + 1 :]
        answer = pending.callback(make_callback_event(changed))
        assert answer.status in {400, 401}, at
        assert pending.payment().history == before, at
    assert {row["reason"]["S"] for row in pending.rows("QuarantineTable")} == {"signature"}
    assert pending.callback(make_callback_event(SIGNED)).status == 200
    assert pending.payment().status is Status.PAID
