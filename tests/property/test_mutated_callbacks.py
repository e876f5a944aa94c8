"""Forged callbacks by the hundred thousand, and none accepted.

A mutant that verifies is no forgery if it says, to the byte as PHP would write it, what somebody
with the key has signed: spaces, escapes and the spelling of numbers are free where an encoding is
signed, and a mutant may have become another signed body. Those are counted apart, as equivalent;
any other that verifies is accepted, and that is the failure.
"""

import os
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from payments.callbacks import php_json
from payments.callbacks.signature import verify
from payments.domain.errors import SignatureError
from payments.domain.payment import Source
from payments.domain.transition_table import Status
from payments.order_report import read_gateway_status
from testing.builders import (
    MERCHANT_KEY,
    SAMPLE_ORDER_ID,
    make_callback_body,
    make_callback_event,
    make_callback_fields,
)
from testing.service import Service
from tests.functional.hostile.mutations import KEY, Signed, mutated, signed_in_every_form
from tests.unit.signature.callbacks import make_fields
from tests.unit.signature.test_vectors import ACCEPTED, body_of

COUNT = int(os.environ.get("FINPAY_MUTATED_CALLBACKS", "10000"))
AT_THE_HANDLER = 300

pytestmark = pytest.mark.extended

ORIGINALS = [
    *(Signed(body_of(vector), vector["key"]) for vector in ACCEPTED),
    *signed_in_every_form(make_fields()),
    *signed_in_every_form(make_fields(meta={"data": ["/é", "😀", {}, 1.5, -0.0, 10.0]})),
    *signed_in_every_form(make_callback_fields()),
    *signed_in_every_form(make_callback_fields("OTHER-1", amount="1000", status="EXPIRED")),
]


def said(body: bytes) -> str:
    """What a body says, but for its signature."""
    fields = php_json.decode(body)
    assert isinstance(fields, dict)
    unsigned: php_json.JsonValue = {n: fields[n] for n in fields if n != "signature"}
    try:
        return php_json.encode(unsigned)
    except ValueError:  # PHP cannot write an infinite number, so its bytes were signed
        return repr(unsigned)


def is_verified(body: bytes, key: str) -> bool:
    try:
        verify(body, [key])
    except SignatureError:
        return False
    return True


def gateway_status_of(body: bytes) -> object:
    return read_gateway_status(php_json.decode(body), "", Source.CALLBACK)


def test_every_original_is_accepted() -> None:
    assert [original for original in ORIGINALS if not is_verified(*as_pair(original))] == []


def as_pair(original: Signed) -> tuple[bytes, str]:
    return original.body, original.key


def test_no_mutated_callback_is_accepted(figure: Callable[[str], None]) -> None:
    random = Random(COUNT)  # noqa: S311 - a seed, no secret
    signed: dict[str, dict[str, object]] = {}
    for original in ORIGINALS:
        signed.setdefault(original.key, {})[said(original.body)] = gateway_status_of(original.body)
    accepted: list[bytes] = []
    counts: Counter[str] = Counter()
    for _ in range(COUNT):
        original = random.choice(ORIGINALS)
        mutant = mutated(random, original, ORIGINALS)
        if not is_verified(mutant, original.key):
            counts["refused"] += 1
        elif signed[original.key].get(said(mutant), mutant) == gateway_status_of(mutant):
            counts["equivalent"] += 1
        else:
            accepted.append(mutant)
    figure(
        f"{COUNT:,} mutated callbacks: {len(accepted)} accepted, {counts['refused']:,} refused, "
        f"{counts['equivalent']:,} said what was signed"
    )
    assert accepted == []
    assert counts["refused"] > COUNT / 2
    assert counts["equivalent"] > 0, "some only spell what was signed otherwise"


def test_no_mutated_callback_moves_a_payment(
    pending: Service, figure: Callable[[str], None]
) -> None:
    random = Random(AT_THE_HANDLER)  # noqa: S311 - a seed, no secret
    fields = make_callback_fields()
    genuine = signed_in_every_form(fields, MERCHANT_KEY)
    others = [
        *signed_in_every_form(make_callback_fields("OTHER-1"), MERCHANT_KEY),
        *signed_in_every_form(make_callback_fields(status="PENDING"), MERCHANT_KEY),
    ]
    before = pending.payment()
    counts: Counter[int] = Counter()
    for _ in range(AT_THE_HANDLER):
        mutant = mutated(random, random.choice(genuine), others)
        if is_verified(mutant, MERCHANT_KEY):
            continue
        event = make_callback_event(mutant.decode(errors="surrogateescape"))
        counts[pending.callback(event).status] += 1
        row = pending.payment()
        assert (row.status, row.history) == (Status.PENDING, before.history), mutant
    figure(f"{counts.total():,} mutated callbacks at the handler: {dict(counts)}")
    assert set(counts) == {400, 401}
    assert {row["reason"]["S"] for row in pending.rows("QuarantineTable")} == {"signature"}
    assert pending.callback(make_callback_event(make_callback_body())).status == 200
    assert pending.payment(SAMPLE_ORDER_ID).status is Status.PAID


@pytest.mark.parametrize("original", signed_in_every_form(make_fields(), KEY)[:1])
def test_the_judge_knows_a_forgery(original: Signed) -> None:
    forged = signed_in_every_form(make_fields(meta={"data": 1}), KEY)[0]
    respelled = original.body.replace(b":", b": ")
    assert said(forged.body) != said(original.body) == said(respelled)
