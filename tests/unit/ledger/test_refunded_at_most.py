"""How much of an excess may have gone back, if every report of a refund is taken at its most."""

import pytest

from payments.ledger.entry import Decision, Judgement, Kind, LedgerEntry, Report, Reporter, Terms
from payments.ledger.identity import received_in
from payments.ledger.refunds import refunded_at_most

TERMS = Terms(1000, "IDR")
CALLBACK, CHECK = Reporter.CALLBACK, Reporter.STATUS_CHECK


def report(
    kind: Kind,
    reference: str | None = None,
    amount: int | None = 1000,
    *,
    by: Reporter = CALLBACK,
    at: int | None = None,
    order: str = "A-1",
    about: int | None = None,
) -> Report:
    return Report(kind, by, 0, order, amount, "IDR", 1000, at, reference, about=about)


PAID, BACK, PARTLY = Kind.PAID, Kind.REFUNDED, Kind.PARTIALLY_REFUNDED
TWO = [report(PAID, "M1"), report(PAID, "M2")]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], 0),
        ([report(BACK, "M2")], 1000),
        ([report(BACK, "M1")], 0),
        ([report(PARTLY, "M1", 300)], 0),
        ([report(BACK)], 1000),
        ([report(PARTLY, None, 300), report(PARTLY, None, 400)], 700),
        ([report(PARTLY, "R1", 300), report(PARTLY, "R1", 400)], 700),
        ([report(PARTLY, "R1", 300), report(PARTLY, "R2", 300, by=CHECK)], 600),
        ([report(PARTLY, "M2", 600), report(PARTLY, "R9", 600)], 1000),
        ([report(BACK, None, None)], 1000),
        ([report(PARTLY, None, None)], 1000),
        # A status check's reference is no callback's, whatever it looks like.
        ([report(PARTLY, "M1", 300, by=CHECK)], 300),
        ([report(BACK, order="A-1_x")], 0),
        ([report(BACK, None, 400, by=Reporter.OPERATOR, about=1)], 400),
        ([report(BACK, None, 400, by=Reporter.OPERATOR, about=0)], 0),
    ],
)
def test_all_refunds_that_name_no_other_money_are_added_up(
    entries: list[Report], expected: int
) -> None:
    ledger: list[LedgerEntry] = [*TWO, *entries]
    received = received_in(ledger, TERMS)
    assert refunded_at_most(ledger, received, received[1]) == expected


def test_a_refund_that_names_what_is_only_possible_may_be_of_any_money() -> None:
    ledger = [*TWO, report(PAID, "S9", by=CHECK, at=5000), report(PARTLY, "S9", 300, by=CHECK)]
    received = received_in(ledger, TERMS)
    assert [one.is_certain for one in received] == [True, True, False]
    assert refunded_at_most(ledger, received, received[1]) == 300


def test_a_report_that_an_operator_took_for_no_refund_is_none() -> None:
    accepted = Judgement(Decision.ACCEPTED, frozenset({0, 1}), 0, "me", "because", 1)
    operators = report(PAID, by=Reporter.OPERATOR)
    ledger: list[LedgerEntry] = [report(BACK), operators, accepted, *TWO]
    received = received_in(ledger, TERMS)
    of = {one.reference(CALLBACK): one for one in received}
    assert refunded_at_most(ledger, received, of["M2"]) == 0
