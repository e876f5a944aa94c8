"""`python -m ops report`: days in WIB beside Finpay."""

import csv
from pathlib import Path

import pytest

from ops import wib
from ops.agreement import Difference, compare, refund_differs
from ops.report import GIVE_UP_AFTER
from ops.report_table import COLUMNS
from payments.domain.payment import Payment, Source
from payments.domain.transition_table import Status
from payments.ledger.entry import Decision, Judgement, Kind
from testing.builders import NOW, SAMPLE_ORDER_ID, make_gateway_status, make_payment
from tests.functional.ops.ledgers import make_money
from tests.functional.ops.operator import Operator

DAY = 86_400_000
_S = Status


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (_S.PAID, "PAID", Difference.AGREES),
        (_S.PENDING, "REQUEST_INITIATED", Difference.AGREES),
        (_S.INITIATING, "PENDING", Difference.AGREES),
        (_S.EXPIRED, "EXPIRED", Difference.AGREES),
        (_S.CANCELLED, "CANCELED", Difference.AGREES),
        (_S.FAILED, "FAILURE", Difference.AGREES),
        (_S.REFUNDED, "REFUNDED", Difference.AGREES),
        (_S.PARTIALLY_REFUNDED, "PARTIALLY_REFUNDED", Difference.AGREES),
        (_S.PENDING, "PAID", Difference.OTHER_STATUS),
        (_S.PAID, "REFUNDED", Difference.OTHER_STATUS),
        (_S.PAID, "PENDING", Difference.OTHER_STATUS),
        (_S.REVIEW, "PAID", Difference.OTHER_STATUS),
        (_S.PAID, "SOMETHING_NEW", Difference.OTHER_STATUS),
        (_S.CANCELLED, "PENDING", Difference.OTHER_STATUS),
    ],
)
def test_a_status_here_agrees_with_the_one_that_means_the_same(
    status: Status, said: str, expected: Difference
) -> None:
    reported = make_gateway_status(status=said, source=Source.STATUS_CHECK)
    assert compare(make_payment(status=status), reported, NOW) is expected


def test_a_code_whose_time_is_over_and_that_finpay_still_calls_open_agrees() -> None:
    reported = make_gateway_status(status="PENDING", source=Source.STATUS_CHECK)
    expired = make_payment(status=Status.EXPIRED)
    assert compare(expired, reported, NOW + 2 * DAY) is Difference.AGREES
    assert compare(expired, reported, NOW) is Difference.OTHER_STATUS


@pytest.mark.parametrize(
    "said", [{"paid_amount": 900}, {"amount": 900, "paid_amount_given": False}, {"currency": "USD"}]
)
def test_another_amount_or_currency_is_another_amount_whatever_the_status(
    said: dict[str, object],
) -> None:
    reported = make_gateway_status(source=Source.STATUS_CHECK, **said)
    for status in (Status.PAID, Status.REVIEW, Status.PENDING):
        assert compare(make_payment(status=status), reported, NOW) is Difference.OTHER_AMOUNT


def test_an_order_that_finpay_does_not_know_is_only_here_unless_it_never_came_so_far() -> None:
    for status in Status:
        never = status in {Status.INITIATING, Status.FAILED}
        expected = Difference.AGREES if never else Difference.ONLY_HERE
        assert compare(make_payment(status=status), None, NOW) is expected


def accepted(came: int) -> Payment:
    """A payment of 1,000 rupiah for which an operator accepted what came."""
    accept = Judgement(Decision.ACCEPTED, frozenset({0}), NOW, "me", "because", 1)
    return make_payment(status=Status.PAID, ledger=(make_money(came), accept))


def test_what_an_operator_accepted_is_compared_with_what_had_come() -> None:
    for came, paid, expected in (
        (900, 900, Difference.AGREES),
        (900, 1000, Difference.OTHER_AMOUNT),
        (1000, 900, Difference.OTHER_AMOUNT),
    ):
        reported = make_gateway_status(source=Source.STATUS_CHECK, paid_amount=paid)
        assert compare(accepted(came), reported, NOW) is expected
    of_another = make_gateway_status(
        source=Source.STATUS_CHECK, amount=900, paid_amount_given=False
    )
    assert compare(accepted(900), of_another, NOW) is Difference.AGREES
    back = make_gateway_status(source=Source.STATUS_CHECK, status="REFUNDED")
    assert compare(accepted(900), back, NOW) is Difference.OTHER_STATUS


def today(operator: Operator) -> str:
    return wib.told(operator.service.clock()).partition(" ")[0]


