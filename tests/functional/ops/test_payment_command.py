"""`python -m ops payment`: "I paid, where is my order?", through the real handlers."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from ops.cases import Case
from payments.aws.deliveries_table import KEPT_DAYS
from payments.domain.payment import LEDGER_LIMIT
from payments.domain.transition_table import Status
from testing.builders import NOW, make_cancel_event, make_payment
from testing.service import MINUTE
from testing.shop import ATTEMPTS
from tests.functional.ops.ledgers import make_money
from tests.functional.ops.operator import Operator

DAY = 1_440 * MINUTE

type Situation = Callable[[Operator], object]


def asked(operator: Operator) -> None:
    operator.shop.order("A-1")


def lost(operator: Operator) -> None:
    asked(operator)
    operator.fate("A-1")


def paid(operator: Operator) -> None:
    asked(operator)
    operator.fate("A-1")
    operator.callback("A-1", reference="FP00000000000001")


def told(operator: Operator) -> None:
    paid(operator)
    operator.shop.tell()


def late(operator: Operator) -> None:
    asked(operator)
    operator.fate("A-1", "expire")
    operator.callback("A-1", status="EXPIRED")
    operator.fate("A-1", late=True)
    operator.callback("A-1", reference="FP00000000000001")
    operator.shop.tell()


def wrong(operator: Operator) -> None:
    asked(operator)
    operator.fate("A-1", amount=900)
    operator.callback("A-1", amount=900, reference="FP00000000000001")


def unheard(operator: Operator) -> None:
    paid(operator)
    operator.shop.receiver.answers = [(500, {})] * (2 * ATTEMPTS)
    operator.shop.tell()


def gone(operator: Operator) -> None:
    paid(operator)
    operator.shop.receiver.answers = [(410, {})] * 2
    operator.shop.tell()


def silent(operator: Operator) -> None:
    asked(operator)
    operator.silence()


def refusing(operator: Operator) -> None:
    asked(operator)
    pair = {"merchantId": "SOMEBODY", "merchantKey": "else"}
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId=operator.service.secret, SecretString=json.dumps(pair))


def without_code(operator: Operator) -> None:
    operator.service.put(make_payment(order_id="A-1"))


def over(operator: Operator) -> None:
    asked(operator)
    operator.service.pass_time(DAY + 2 * MINUTE)


def cancelled(operator: Operator) -> None:
    asked(operator)
    operator.service.api(make_cancel_event("A-1", storefront="toko"))


def back(operator: Operator) -> None:
    paid(operator)
    operator.callback("A-1", status="REFUNDED")


def twice(operator: Operator) -> None:
    paid(operator)
    operator.callback("A-1", reference="FP00000000000099")


def differing(operator: Operator) -> None:
    paid(operator)
    operator.fate("A-1", "status", status="REFUNDED")


def back_unpaid(operator: Operator) -> None:
    asked(operator)
    operator.callback("A-1", status="REFUNDED")


def possibly_twice(operator: Operator) -> None:
    """A callback that is sent again may bear another time, and lack its reference."""
    paid(operator)
    operator.callback("A-1", reference=None, datetime="2023-04-04 11:00:00")


def disputed(operator: Operator) -> None:
    paid(operator)
    operator.callback("A-1", amount=900, reference="FP00000000000001")


def back_too_much(operator: Operator) -> None:
    paid(operator)
    operator.callback("A-1", status="REFUNDED", reference="FP00000000000001")
    operator.callback("A-1", status="REFUNDED", reference="FP00000000000055")


def full(operator: Operator) -> None:
    paid(operator)
    for n in range(LEDGER_LIMIT):
        operator.callback("A-1", amount=100 + n, reference=f"FP000000000001{n:02}")


def rejected(operator: Operator) -> None:
    asked(operator)
    operator.fate("A-1", amount=900)
    operator.lines("reconcile", "A-1")
    operator.decide("reject", "A-1")


def long_ago(operator: Operator) -> None:
    paid(operator)
    operator.service.pass_time(KEPT_DAYS * DAY)


CASES: list[tuple[Situation, Case, str]] = [
    (asked, Case.NOT_PAID_YET, "payment show A-1"),
    (lost, Case.CALLBACK_LOST, "reconcile A-1"),
    (paid, Case.NOT_TOLD_YET, "webhook redeliver A-1"),
    (told, Case.PAID, "webhook redeliver A-1"),
    (late, Case.PAID_LATE, "webhook redeliver A-1"),
    (wrong, Case.WRONG_AMOUNT, "review list"),
    (unheard, Case.WEBHOOK_FAILING, "webhook redeliver A-1"),
    (gone, Case.WEBHOOK_OFF, "storefront enable-webhooks toko"),
    (silent, Case.FINPAY_SILENT, "doctor"),
    (refusing, Case.FINPAY_REFUSES, "doctor"),
    (without_code, Case.NO_CODE_YET, "reconcile A-1"),
    (over, Case.TIME_IS_OVER, "reconcile A-1"),
    (cancelled, Case.CLOSED, "payment list --storefront toko"),
    (back, Case.MONEY_BACK, "webhook deliveries A-1"),
    (differing, Case.FINPAY_DIFFERS, "reconcile A-1"),
    (back_unpaid, Case.REVIEW, "review list"),
    (twice, Case.PAID_TWICE, "report --date 2023-04-04"),
    (possibly_twice, Case.POSSIBLY_PAID_TWICE, "review list"),
    (disputed, Case.DISPUTED, "payment show A-1"),
    (back_too_much, Case.REFUND_UNEXPLAINED, "report --date 2023-04-04"),
    (full, Case.LEDGER_FULL, "quarantine show A-1"),
    (rejected, Case.DECIDED, "payment list --storefront toko"),
    (long_ago, Case.LOG_IS_OVER, "payment list --storefront toko"),
]


@pytest.mark.parametrize(
    ("situation", "case", "following"), CASES, ids=[case for _, case, _ in CASES]
)
def test_the_answer_fits_what_happened_and_asking_changes_nothing(
    operator: Operator, situation: Situation, case: Case, following: str
) -> None:
    situation(operator)
    before = operator.rows()
    found = operator.json("payment", "show", "A-1")
    assert found["diagnosis"]["case"] == case, found
    assert found["diagnosis"]["next"] == f"python -m ops {following} --stack finpay-payments-test"
    assert found["diagnosis"]["sentence"].endswith(".")
    assert operator.rows() == before


def test_every_case_has_a_situation() -> None:
    elsewhere = {Case.NOT_ASKED}
    assert {case for _, case, _ in CASES} | elsewhere == set(Case)


def test_finpay_is_not_asked_offline(operator: Operator) -> None:
    lost(operator)
    operator.service.witness.calls.clear()
    found = operator.json("payment", "show", "A-1", "--offline")
    assert (found["finpay"], found["diagnosis"]["case"]) == (None, Case.NOT_ASKED)
    assert "  not asked" in operator.lines("payment", "show", "A-1", "--offline")
    assert operator.service.witness.calls == []


def test_the_story_has_everything_in_the_order_in_which_it_is_needed(operator: Operator) -> None:
    told(operator)
    operator.forge("A-1")
    lines = operator.lines("payment", "show", "A-1")
    assert lines[0] == "Payment A-1 of storefront toko: PAID, version 3"
    heads = [line for line in lines[1:] if not line.startswith(" ")]
    assert [head.split()[0] for head in heads] == [
        "Money",
        "History",
        "Callbacks",
        "Webhooks",
        "Finpay",
        "Diagnosis",
        "Next",
    ]
    text = "\n".join(lines)
    assert "2023-04-04 10:00:00 WIB  paid  Rp1.000  INDOMARET" in text, "times are WIB"
    assert "quarantined: " in text
    assert "payment.paid (version 3)" in text
    assert "status 204" in text
    assert "A-1  PAID  ordered Rp1.000  paid Rp1.000  by INDOMARET" in text


def money_lines(operator: Operator) -> list[str]:
    """What is said of the money of the order."""
    lines = operator.lines("payment", "show", "A-1", "--offline")
    begins, ends = lines.index("Money"), lines.index("History")
    return [line.removeprefix("  ") for line in lines[begins + 1 : ends]]


def money(operator: Operator) -> Any:
    """The same for machines."""
    return operator.json("payment", "show", "A-1", "--offline")["money"]


def test_money_is_a_table_and_what_came_beyond_what_counts_is_to_go_back(
    operator: Operator,
) -> None:
    twice(operator)
    assert money_lines(operator) == [
        "   time                     kind  amount   channel    reference         source",
        "1  2023-04-04 10:00:00 WIB  paid  Rp1.000  INDOMARET  FP00000000000001  callback",
        "2  2023-04-04 10:00:00 WIB  paid  Rp1.000  INDOMARET  FP00000000000099  callback",
        "certain    Rp1.000 (FP00000000000001): counts",
        "certain    Rp1.000 (FP00000000000099): beyond it",
        "give back  Rp1.000 of FP00000000000099, at Finpay",
    ]
    found = money(operator)
    assert [one["reference"] for one in found["entries"]] == [
        "FP00000000000001",
        "FP00000000000099",
    ]
    assert found["counts"]["references"] == ["FP00000000000001"]
    (back,) = found["giveBack"]
    assert (back["references"], back["giveBackAmount"]) == (["FP00000000000099"], 1000)
    assert found["warnings"] == []


def test_what_went_back_is_not_to_go_back_again(operator: Operator) -> None:
    twice(operator)
    operator.callback("A-1", status="REFUNDED", reference="FP00000000000099")
    assert money(operator)["giveBack"] == []
    assert money_lines(operator)[-1] == (
        "certain    Rp1.000 (FP00000000000099): beyond it, of which Rp1.000 went back"
    )
    found = operator.json("payment", "show", "A-1", "--offline")["diagnosis"]
    assert found["case"] == Case.NOT_TOLD_YET, "all is well with the money"


def test_what_may_have_gone_back_is_not_advised_to_go_back(operator: Operator) -> None:
    twice(operator)
    for n, amount in enumerate((300, 400)):
        # Finpay may tell each refund or their sum.
        operator.callback(
            "A-1", status="PARTIALLY_REFUNDED", amount=amount, reference=None, channel=f"CH{n}"
        )
    found = money(operator)
    assert found["overpaidAmount"] == 600
    (back,) = found["giveBack"]
    assert (back["references"], back["giveBackAmount"]) == (["FP00000000000099"], 300)
    (warning,) = found["warnings"]
    assert warning == (
        "Do not give back Rp300 of FP00000000000099 yet: it may have gone back. Ask Finpay."
    )


def test_nothing_is_advised_on_an_excess_that_may_all_have_gone_back(operator: Operator) -> None:
    twice(operator)
    for amount in (300, 800):
        operator.callback("A-1", status="PARTIALLY_REFUNDED", amount=amount, reference=None)
    found = operator.json("payment", "show", "A-1", "--offline")
    assert found["money"]["overpaidAmount"] == 200
    assert found["money"]["giveBack"] == []
    assert found["diagnosis"]["case"] == Case.PAID_TWICE
    assert "Do not give back Rp200" in found["diagnosis"]["sentence"]
    assert "give back" not in found["diagnosis"]["sentence"].replace("not give back", "")


@pytest.mark.parametrize("situation", [possibly_twice, disputed, back_too_much, full, wrong])
def test_nothing_is_advised_to_go_back_that_is_not_certain(
    operator: Operator, situation: Situation
) -> None:
    situation(operator)
    found = operator.json("payment", "show", "A-1", "--offline")
    assert found["money"]["giveBack"] == []
    assert not [line for line in money_lines(operator) if line.startswith("give back")]
    assert "give back" not in found["diagnosis"]["sentence"].replace("not give back", "")


def test_possible_and_disputed_money_is_told_with_why_it_is_not_to_go_back(
    operator: Operator,
) -> None:
    possibly_twice(operator)
    nameless = "the one of 2023-04-04 11:00:00 WIB"
    assert money_lines(operator)[3:] == [
        "certain    Rp1.000 (FP00000000000001): counts",
        f"possible   Rp1.000 ({nameless}): may be the same as FP00000000000001",
        (
            f"warning    Do not give back Rp1.000 ({nameless}): it may be the same money as"
            " FP00000000000001. Ask Finpay, and decide (review list)."
        ),
    ]
    (possible,) = money(operator)["possible"]
    assert possible["sameAs"] == ["FP00000000000001"]
    assert money(operator)["inQuestion"] == [2]


def test_an_excess_is_not_to_go_back_while_what_counts_is_disputed(operator: Operator) -> None:
    disputed(operator)
    operator.callback("A-1", reference="FP00000000000099")
    found = money(operator)
    assert (found["overpaidAmount"], found["giveBack"]) == (1000, [])
    assert found["disputed"][0]["amounts"] == [1000, 900]
    assert found["warnings"][0] == (
        "Give nothing back yet: the amount of the money that counts is disputed."
    )


def test_in_review_it_is_first_decided_what_counts(operator: Operator) -> None:
    wrong(operator)
    operator.callback("A-1", amount=800, reference="FP00000000000099")
    found = money(operator)
    assert (found["overpaidAmount"], found["giveBack"]) == (800, [])
    assert found["warnings"] == ["Give nothing back yet: first decide what counts (review list)."]
    assert "certain    Rp900 (FP00000000000001): in question" in money_lines(operator)


def test_money_beyond_what_the_ledger_holds_is_listed_from_the_quarantine(
    operator: Operator,
) -> None:
    full(operator)
    found = operator.json("payment", "show", "A-1", "--offline")
    assert found["money"]["complete"] is False
    assert len(found["money"]["entries"]) == LEDGER_LIMIT
    kept = found["callbacks"]["quarantined"]
    (beyond,) = [one for one in kept if one["reason"] == "ledger-full"]
    assert (beyond["reportedAmount"], beyond["finpayReference"]) == (123, "FP00000000000123")
    text = "\n".join(operator.lines("payment", "show", "A-1", "--offline"))
    assert "ledger-full  reports PAID Rp123" in text


def test_each_decision_is_told_with_who_when_and_why(operator: Operator) -> None:
    wrong(operator)
    operator.decide("accept", "A-1")
    lines = operator.lines("payment", "show", "A-1", "--offline")
    begins = lines.index("Decisions")
    assert lines[begins + 1].endswith("  accepted 1, as of version 3")
    assert lines[begins + 2].startswith("    by account 123456789012, ")
    assert lines[begins + 3] == "    why the merchant agreed"
    (decision,) = money(operator)["decisions"]
    assert (decision["covers"], decision["version"]) == ([1], 3)
    assert decision["reason"] == "the merchant agreed"
    assert decision["onPossibleMoney"] is False


def test_a_payment_without_money_says_so(operator: Operator) -> None:
    asked(operator)
    assert money_lines(operator) == ["none"]
    found = money(operator)
    assert (found["complete"], found["counts"], found["entries"]) == (True, None, [])


def test_machines_get_the_same_members_whatever_happened(operator: Operator) -> None:
    told(operator)
    operator.forge("A-1")
    operator.service.put(make_payment(order_id="B-1"))
    full, bare = (operator.json("payment", "show", name) for name in ("A-1", "B-1"))
    for part in ("payment", "diagnosis", "money"):
        assert list(full[part]) == list(bare[part])
    assert list(full) == list(bare)
    assert full["payment"]["paidAt"] == "2023-04-04T10:00:00+07:00"
    assert [one["by"] for one in full["callbacks"]["counted"]] == ["callback"]
    assert [one["reason"] for one in full["callbacks"]["quarantined"]] == ["signature"]
    assert full["finpay"][0]["paidAmount"] == 1000
    assert bare["finpay"][0] == dict.fromkeys(full["finpay"][0]) | {
        "orderId": "B-1",
        "known": False,
    }


def test_a_payment_is_found_by_its_code_and_by_finpays_reference(operator: Operator) -> None:
    paid(operator)
    code = operator.json("payment", "show", "A-1")["payment"]["paymentCode"]
    for name in (code, "FP00000000000001"):
        assert operator.json("payment", "show", name)["payment"]["orderId"] == "A-1"


def test_a_payment_is_found_by_storefront_and_order_and_no_other_storefronts(
    operator: Operator,
) -> None:
    asked(operator)
    of_shop = ("payment", "show", "--storefront", "toko", "--order", "A-1", "--offline")
    assert operator.json(*of_shop)["payment"]["orderId"] == "A-1"
    why, following = operator.refused("payment", "show", "A-1", "--storefront", "other")
    assert why.startswith("there is no payment of storefront other")
    assert "payment list" in following


def test_all_orders_of_a_payment_at_finpay_are_asked_about(
    second_attempt_operator: Operator,
) -> None:
    found = second_attempt_operator.json("payment", "show", "1680576995412")
    assert len(found["finpay"]) == 2
    earlier = found["finpay"][1]
    assert earlier["status"] == "CANCELLED"
    assert found["payment"]["ordersAtFinpay"] == [one["orderId"] for one in found["finpay"]]


def test_a_reference_of_two_payments_names_neither(operator: Operator) -> None:
    for order_id in ("A-1", "A-2"):
        money = make_money(reference="the-same", gateway_order_id=order_id)
        operator.service.put(make_payment(order_id=order_id, status=Status.PAID, ledger=(money,)))
    why, _ = operator.refused("payment", "show", "the-same")
    assert why == "several payments bear that name: A-1, A-2"


@pytest.mark.parametrize("names", [(), ("A-1", "--order", "A-2")])
def test_one_payment_has_to_be_named(operator: Operator, names: tuple[str, ...]) -> None:
    why, _ = operator.refused("payment", "show", *names)
    assert why == "one payment has to be named"


def test_a_finpay_that_is_out_of_reach_from_here_opens_no_circuit(operator: Operator) -> None:
    asked(operator)
    operator.silence(10)
    for _ in range(10):
        operator.json("payment", "show", "A-1")
    assert operator.service.rows("CircuitsTable") == []


def listed(operator: Operator, *options: str) -> list[str]:
    return [one["orderId"] for one in operator.json("payment", "list", *options)]


def test_payments_are_listed_by_status_age_and_storefront_the_newest_first(
    operator: Operator,
) -> None:
    now = operator.service.clock()
    for order_id, minutes, status, storefront in (
        ("A-1", 10, Status.PENDING, "toko"),
        ("A-2", 200, Status.PAID, "toko"),
        ("A-3", 3000, Status.PENDING, "other"),
    ):
        created = now - minutes * MINUTE
        payment = make_payment(order_id=order_id, status=status, created_at=created)
        operator.service.put(replace(payment, storefront_id=storefront))
    assert listed(operator) == ["A-1", "A-2", "A-3"]
    assert listed(operator, "--status", "PENDING") == ["A-1", "A-3"]
    assert listed(operator, "--status", "PENDING", "--status", "PAID") == ["A-1", "A-2", "A-3"]
    assert listed(operator, "--older-than", "2h") == ["A-2", "A-3"]
    assert listed(operator, "--newer-than", "1d") == ["A-1", "A-2"]
    assert listed(operator, "--storefront", "other") == ["A-3"]
    assert listed(operator, "--older-than", "30m", "--newer-than", "1d") == ["A-2"]


def test_payments_are_listed_by_when_they_last_changed_however_old_they_are(
    operator: Operator,
) -> None:
    now = operator.service.clock()
    for order_id, created, changed in (("A-1", 8, 0), ("A-2", 1, 1), ("A-3", 9, 5)):
        payment = make_payment(order_id=order_id, created_at=now - created * DAY)
        operator.service.put(replace(payment, updated_at=now - changed * DAY))
    assert listed(operator, "--changed-since", "3d") == ["A-2", "A-1"]
    assert listed(operator, "--changed-since", "3d", "--older-than", "2d") == ["A-1"]
    assert listed(operator, "--changed-since", "5d") == ["A-2", "A-1", "A-3"]


def test_payments_that_finpay_never_told_the_end_of_are_listed(operator: Operator) -> None:
    now = operator.service.clock()
    for order_id, over, status in (
        ("A-1", 2 * DAY, Status.PENDING),
        ("A-2", 2 * DAY, Status.INITIATING),
        ("A-3", 2 * DAY, Status.EXPIRED),
        ("A-4", 60 * MINUTE, Status.PENDING),
    ):
        payment = make_payment(order_id=order_id, status=status)
        asked_at = now - over - payment.timeout * MINUTE
        operator.service.put(replace(payment, created_at=asked_at, last_attempt_at=asked_at))
    assert sorted(listed(operator, "--unresolved")) == ["A-1", "A-2"]
    assert listed(operator, "--unresolved", "--status", "PENDING") == ["A-1"]
    assert listed(operator, "--unresolved", "--status", "EXPIRED") == []


def test_no_more_are_listed_than_asked_for_and_that_is_said(operator: Operator) -> None:
    for n in range(3):
        operator.service.put(make_payment(order_id=f"A-{n}", created_at=NOW + n))
    result = operator.run("payment", "list", "--limit", "2")
    assert result.stdout.splitlines() == [
        f"2023-04-04 09:56:35 WIB  A-{n}  demo  INITIATING  Rp1.000" for n in (2, 1)
    ]
    assert result.stderr == "There are more; --limit 4 shows more.\n"


def test_an_age_that_is_none_is_refused(operator: Operator) -> None:
    result = operator.run("payment", "list", "--older-than", "yesterday")
    assert result.exit_code == 2
    assert "such as 30m or 2d" in result.output.replace("\n", " ")
