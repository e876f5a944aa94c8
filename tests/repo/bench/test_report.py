"""The document is what the results say, and targets are judged as they stand."""

import json

import pytest

from bench import report
from bench.part import Table
from bench.places import BENCH, DOCUMENT, RESULTS
from bench.spread import ratios, spread
from bench.targets import TARGETS, Target


def test_the_document_is_what_the_results_say() -> None:
    results = json.loads(RESULTS.read_text())["parts"]
    assert DOCUMENT.read_text() == report.render(results), "run make bench"


def test_a_value_beyond_its_limit_is_told_as_not_met() -> None:
    target = Target("callback", "cold", 0.6)
    assert target.row({"cold": 0.61}) == ["callback", "≤ 0.6", "0.61", "**not met**"]
    assert target.row({"cold": 0.6})[3] == "met"


def test_what_was_not_measured_is_told_as_such() -> None:
    assert Target("callback", "cold", 0.6).row({}) == ["callback", "≤ 0.6", "not measured", ""]


def test_each_target_is_about_a_value_of_its_own() -> None:
    assert len({target.value for target in TARGETS}) == len(TARGETS)


def test_a_ratio_is_taken_within_a_round() -> None:
    assert ratios([1, 10, 100], [2, 20, 200]).median == 0.5


def test_quartiles_lie_around_the_median() -> None:
    found = spread([5, 1, 3, 2, 4])
    assert (found.low, found.median, found.high, found.count) == (2, 3, 4, 5)
    assert found.text(1) == "3.0 (2.0-4.0)"
    assert spread([7]).text() == "7 (7-7)"


def test_a_table_is_aligned_on_the_screen_and_valid_in_the_document() -> None:
    table = Table("t", ["", "ms"], [["callback", "5"]])
    assert table.text().splitlines() == ["          ms", "callback   5"]
    assert table.markdown().splitlines() == ["|  | ms |", "| --- | --- |", "| callback | 5 |"]


@pytest.mark.parametrize("part", report.ORDER)
def test_every_part_is_described_where_it_is_chosen(part: str) -> None:
    assert f'"{part}"' in (BENCH / "__main__.py").read_text()