def make_a_day(operator: Operator) -> None:
    """One order of each kind."""
    for order_id in ("AGREES", "STATUS", "AMOUNT"):
        operator.shop.order(order_id)
    operator.fate("AGREES")
    operator.callback("AGREES")
    operator.fate("STATUS")
    operator.fate("AMOUNT", amount=900)
    operator.callback("AMOUNT", amount=900)
    now = operator.service.clock()
    operator.service.put(make_payment(order_id="HERE", status=Status.PAID, created_at=now))
    operator.service.put(make_payment(order_id="BEFORE", created_at=now - 2 * DAY))
    operator.callback("THERE")


def in_a_cell(value: object) -> str:
    """A value of a JSON row as CSV has it."""
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


def test_a_days_payments_are_told_apart_and_asking_changes_nothing(
    operator: Operator, tmp_path: Path
) -> None:
    make_a_day(operator)
    before, file = operator.rows(), tmp_path / "day.csv"
    found = operator.json("report", "--date", today(operator), "--csv", str(file), code=3)
    assert operator.rows() == before
    assert {row["orderId"]: row["difference"] for row in found["rows"]} == {
        "AGREES": "agrees",
        "STATUS": "other-status",
        "AMOUNT": "other-amount",
        "HERE": "only-here",
        "THERE": "other-status",
    }
    assert found["totals"] == dict.fromkeys(Difference, 0) | {
        "agrees": 1,
        "only-here": 1,
        "other-status": 2,
        "other-amount": 1,
    }
    assert (found["from"], found["to"]) == (today(operator), today(operator))
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert tuple(rows[0]) == COLUMNS == tuple(found["rows"][0])
    as_text = [{name: in_a_cell(value) for name, value in row.items()} for row in found["rows"]]
    assert rows == as_text


def test_for_people_only_what_does_not_agree_is_printed(operator: Operator) -> None:
    make_a_day(operator)
    lines = operator.lines("report", "--date", today(operator), code=3)
    assert sorted(lines[:-1]) == [
        "AMOUNT  toko  other-amount  amount or currency differ",
        "HERE  demo  only-here  Finpay knows no such order",
        "STATUS  toko  other-status  PENDING here, PAID there",
        "THERE  not here  other-status  a signed callback came for it, and it is not here",
    ]
    assert lines[-1] == (
        "agrees 1  only-here 1  other-status 2  other-amount 1"
        "  paid-twice 0  possibly-paid-twice 0  refund-differs 0  not-compared 0"
    )


def test_a_day_that_agrees_ends_well(operator: Operator) -> None:
    operator.shop.order("A-1")
    assert operator.json("report", "--date", today(operator))["totals"]["agrees"] == 1
    assert operator.json("report", "--date", "2020-01-01")["rows"] == []


def rows_of(operator: Operator, code: int) -> dict[str, tuple[str, str | None]]:
    """Difference and reason of each of today's orders."""
    found = operator.json("report", "--date", today(operator), code=code)
    return {row["orderId"]: (row["difference"], row["why"]) for row in found["rows"]}


def test_a_day_whose_only_mismatch_was_accepted_ends_well(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1", amount=900)
    operator.lines("reconcile", "A-1")
    assert rows_of(operator, 3) == {"A-1": ("other-amount", "amount or currency differ")}
    operator.decide("accept", "A-1")
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}
    operator.fate("A-1", amount=800, again=True)
    why = "Rp800 there of order A-1 is not recorded here"
    assert rows_of(operator, 3) == {"A-1": ("paid-twice", why)}


@pytest.mark.parametrize("said", ["PAID", "REFUNDED", "PARTIALLY_REFUNDED", "SOMETHING_NEW"])
def test_money_for_an_order_that_was_given_up_at_finpay_is_another_status(
    second_attempt_operator: Operator, said: str
) -> None:
    assert rows_of(second_attempt_operator, 0) == {SAMPLE_ORDER_ID: ("agrees", None)}
    second_attempt_operator.fate(SAMPLE_ORDER_ID, "status", status=said)
    why = f"PENDING here, {said} there of its order {SAMPLE_ORDER_ID}"
    assert rows_of(second_attempt_operator, 3) == {SAMPLE_ORDER_ID: ("other-status", why)}


