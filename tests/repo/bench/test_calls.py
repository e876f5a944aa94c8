"""No path asks for more than was committed: counted through the real handlers."""

import json
from typing import Any

import pytest

from bench.cost import COMMITTED
from bench.walk import Path

ITEM_LIMIT = 1024
# A trace or a metric is sent by nobody but Lambda, and the rest is these.
SERVICES = {"dynamodb", "sqs", "https"}


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    """bench/committed.json, which `python -m bench.cost --commit` writes."""
    read: dict[str, Any] = json.loads(COMMITTED.read_text())
    return read


def test_each_path_makes_just_the_calls_that_are_committed(
    paths: dict[str, Path], committed: dict[str, Any]
) -> None:
    assert {name: path.calls for name, path in paths.items()} == committed["calls"]


def test_each_path_takes_just_the_units_that_are_committed(
    paths: dict[str, Path], committed: dict[str, Any]
) -> None:
    units = {
        name: [path.aws.write_units, path.aws.index_units, path.aws.read_units]
        for name, path in paths.items()
    }
    assert units == committed["units"]


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        ("callback", {"dynamodb.UpdateItem": 1}),
        ("initiate", {"dynamodb.PutItem": 1, "dynamodb.UpdateItem": 1, "https.finpay": 1}),
        ("status", {"dynamodb.GetItem": 1}),
    ],
)
def test_the_paths_that_somebody_waits_for_make_the_fewest_calls_there_can_be(
    paths: dict[str, Path], path: str, calls: dict[str, int]
) -> None:
    assert paths[path].calls == calls


def test_no_path_asks_for_a_secret_or_a_key_when_its_container_is_warm(
    paths: dict[str, Path],
) -> None:
    services = {call.partition(".")[0] for path in paths.values() for call in path.calls}
    assert services == SERVICES


def test_a_paid_payment_is_three_write_units_and_two_of_the_index(paths: dict[str, Path]) -> None:
    life = [paths[name].aws for name in ("initiate", "status", "callback")]
    assert sum(taken.write_units for taken in life) == 3
    assert sum(taken.index_units for taken in life) == 2


def test_no_item_of_a_paid_payment_is_larger_than_a_write_unit(
    paths: dict[str, Path], longest: dict[str, Path]
) -> None:
    for walked in (paths, longest):
        sizes = [size for path in walked.values() for size in path.aws.items.values()]
        assert 0 < max(sizes) <= ITEM_LIMIT


def test_a_request_is_one_line_of_the_log_beside_its_metrics(paths: dict[str, Path]) -> None:
    for name, path in paths.items():
        lines = [line for line in path.lines if "_aws" not in json.loads(line)]
        assert len(lines) == (0 if name == "authorizer" else 1), name
