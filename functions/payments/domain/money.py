"""Rupiah as Finpay writes them: integers, numeric strings, sometimes a PHP float."""

import re

_LIMIT = 10**14  # Finpay: at most 14 digits
_WHOLE = re.compile(r"([0-9]{1,14})(\.0{1,9})?")


def read_rupiah(value: object) -> int | None:
    """Whole rupiah out of a field of Finpay's, or None where it holds no such amount.

    Callbacks and status answers carry amounts as integer or numeric string (Finpay's pages show
    both); PHP may turn them into 1000.0. A fraction of a rupiah is no amount.
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
