"""The cost model: what is on the bill and why. Nothing is gated on it."""

from copy import deepcopy

import pytest

from bench.cost import CORE, model, table
from bench.tables import show
from bench.walk import Path
from bench.work import LINES, Work


def test_a_write_more_in_a_callback_is_on_the_bill(paths: dict[str, Path]) -> None:
    worse = deepcopy(paths)
    worse["callback"].aws.write_units += 1
    before, after = model(paths)["core"]["total"], model(worse)["core"]["total"]
    write = table("prices")["price"]["dynamodb_write_unit"]
    assert after - before == pytest.approx(write["usd"] / write["per"] * 1_000_000)


def test_half_the_memory_halves_what_waiting_costs_and_not_what_computing_does() -> None:
    assumed = table("assumptions")
    small, large = (
        Work(mb, cpu_ms=10, init_ms=0, calls={"https.finpay": 1}).use(assumed) for mb in (256, 512)
    )
    waiting, computing = "Lambda, waiting for Finpay", "Lambda, all other time"
    assert small[waiting] * 2 == pytest.approx(large[waiting])
    assert small[computing] == pytest.approx(large[computing])


def test_more_than_a_whole_cpu_makes_one_thread_no_faster() -> None:
    assumed = table("assumptions")
    large, huge = (Work(mb, cpu_ms=10, init_ms=0).use(assumed) for mb in (2048, 4096))
    line = "Lambda, all other time"
    assert huge[line] == pytest.approx(large[line] * 2)


def test_peers_and_this_service_pay_the_same_for_what_is_the_same(paths: dict[str, Path]) -> None:
    result = model(paths)
    for peer in result["peers"].values():
        for line in ("HTTP API requests", "Lambda requests"):
            assert peer["lines"][line] == pytest.approx(result["core"]["lines"][line])


def test_what_peers_lack_is_in_the_whole_and_not_in_the_comparison(paths: dict[str, Path]) -> None:
    result = model(paths)
    beyond = set(result["parts"]) - set(CORE)
    assert beyond == {"webhooks", "status syncs"}
    assert result["core"]["lines"]["SQS requests"] == 0
    assert result["whole"] == pytest.approx(
        result["core"]["total"] + sum(sum(result["parts"][part].values()) for part in beyond)
    )


def test_every_line_of_the_bill_has_a_price_that_says_where_it_is_from() -> None:
    prices = table("prices")
    assert set(LINES.values()) <= set(prices["price"])
    assert all(price["page"] and price["usd"] > 0 for price in prices["price"].values())
    assert prices["source"]
    assert prices["as_of"]


def test_the_tables_say_which_numbers_were_not_measured(paths: dict[str, Path]) -> None:
    shown = show(model(paths), table("prices"), table("assumptions"))
    assert "to be checked" in shown
    assert "FastAPI + Mangum *" in shown
    assert "not measured" in shown


def test_what_all_pay_alike_is_no_more_than_what_any_of_them_pays(paths: dict[str, Path]) -> None:
    result = model(paths)
    totals = [result["core"]["total"], *(peer["total"] for peer in result["peers"].values())]
    assert 0 < result["same_for_all"] < min(totals)
