"""Amounts in rupiah as Finpay sends them: integers, numeric strings or PHP floats."""

import re

_LIMIT = 10**14  # Finpay: at most 14 digits
_WHOLE = re.compile(r"([0-9]{1,14})(\.0{1,9})?")


def read_rupiah(value: object) -> int | None:
    """Return the amount in whole rupiah, or None if the value is not such an amount.

    Finpay's documentation shows amounts as integers and as numeric strings. PHP can turn them into
    floats such as 1000.0. An amount with a fraction of a rupiah is not valid.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and 0 <= value < _LIMIT else None
    if isinstance(value, int):
        return value if 0 <= value < _LIMIT else None
    if isinstance(value, str) and (match := _WHOLE.fullmatch(value)):
        return int(match[1])
    return None