def test_money_of_another_order_is_paid_twice_until_it_was_given_back(
    second_attempt_operator: Operator,
) -> None:
    second_attempt_operator.fate(second_attempt_operator.service.payment().gateway_order_id)
    second_attempt_operator.lines("reconcile", SAMPLE_ORDER_ID)
    assert rows_of(second_attempt_operator, 0) == {SAMPLE_ORDER_ID: ("agrees", None)}
    second_attempt_operator.fate(SAMPLE_ORDER_ID, late=True)
    why = f"Rp1.000 there of order {SAMPLE_ORDER_ID} is not recorded here"
    assert rows_of(second_attempt_operator, 3) == {SAMPLE_ORDER_ID: ("paid-twice", why)}
    second_attempt_operator.fate(SAMPLE_ORDER_ID, "status", status="REFUNDED")
    assert rows_of(second_attempt_operator, 0) == {SAMPLE_ORDER_ID: ("agrees", None)}


def test_a_payment_agrees_only_if_finpay_answered_for_each_of_its_orders(
    second_attempt_operator: Operator,
) -> None:
    second_attempt_operator.service.witness.after["check"] = second_attempt_operator.silence
    difference, why = rows_of(second_attempt_operator, 3)[SAMPLE_ORDER_ID]
    assert difference == "not-compared"
    assert why == f"no answer came that can be read, of its order {SAMPLE_ORDER_ID}"


def test_a_difference_is_told_though_another_order_got_no_answer(
    second_attempt_operator: Operator,
) -> None:
    latest = second_attempt_operator.service.payment().gateway_order_id
    second_attempt_operator.fate(latest)
    second_attempt_operator.service.witness.after["check"] = second_attempt_operator.silence
    expected = ("other-status", "PENDING here, PAID there")
    assert rows_of(second_attempt_operator, 3) == {SAMPLE_ORDER_ID: expected}


def test_what_an_operator_decided_is_said_beside_the_difference(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1")
    operator.fate("A-1", "status", status="CANCELLED")
    operator.lines("reconcile", "A-1")
    operator.decide("accept", "A-1")
    why = "PAID here, CANCELLED there; an operator decided so"
    assert rows_of(operator, 3) == {"A-1": ("other-status", why)}


def test_a_mismatch_that_was_rejected_is_said_to_be_decided_and_other_money_is_not(
    operator: Operator,
) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1", amount=900)
    operator.lines("reconcile", "A-1")
    operator.decide("reject", "A-1")
    why = "amount or currency differ; an operator decided so"
    assert rows_of(operator, 3) == {"A-1": ("other-amount", why)}
    operator.fate("A-1", again=True)
    assert rows_of(operator, 3) == {"A-1": ("other-status", "CANCELLED here, PAID there")}


def paid_at_finpay(operator: Operator, reference: str = "FP00000000000001") -> None:
    """An order that is paid at Finpay, whose callback came."""
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1", reference=reference)


def test_who_paid_twice_is_not_said_to_agree(operator: Operator) -> None:
    paid_at_finpay(operator)
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}
    operator.callback("A-1", reference="CB-2")
    why = "Rp1.000 (CB-2) came beyond what counts"
    assert rows_of(operator, 3) == {"A-1": ("paid-twice", why)}
    (row,) = operator.json("report", "--date", today(operator), code=3)["rows"]
    assert (row["paidAmount"], row["overpaidAmount"]) == (1000, 1000)
    assert row["references"] == ["FP00000000000001", "CB-2"]
    assert row["finpayReferences"] == ["FP00000000000001"]
    operator.callback("A-1", status="REFUNDED", reference="CB-2")
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}


def test_who_paid_twice_is_told_though_finpay_is_silent(operator: Operator) -> None:
    paid_at_finpay(operator)
    operator.callback("A-1", reference="CB-2")
    operator.silence()
    assert rows_of(operator, 3)["A-1"][0] == "paid-twice"


def test_the_refund_of_an_excess_agrees_with_a_payment_that_stays_paid(operator: Operator) -> None:
    paid_at_finpay(operator)
    operator.callback("A-1", reference="CB-2")
    operator.callback("A-1", status="REFUNDED", reference="CB-2")
    operator.fate("A-1", "status", status="REFUNDED")
    assert operator.service.payment("A-1").status is Status.PAID
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}


def test_who_possibly_paid_twice_is_told_until_somebody_decides(operator: Operator) -> None:
    paid_at_finpay(operator)
    operator.callback("A-1", reference=None, datetime="2023-04-04 11:00:00")
    why = "Rp1.000 (the one of 2023-04-04 11:00:00 WIB) may be other money than what counts"
    assert rows_of(operator, 3) == {"A-1": ("possibly-paid-twice", why)}
    operator.silence()
    assert rows_of(operator, 3)["A-1"][0] == "possibly-paid-twice"
    operator.decide("reject", "A-1")
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}


