"""What DynamoDB charges for an item, by its documented rules."""

from typing import Any

import pytest

from bench.units import index_units, item_size, read_units, write_units

KEYS = ("nextSyncAt", "syncShard", "orderId")


def make_item(size: int = 20, **attributes: dict[str, Any]) -> dict[str, Any]:
    """An item of just this many bytes, before more attributes."""
    return {"orderId": {"S": "x" * (size - len("orderId"))}, **attributes}


def make_due(at: int) -> dict[str, Any]:
    return make_item(nextSyncAt={"N": str(at)}, syncShard={"S": "3"})


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"N": "1680576995412"}, 8),
        ({"B": b"abc"}, 3),
        ({"BOOL": True}, 1),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 3 + 2 * (1 + 1)),
        ({"M": {"at": {"N": "10"}}}, 3 + 2 + 1 + 2),
    ],
)
def test_a_value_has_the_size_that_dynamodb_counts(value: dict[str, Any], size: int) -> None:
    assert item_size({"name": value}) == 4 + size


def test_a_write_costs_a_unit_for_each_started_kilobyte_of_the_larger_item() -> None:
    assert write_units(None, make_item(1024)) == 1
    assert write_units(None, make_item(1025)) == 2
    assert write_units(make_item(1025), make_item(10)) == 2
    assert write_units(make_item(3000), None) == 3


def test_a_write_that_finds_nothing_and_leaves_nothing_costs_a_unit() -> None:
    assert write_units(None, None) == 1


def test_an_entry_of_the_index_costs_when_it_comes_goes_or_moves_and_else_nothing() -> None:
    assert index_units(None, make_due(1), KEYS) == 1
    assert index_units(make_due(1), make_item(), KEYS) == 1
    assert index_units(make_due(1), make_due(2), KEYS) == 2
    assert index_units(make_due(1), make_due(1) | {"status": {"S": "PAID"}}, KEYS) == 0
    assert index_units(make_item(), make_item(), KEYS) == 0


def test_a_read_costs_a_unit_for_each_started_four_kilobytes_or_half_of_one() -> None:
    assert read_units(0, consistent=True) == 1
    assert read_units(4096, consistent=True) == 1
    assert read_units(4097, consistent=True) == 2
    assert read_units(4097, consistent=False) == 1
