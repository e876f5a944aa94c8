import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.ledger.rupiah import read_rupiah


@pytest.mark.parametrize(
    ("value", "rupiah"),
    [
        *((0, 0), (0.0, 0), ("0", 0), (1000, 1000), (1000.0, 1000), (10**14 - 1,) * 2),
        *(("1000", 1000), ("1000.00", 1000), ("1.000000000", 1), ("9" * 14, 10**14 - 1)),
    ],
)
def test_an_amount_of_whole_rupiah_is_read(value: object, rupiah: int) -> None:
    assert read_rupiah(value) == rupiah


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, "", " 1000", "1e3", "-1", -1, 0.5, "0.5", 10**14, 1e14, "٣", "1."),
        *([], {}, float("inf"), float("nan"), -0.5, -1.0, "1" * 15, "1.0000000000"),
    ],
)
def test_anything_else_is_no_amount(value: object) -> None:
    assert read_rupiah(value) is None


@given(st.integers(0, 10**14 - 1))
def test_number_and_numeric_string_are_the_same_amount(rupiah: int) -> None:
    assert read_rupiah(rupiah) == read_rupiah(str(rupiah)) == rupiah
