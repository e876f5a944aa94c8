"""`python -m ops payment`: "I paid, where is my order?", through the real handlers."""

import json
from collections.abc import Callable
from dataclasses import replace

import boto3
import pytest

from ops.cases import Case
from payments.aws.deliveries_table import KEPT_DAYS
from payments.domain.payment import ReceivedMoney
from payments.domain.transition_table import Status
from testing.builders import NOW, make_cancel_event, make_payment
from testing.service import MINUTE
from testing.shop import ATTEMPTS
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


def disputed(operator: Operator) -> None:
    asked(operator)
    operator.callback("A-1", status="REFUNDED")


def rejected(operator: Operator) -> None:
    wrong(operator)
    operator.lines("review", "reject", "A-1")


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
    (disputed, Case.REVIEW, "review list"),
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
    elsewhere = {Case.NOT_ASKED, Case.PAID_TWICE}
    assert {case for _, case, _ in CASES} | elsewhere == set(Case)


def test_who_paid_twice_is_sent_to_the_days_accounts(operator: Operator) -> None:
    twice(operator)
    answer = operator.json("payment", "show", "A-1")["diagnosis"]
    assert answer["case"] == Case.PAID_TWICE
    assert "report --date 2023-04-04" in answer["next"]


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
    assert lines[0] == "Payment A-1 of storefront toko: PAID"
    heads = [line for line in lines[1:] if not line.startswith(" ")]
    assert [head.split()[0] for head in heads] == [
        "History",
        "Callbacks",
        "Webhooks",
        "Finpay",
        "Diagnosis",
        "Next",
    ]
    text = "\n".join(lines)
    assert "2023-04-04 10:00:00 WIB by INDOMARET" in text, "times are WIB"
    assert "quarantined: " in text
    assert "payment.paid (version 3)" in text
    assert "status 204" in text
    assert "A-1  PAID  ordered Rp1.000  paid Rp1.000  by INDOMARET" in text


def test_machines_get_the_same_members_whatever_happened(operator: Operator) -> None:
    told(operator)
    operator.forge("A-1")
    operator.service.put(make_payment(order_id="B-1"))
    full, bare = (operator.json("payment", "show", name) for name in ("A-1", "B-1"))
    for part in ("payment", "diagnosis"):
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
        received = ReceivedMoney(NOW, 1000, "the-same")
        payment = make_payment(order_id=order_id, status=Status.PAID)
        operator.service.put(replace(payment, received=received))
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
