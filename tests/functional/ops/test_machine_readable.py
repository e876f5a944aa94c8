"""Every command has --json: one document on standard output, of a shape that stays."""

import json
from collections.abc import Iterator

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ops import wib
from ops.__main__ import app
from ops.rupiah import reported, rupiah
from payments.domain.transition_table import Status
from testing.builders import NOW, make_payment
from tests.functional.ops.ledgers import make_money
from tests.functional.ops.operator import Operator
from tests.functional.ops.told import STACK


def commands(of: object = None, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """All commands, and the options that each has."""
    group = get_command(app) if of is None else of
    inner = getattr(group, "commands", None)
    if inner is None:
        yield name.strip(), {one for option in group.params for one in option.opts}  # type: ignore[attr-defined]
        return
    for word, command in inner.items():
        yield from commands(command, f"{name} {word}")


def test_every_command_takes_stack_region_and_json() -> None:
    found = dict(commands())
    assert len(found) > 20
    assert not [name for name, options in found.items() if not options >= {"--stack", "--region"}]
    assert not [name for name, options in found.items() if "--json" not in options]


def test_the_stack_may_be_named_by_the_environment(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINPAY_STACK", STACK)
    operator.shop.order("A-1")
    result = CliRunner().invoke(app, ["payment", "list"])
    assert (result.exit_code, "A-1  toko  PENDING" in result.stdout) == (0, True)


def test_a_bar_is_drawn_beside_the_result_and_only_for_who_watches(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.shop.order("A-1")
    assert operator.run("payment", "list", "--json").stderr == ""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    for command in (("payment", "list"), ("dead-letters", "show")):
        result = operator.run(*command, "--json")
        assert json.loads(result.stdout)
        assert "Reading" in result.stderr


def test_storefronts_are_changed_by_machines_too(operator: Operator) -> None:
    shop = {"storefrontId": "toko"}
    assert operator.json("storefront", "disable", "toko") == shop | {"enabled": False}
    assert operator.json("storefront", "enable", "toko") == shop | {"enabled": True}
    assert operator.json("storefront", "enable-webhooks", "toko") == shop | {"endpoints": 0}
    assert operator.json("storefront", "end-overlap", "toko", "key") == shop | {"ended": "key"}


def test_webhooks_are_shown_and_sent_by_machines_too(operator: Operator) -> None:
    operator.shop.order("A-1")
    operator.shop.tell()
    (told,) = operator.json("webhook", "deliveries", "A-1")
    assert (told["type"], told["version"]) == ("payment.pending", 2)
    (attempt,) = told["attempts"]
    assert list(attempt) == ["at", "outcome", "status", "why", "tookMs"]
    assert (attempt["outcome"], attempt["status"]) == ("delivered", 204)
    event = {
        "eventId": "evt_A-1_2",
        "type": "payment.pending",
        "orderId": "A-1",
        "version": 2,
        "storefrontId": "toko",
    }
    assert operator.json("webhook", "redeliver", "A-1") == {"queued": [event]}
    assert operator.json("webhook", "redrive") == {"queued": [], "left": []}


@pytest.mark.parametrize(
    ("verb", "status"),
    [("accept", Status.PAID), ("reject", Status.CANCELLED), ("returned", Status.REFUNDED)],
)
def test_a_review_is_decided_by_a_verb_of_its_own(
    operator: Operator, verb: str, status: Status
) -> None:
    wrong = make_money(900, gateway_order_id="A-1")
    operator.service.put(make_payment(order_id="A-1", status=Status.REVIEW, ledger=(wrong,)))
    (waiting,) = operator.json("review", "list")
    assert (waiting["orderId"], waiting["version"]) == ("A-1", 1)
    assert [one["amount"] for one in waiting["inQuestion"]] == [900]
    options = ("--version", "1", "--reason", "agreed", "--yes")
    assert operator.json("review", verb, "A-1", *options)["status"] == status
    assert operator.json("review", "list") == []
    options = ("--version", "2", "--reason", "agreed", "--yes")
    why, following = operator.refused("review", verb, "A-1", *options)
    assert why == f"no money of payment A-1 is in question: it is {status}"
    assert "review list" in following


def test_amounts_and_times_are_written_as_they_are_in_indonesia() -> None:
    assert [rupiah(1), rupiah(25_000), rupiah(1_250_000)] == ["Rp1", "Rp25.000", "Rp1.250.000"]
    assert [rupiah(5, "USD"), rupiah(5, None), rupiah(None)] == [
        "5 USD",
        "5 of an unknown currency",
        "nothing",
    ]
    assert [reported(5, "IDR"), reported(None, "IDR")] == ["Rp5", "an unknown amount"]
    assert wib.told(NOW) == "2023-04-04 09:56:35 WIB"
    assert wib.told(None) == "never"
    assert wib.iso(NOW) == "2023-04-04T09:56:35+07:00"


@pytest.mark.parametrize(
    ("text", "age"), [("90s", 90_000), ("30m", 1_800_000), ("2h", 7_200_000), ("3d", 259_200_000)]
)
def test_ages_are_numbers_with_a_unit(text: str, age: int) -> None:
    assert wib.read_age(text) == age


@pytest.mark.parametrize("text", ["", "3", "d", "0d", "-1d", "1.5h", "3w", "3 d", "٣d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30m or 2d"):
        wib.read_age(text)
