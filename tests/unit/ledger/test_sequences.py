"""Sequences of reports and decisions, and what follows for a payment of 1,000 rupiah."""

from typing import NamedTuple

import pytest

from payments.domain.money_rules import first_ledger
from payments.domain.transition_table import Status
from payments.ledger.entry import Kind, Reporter
from testing.ledgers import (
    ACCEPT,
    CANCELLED,
    FIRST_SECOND,
    REJECT,
    RETURN,
    Step,
    paid,
    partly,
    refunded,
    report,
    take_all,
)


class Follows(NamedTuple):
    """What follows. `certain` and `possible` count payments received; amounts are in rupiah."""

    status: Status
    certain: int = 1
    possible: int = 0
    overpaid: int = 0
    refunded: int = 0
    late: bool = False


PAID, REVIEW, REFUNDED = Status.PAID, Status.REVIEW, Status.REFUNDED
PARTLY = Status.PARTIALLY_REFUNDED

SEQUENCES: list[tuple[tuple[Step, ...], Follows]] = [
    ((paid("M1", 1), paid("S9", 1)), Follows(PAID)),
    ((paid("M1", 1), paid("S9", 2)), Follows(PAID, possible=1)),
    ((paid("M1"), paid("S9")), Follows(PAID, possible=1)),
    ((paid("M1", 1), paid(None, 2)), Follows(PAID, possible=1)),
    (
        (paid(None, 1), paid(None, 2, order_amount=1001), paid("M1", 3, amount=900)),
        Follows(PAID, possible=2),
    ),
    (
        (paid("M1", gateway_order_id="A-2"), paid("M1", gateway_order_id="A-1")),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    ((paid(), paid("CB-1"), paid("CB-2")), Follows(PAID, certain=2, overpaid=1000)),
    ((paid("M1"), paid("M1", amount=900)), Follows(PAID)),
    ((paid("M1", amount=900), paid("M1")), Follows(REVIEW)),
    ((paid("M3", amount=900), paid("M2")), Follows(PAID, certain=2, overpaid=900)),
    ((paid("M2"), paid("M3", amount=900)), Follows(PAID, certain=2, overpaid=900)),
    (
        (
            paid("M1", 1, amount=859),
            paid("M2", 2, amount=999),
            paid(None, 3, order_reference="M2"),
        ),
        Follows(PAID, certain=2, possible=1, overpaid=859),
    ),
    (
        (paid("S9", 1), paid("M3", 2, amount=900), refunded("M3", 900)),
        Follows(PARTLY, possible=1, refunded=900),
    ),
    (
        (paid("S9", amount=1), RETURN, paid("M1"), paid("M3", amount=900), REJECT),
        Follows(PAID, certain=2),
    ),
    (
        (paid("M1", 1), CANCELLED, REJECT, paid(None, 2), ACCEPT, paid("S9", 2)),
        Follows(PAID, certain=2),
    ),
    ((paid("M1"), paid("M2"), refunded("M1")), Follows(PAID, certain=2)),
    ((paid("M1"), paid("M2"), refunded("M2")), Follows(PAID, certain=2)),
    ((paid("M1"), refunded("M1"), paid("M2")), Follows(PAID, certain=2, late=True)),
    ((paid("M1"), paid("M2"), refunded()), Follows(PAID, certain=2)),
    (
        (paid("M1"), paid("M3", amount=900), refunded()),
        Follows(REFUNDED, certain=2, overpaid=900, refunded=1000),
    ),
    ((paid("M1"), partly("M1", 300), partly(None, 300)), Follows(PARTLY, refunded=300)),
    ((paid("M1"), partly("M1", 300), partly("M1", 700)), Follows(PARTLY, refunded=700)),
    ((paid("M1"), partly("M1", None)), Follows(PARTLY)),
    ((paid("M1"), partly("M1", 1000)), Follows(PARTLY)),
    ((paid("M5", currency="USD"),), Follows(REVIEW)),
    ((refunded("M1"),), Follows(REVIEW, certain=0)),
    ((partly("M1", 300),), Follows(REVIEW, certain=0)),
    ((partly(None, None),), Follows(REVIEW, certain=0)),
    ((refunded("M1", None),), Follows(REVIEW, certain=0)),
    ((refunded("M1"), ACCEPT, paid("M1")), Follows(PAID)),
    ((refunded("M1"), REJECT, paid("M1")), Follows(REFUNDED, refunded=1000)),
    (
        (paid("M3", amount=900), RETURN, paid("M2"), refunded(None, 900)),
        Follows(PAID, certain=2, late=True),
    ),
    ((paid("M1"), CANCELLED, ACCEPT, CANCELLED), Follows(PAID)),
    ((paid("M1"), CANCELLED), Follows(REVIEW)),
    # The first may have been reversed, so it is no excess that is certain.
    ((paid("M1"), CANCELLED, paid("M2")), Follows(PAID, possible=1)),
    ((paid("M1"), CANCELLED, paid("M2"), ACCEPT), Follows(PAID, certain=2, overpaid=1000)),
    ((paid("M1"), CANCELLED, paid("M2"), REJECT), Follows(PAID, certain=2)),
    # A cancellation questions money, under whatever reference it is reported again.
    ((paid("S9", 1), CANCELLED, paid("M1", 1)), Follows(REVIEW)),
    ((paid("M1", 1), CANCELLED, paid("M1", 1, 900)), Follows(REVIEW)),
    ((paid("M1", 1), CANCELLED, paid(None, 1)), Follows(REVIEW)),
    # It also questions what was accepted before, and money that came after another cancellation.
    ((paid("M3", amount=900), ACCEPT, CANCELLED), Follows(REVIEW)),
    ((refunded("M1"), ACCEPT, CANCELLED), Follows(REVIEW)),
    ((paid("M1"), CANCELLED, REJECT, paid("M2"), CANCELLED), Follows(REVIEW, certain=2, late=True)),
    # A decision that possible money is none says nothing of a reference that comes later.
    (
        (paid("M1", 1), paid("S9", 5), REJECT, paid("M2", 5)),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    (
        (paid("M1", 1), paid(None, 5), REJECT, paid("M2", 5)),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    # Other money may be reported under the reference of the other reporter, too.
    (
        (paid("M1", 1), paid("S9", 5), ACCEPT, paid("M2", 7)),
        Follows(PAID, certain=2, possible=1, overpaid=1000),
    ),
    (
        (paid("M1", 1), paid("S9", 5), RETURN, paid("M2", 7)),
        Follows(PAID, certain=2, possible=1),
    ),
    (
        (paid("M1", 1), paid(None, 5), RETURN, paid("M2", 7)),
        Follows(PAID, certain=2, possible=1),
    ),
    # After a decision, what may be the same money is possible as before.
    ((paid("M3", 1, 900), ACCEPT, paid("S9", 2)), Follows(PAID, possible=1)),
    ((paid("M3", 1, 900), ACCEPT, paid(None, 2)), Follows(PAID, possible=1)),
    ((refunded("M1"), ACCEPT, paid("M1", amount=900)), Follows(PAID, possible=1)),
    ((paid(None, 1, 900), ACCEPT, paid("M2", 2)), Follows(PAID, possible=1)),
    ((paid(None, 1, 900), REJECT, paid(None, 5, 900)), Follows(REVIEW, possible=1)),
    # An unknown part of an excess does not touch what counts.
    (
        (paid("M1"), paid("M2"), partly(None, 1000)),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    (
        (paid("M1"), paid("M2"), partly("R1", None)),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    (
        (paid("M4", amount=800), paid("M3", amount=900), ACCEPT),
        Follows(PAID, certain=2, overpaid=800),
    ),
    ((paid("M1"), refunded(), paid("M2")), Follows(PAID, certain=2, late=True)),
    # A decision that possible money is none makes no certain money possible.
    (
        (paid("M2"), paid("S1"), paid("S9"), refunded(), REJECT),
        Follows(PAID, certain=2),
    ),
    ((paid("M1"), paid("S1"), REJECT, paid("S2")), Follows(PAID, possible=1)),
    # What was reversed did come, so a refund without a reference can be of it.
    ((paid("M1"), CANCELLED, paid("M2"), refunded(), REJECT), Follows(PAID, certain=2)),
    # All of the money went back if Finpay says so and names it, whatever part it names.
    ((paid("M1"), partly("M1", 300), refunded("M1", 700)), Follows(REFUNDED, refunded=1000)),
    # An order amount that a report leaves out is filled in.
    ((paid("M1", 1, order_amount=None), paid("M1", 1)), Follows(PAID)),
    ((paid("M1", 1, order_amount=None), paid("S9", 1)), Follows(PAID)),
    # Accepted possible money is other money, and counts only if nothing else does.
    ((paid("M1", 1), paid("S9", 2, 900), ACCEPT), Follows(PAID, certain=2, overpaid=900)),
    ((paid("M1", 1), paid("S1", 2), REJECT), Follows(PAID)),
    ((paid("M1", 1), paid("S1", 2), ACCEPT), Follows(PAID, certain=2, overpaid=1000)),
    (
        (paid("M3", amount=900), REJECT, paid("M2"), paid("M3", amount=900)),
        Follows(PAID, certain=2, late=True),
    ),
    ((paid("M1"), refunded(gateway_order_id="A-2")), Follows(PAID)),
    ((paid("M1"), partly(None, None, gateway_order_id="A-2")), Follows(PAID)),
    # Each of these tells one of the rules from a slightly different one.
    ((paid("M1", 1), paid("M4", 4, None)), Follows(PAID, certain=2)),
    ((paid("M1", 1), partly(None, None)), Follows(PARTLY)),
    ((paid("M2", 2), refunded("M1", None)), Follows(REFUNDED, refunded=1000)),
    ((paid("M1", 1, 900), refunded("M1")), Follows(REVIEW)),
    ((paid("S1", 1), paid(None, 1)), Follows(PAID)),
    ((paid("S1", 1), paid(None, 9)), Follows(PAID, possible=1)),
    ((paid("S1", 1), paid("M5", 5, currency="USD")), Follows(PAID, certain=2)),
    ((paid(None, 1), paid("M5", 5, currency="USD")), Follows(PAID, certain=2)),
    ((refunded("M1"), paid("M4", 4, None)), Follows(REVIEW)),
    ((refunded("M1"), REJECT), Follows(Status.CANCELLED, certain=0)),
    ((paid(), paid(None, 1)), Follows(PAID)),
    ((paid("M4", 4, None), RETURN), Follows(REFUNDED)),
    ((partly("M1", 1000), ACCEPT), Follows(PAID)),
    (
        (paid("M1", 1), paid("M2", 2), paid(None, 9)),
        Follows(PAID, certain=2, possible=1, overpaid=1000),
    ),
    (
        (paid("M1", 1), paid("M3", 3, 900), paid("S9", 9)),
        Follows(PAID, certain=2, possible=1, overpaid=900),
    ),
    (
        (paid("M1", 1), paid("M3", 3, 900), paid(None, 9)),
        Follows(PAID, certain=2, possible=1, overpaid=900),
    ),
    (
        (paid("M1", 1), paid("M3", 3, 900), partly("M1", 300)),
        Follows(PARTLY, certain=2, overpaid=900, refunded=300),
    ),
    (
        (paid("M1", 1), paid("M3", 3, 900), partly(None, 300)),
        Follows(PAID, certain=2, overpaid=600),
    ),
    ((paid("M1", 1), paid("S1", 1), paid("S9", 9)), Follows(PAID, certain=2, overpaid=1000)),
    ((paid("M1", 1), paid("S9", 9), refunded()), Follows(REFUNDED, possible=1, refunded=1000)),
    ((paid("M1", 1), refunded("M1"), partly("M1", 300)), Follows(REFUNDED, refunded=1000)),
    ((paid("M1", 1), refunded("M1"), refunded("M2")), Follows(REFUNDED, refunded=1000)),
    (
        (paid("M1", 1), refunded("M1"), refunded("M1", gateway_order_id="A-2")),
        Follows(REFUNDED, refunded=1000),
    ),
    ((paid("M1", 1), refunded(), partly("M1", 300)), Follows(REFUNDED, refunded=1000)),
    ((paid("M1", 1), refunded(), partly(None, 300)), Follows(REFUNDED, refunded=1000)),
    ((paid("M1", 1), partly("M1", 300), CANCELLED), Follows(REVIEW)),
    ((paid("M1", 1), partly("M1", 300), partly("M2", 300)), Follows(PARTLY, refunded=600)),
    ((paid("M1", 1), refunded("M1", gateway_order_id="A-2"), ACCEPT), Follows(PAID)),
    (
        (paid("M1", 1, 900), paid("M2", 2), refunded()),
        Follows(REFUNDED, certain=2, overpaid=900, refunded=1000),
    ),
    ((paid("M1", 1, 900), paid("M3", 3, 900), refunded("M1")), Follows(REVIEW, certain=2)),
    ((paid("M1", 1, 900), paid("M3", 3, 900), refunded()), Follows(REVIEW, certain=2)),
    (
        (paid("M1", 1, 900), paid("S1", 1), refunded("M1")),
        Follows(REFUNDED, possible=1, refunded=1000),
    ),
    ((paid("M1", 1, 900), paid("S1", 1), REJECT), Follows(PAID)),
    (
        (paid("M1", 1, 900), paid("M1", 1, gateway_order_id="A-2"), refunded()),
        Follows(PAID, certain=2),
    ),
    ((paid("M1", 1, 900), refunded("M1"), ACCEPT), Follows(REFUNDED, refunded=900)),
    ((paid("M1", 1, 900), refunded("M1"), RETURN), Follows(REFUNDED, refunded=900)),
    ((paid("M1", 1, 900), ACCEPT, paid("M2", 2)), Follows(PAID, certain=2, overpaid=1000)),
    ((paid("M1", 1, 900), REJECT, paid("S1", 1)), Follows(PAID, certain=2, late=True)),
    ((paid("M1", 1, 900), REJECT, partly(None, 300)), Follows(Status.CANCELLED)),
    ((paid(None, 9), CANCELLED, paid(None, 1)), Follows(PAID, possible=1)),
    ((paid("M1", 1, gateway_order_id="A-2"), CANCELLED, ACCEPT), Follows(PAID)),
    ((refunded("M1"), partly("M1", 300), ACCEPT), Follows(PAID)),
    ((refunded("M1"), ACCEPT, refunded()), Follows(PAID)),
    (
        (paid("M1", 1), paid("M3", 3, 900), refunded(), partly("M1", 300)),
        Follows(PARTLY, certain=2, overpaid=200, refunded=300),
    ),
    (
        (paid("M1", 1), paid(None, 9), refunded("M1"), RETURN),
        Follows(REFUNDED, certain=2, refunded=1000),
    ),
    ((paid("M1", 1), paid(None, 9), CANCELLED, REJECT), Follows(Status.CANCELLED, certain=2)),
    (
        (paid("M1", 1), paid(None, 9), REJECT, paid("M2", 2)),
        Follows(PAID, certain=2, overpaid=1000),
    ),
    ((paid("M1", 1), paid("S9", 9), CANCELLED, ACCEPT), Follows(PAID, certain=2, overpaid=1000)),
    ((paid("M1", 1), paid("S9", 9), CANCELLED, REJECT), Follows(Status.CANCELLED)),
    ((refunded("M1"), ACCEPT, paid("M1", 1), refunded()), Follows(PAID)),
    (
        (
            refunded("M1"),
            ACCEPT,
            paid("M1", 1, gateway_order_id="A-2"),
            partly("M1", 300, gateway_order_id="A-2"),
        ),
        Follows(PAID, certain=2, overpaid=700),
    ),
    (
        (refunded("M1"), partly("M1", 300, gateway_order_id="A-2"), ACCEPT, paid("M1", 1)),
        Follows(PAID),
    ),
]


def told(step: Step) -> str:
    """A step in a few words, for the name of a test."""
    if not isinstance(step, tuple):
        return step.value
    return f"{step.kind.value} {step.reference or '-'} {step.amount} {step.paid_at or ''}".strip()


@pytest.mark.parametrize(
    ("steps", "expected"),
    SEQUENCES,
    ids=[", ".join(map(told, steps)) for steps, _ in SEQUENCES],
)
def test_what_follows(steps: tuple[Step, ...], expected: Follows) -> None:
    payment = take_all(*steps)
    standing = payment.standing
    assert expected == Follows(
        payment.status,
        certain=sum(one.is_certain for one in standing.received),
        possible=len(standing.possible),
        overpaid=standing.overpaid,
        refunded=standing.refunded,
        late=payment.received is not None and payment.received.late,
    )


@pytest.mark.parametrize(
    ("steps", "questions"),
    [
        ((paid("M1"),), []),
        ((paid("M1", 1), paid("S9", 1)), []),
        ((paid("M1", amount=900),), ["review"]),
        ((paid("M1"), refunded("M1", 1500)), ["refund-unexplained"]),
        ((paid("M1"), paid("M2"), partly("R1", None)), ["paid-again", "refund-unexplained"]),
        ((paid("M1"), CANCELLED), ["review"]),
        ((paid("M1"), paid("M2")), ["paid-again"]),
        ((paid("M1"), paid("M2"), refunded("M2")), []),
        ((paid("M1", 1), paid("S9", 2)), ["possibly-paid-again"]),
        ((paid("M1", 1), paid("S9", 2), REJECT), []),
        ((paid("M1"), paid("M1", amount=900)), ["disputed"]),
        ((paid("M1"), paid("M1", currency="USD")), ["disputed"]),
        ((paid("M1"), refunded(gateway_order_id="A-2")), ["refund-unexplained"]),
        (
            (paid("M1"), partly(None, None, gateway_order_id="A-2")),
            ["refund-unexplained"],
        ),
        ((refunded(),), ["review", "refund-unexplained"]),
        ((refunded(), ACCEPT), []),
    ],
    ids=str,
)
def test_what_an_operator_is_asked(steps: tuple[Step, ...], questions: list[str]) -> None:
    assert take_all(*steps).standing.questions == questions


def test_money_in_another_currency_is_no_amount_of_the_payment() -> None:
    assert take_all(paid("M5", currency="USD")).received is None


def test_a_report_fills_in_what_was_missing_in_another() -> None:
    payment = take_all(paid(None, 1, channel=None), paid("M1", channel="INDOMARET"))
    assert payment.received
    assert payment.received.payment_reference == "M1"
    assert (payment.received.paid_at, payment.received.channel) == (
        FIRST_SECOND + 1000,
        "INDOMARET",
    )


@pytest.mark.parametrize("unreadable", [{"amount": None}, {"currency": None}], ids=str)
def test_money_that_cannot_be_read_is_never_written_without_reading(
    unreadable: dict[str, None],
) -> None:
    with pytest.raises(ValueError, match="matches no payment"):
        first_ledger(paid("M1", **unreadable))


def test_a_refund_that_names_no_amount_is_of_all_that_counts() -> None:
    payment = take_all(paid("M1"), refunded("M1", None))
    assert (payment.status, payment.standing.refunded) == (REFUNDED, 1000)


def test_a_cancellation_is_in_question_once() -> None:
    payment = take_all(paid("M1"), CANCELLED)
    assert payment.standing.undecided == {0, 1}
    assert [*payment.ledger][-1].kind is Kind.CANCELLED  # type: ignore[union-attr]
    assert take_all(paid("M1"), CANCELLED, REJECT).status is Status.CANCELLED
    assert take_all(paid("M1"), CANCELLED, RETURN).status is REFUNDED


def test_a_status_check_without_a_reference_is_held_against_callbacks_too() -> None:
    check = report(Kind.PAID, reporter=Reporter.STATUS_CHECK, paid_at=FIRST_SECOND + 2000)
    assert len(take_all(paid("M1", 2), check).standing.received) == 1
    assert len(take_all(paid("M1", 1), check).standing.possible) == 1