def test_money_that_is_disputed_does_not_agree(operator: Operator) -> None:
    paid_at_finpay(operator)
    operator.callback("A-1", reference="FP00000000000001", amount=900)
    why = "reports of Rp1.000 (FP00000000000001) differ"
    assert rows_of(operator, 3) == {"A-1": ("other-amount", why)}


def test_refunds_that_differ_are_told(operator: Operator) -> None:
    paid_at_finpay(operator)
    operator.callback("A-1", status="REFUNDED", reference="FP00000000000001")
    operator.fate("A-1", "status", status="REFUNDED")
    assert rows_of(operator, 0) == {"A-1": ("agrees", None)}
    operator.callback("A-1", status="REFUNDED", reference="FP00000000000055")
    why = "Refunds of Rp1.000 are reported beyond the money that came"
    assert rows_of(operator, 3) == {"A-1": ("refund-differs", why)}


def test_a_part_of_the_money_that_went_back_is_compared_by_its_amount() -> None:
    paid = make_money(reference="M1")
    partly = make_money(300, "M1", kind=Kind.PARTIALLY_REFUNDED)
    payment = make_payment(status=Status.PARTIALLY_REFUNDED, ledger=(paid, partly))
    for amount, expected in ((300, False), (700, True), (1000, False)):
        reported = make_gateway_status(
            source=Source.STATUS_CHECK,
            status="PARTIALLY_REFUNDED",
            paid_amount=amount,
            payment_reference=None,
        )
        assert compare(payment, reported, NOW) is Difference.AGREES
        assert refund_differs(payment, reported) is expected, amount


def test_several_days_are_compared_at_once(operator: Operator) -> None:
    now = operator.service.clock()
    for name, days in (("TWO", 2), ("ONE", 1), ("NOW", 0)):
        operator.service.put(make_payment(order_id=name, created_at=now - days * DAY))
    first, last = (wib.told(now - days * DAY).partition(" ")[0] for days in (1, 0))

    def orders(*options: str) -> list[str]:
        return [row["orderId"] for row in operator.json("report", *options)["rows"]]

    assert orders("--from", first, "--to", last) == ["ONE", "NOW"]
    assert orders("--from", first, "--to", first) == ["ONE"]
    assert orders("--date", last) == ["NOW"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "give --date, or --from and --to"),
        (("--from", "2026-11-26"), "give --date, or --from and --to"),
        (("--to", "2026-11-26"), "give --date, or --from and --to"),
        (("--date", "2026-11-26", "--from", "2026-11-26"), "give --date, or --from and --to"),
        (("--from", "2026-11-27", "--to", "2026-11-26"), "--to is before --from"),
    ],
)
def test_days_that_are_none_are_refused(
    operator: Operator, options: tuple[str, ...], why: str
) -> None:
    result = operator.run("report", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_a_payment_belongs_to_the_day_on_which_money_went_back(operator: Operator) -> None:
    now = operator.service.clock()
    paid = make_money(recorded_at=NOW, paid_at=NOW, gateway_order_id="A-1")
    back = make_money(kind=Kind.REFUNDED, recorded_at=now, paid_at=None, gateway_order_id="A-1")
    operator.service.put(make_payment(order_id="A-1", status=Status.REFUNDED, ledger=(paid, back)))
    assert list(rows_of(operator, 3)) == ["A-1"]


def test_a_storefronts_report_has_its_payments_alone(operator: Operator) -> None:
    make_a_day(operator)
    found = operator.json("report", "--date", today(operator), "--storefront", "demo", code=3)
    assert [row["orderId"] for row in found["rows"]] == ["HERE"]


def test_a_payment_belongs_also_to_the_day_on_which_it_was_paid(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.fate("A-1")
    operator.callback("A-1")
    found = operator.json("report", "--date", "2023-04-04")
    assert [row["orderId"] for row in found["rows"]] == ["A-1"]


def test_a_finpay_that_does_not_answer_is_asked_no_more_and_nothing_counts_as_agreed(
    operator: Operator,
) -> None:
    for n in range(GIVE_UP_AFTER + 2):
        operator.shop.order(f"A-{n}")
    operator.callback("THERE")
    operator.silence(100)
    operator.service.witness.calls.clear()
    found = operator.json("report", "--date", today(operator), code=3)
    assert found["totals"]["not-compared"] == GIVE_UP_AFTER + 3
    assert len(operator.service.witness.calls) == GIVE_UP_AFTER
    assert operator.service.rows("CircuitsTable") == []


def test_a_file_that_cannot_be_written_is_said(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "day.csv"
    why, following = operator.refused("report", "--date", "2020-01-01", "--csv", str(file))
    assert why == f"{file} cannot be written: No such file or directory"
    assert following == "name another file with --csv"
