"""Decode and encode JSON exactly as PHP 8.2 does.

Finpay signs `json_encode($fields)` (Finpay's documentation of callbacks), so verifying a signature
requires the decoding and encoding of PHP. `tests/external/php/test_against_php.py` compares this
module with PHP on random documents.
"""

import re
from collections.abc import Callable
from itertools import accumulate
from json import JSONDecoder, JSONEncoder
from math import isfinite
from types import NoneType
from typing import Any, Never

type JsonValue = bool | int | float | str | list[JsonValue] | dict[str | int, JsonValue] | None

_MAX_DECODED_DEPTH = 511  # json_decode's depth of 512 counts the scalar inside
_MAX_ENCODED_DEPTH = 512
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_LONGEST_LONG = len(str(_LONG_MIN))

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")
_INTEGER_KEY = re.compile(r"0|-?[1-9][0-9]{0,18}")
_ESCAPES_PAIRED = re.compile(
    r"(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])|\\u[dD][89abAB]..\\u[dD][c-fC-F])*+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NON_ASCII = re.compile("[^\x00-\x7f]+")
_LINE_TERMINATOR = re.compile("[\u2028\u2029]+")


def decode(body: bytes) -> JsonValue:
    """Decode like PHP's `json_decode($body, true)`.

    Objects become ordered dicts; a duplicate key has the last value at the position of the first.
    As in PHP's arrays, a key like "7" becomes the int 7, and an object that is empty or has the
    keys 0, 1, 2 … becomes a list. Integers beyond 64 bits become floats, possibly infinite.

    Raises ValueError, which never quotes the body, for input that PHP rejects.
    """
    try:
        return _decoded(body.decode())
    except (ValueError, RecursionError):
        # The error of the json module contains the whole document, which must not be logged.
        raise ValueError("not JSON as PHP reads it") from None


def encode(
    value: JsonValue, *, unescaped_slashes: bool = False, unescaped_unicode: bool = False
) -> str:
    """Encode like PHP's `json_encode` with the given JSON_UNESCAPED_… flags and no others.

    Raises ValueError where PHP returns false: for an infinite number or NaN, a lone surrogate, or
    more than 512 levels; and for values that PHP cannot hold, such as an int beyond 64 bits.
    """
    try:
        text = _written(value, 1)
    except RecursionError:
        raise ValueError("too deep") from None
    if not unescaped_slashes:
        text = text.replace("/", "\\/")
    if text.isascii():
        return text
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate")
    return (_LINE_TERMINATOR if unescaped_unicode else _NON_ASCII).sub(_escaped, text)


def _decoded(text: str) -> JsonValue:
    # The count is faster than `_depth`, and few bodies have enough brackets to be too deep.
    if text.count("[") + text.count("{") > _MAX_DECODED_DEPTH and _depth(text) > _MAX_DECODED_DEPTH:
        raise ValueError("too deep")
    value: JsonValue = _DECODER.decode(text)
    if "\\u" in text and not _ESCAPES_PAIRED.fullmatch(text):
        raise ValueError("a lone surrogate")
    return value


def _depth(text: str) -> int:
    brackets = _NOT_BRACKETS.sub("", _STRING.sub("", text))
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)


def _php_array(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
    members = {_php_key(key): value for key, value in pairs}
    return list(members.values()) if _counts_from_zero(members) else members


def _php_key(key: str) -> str | int:
    if _INTEGER_KEY.fullmatch(key) and _LONG_MIN <= (number := int(key)) <= _LONG_MAX:
        return number
    return key


def _counts_from_zero(members: dict[str | int, JsonValue]) -> bool:
    return all(key in {index, str(index)} for index, key in enumerate(members))


def _php_integer(digits: str) -> int | float:
    # The length is checked first because int() raises its own error for thousands of digits.
    if len(digits) <= _LONGEST_LONG and _LONG_MIN <= (number := int(digits)) <= _LONG_MAX:
        return number
    return float(digits)


def _no_constant(name: str) -> Never:
    raise ValueError(name)


_DECODER = JSONDecoder(
    object_pairs_hook=_php_array, parse_int=_php_integer, parse_constant=_no_constant
)


def _written(value: object, depth: int) -> str:
    """Encode `value` without escaping slashes and non-ASCII characters."""
    if write := _WRITERS.get(type(value)):
        return write(value)
    if depth > _MAX_ENCODED_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, dict) and not _counts_from_zero(value):
        members = [f"{_quoted(str(key))}:{_written(value[key], depth + 1)}" for key in value]
        return "{" + ",".join(members) + "}"
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return "[" + ",".join([_written(item, depth + 1) for item in items]) + "]"
    raise ValueError("not a JSON value")


def _written_int(value: int) -> str:
    if not _LONG_MIN <= value <= _LONG_MAX:
        raise ValueError("an int beyond 64 bits")
    return str(value)


def _written_float(value: float) -> str:
    """The shortest digits that round-trip (serialize_precision -1), in PHP's notation."""
    if not isfinite(value):
        raise ValueError("an infinite number")
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa.removesuffix(".0")
    whole, _, fraction = mantissa.partition(".")
    if exponent == "+16":  # PHP uses exponents from 1e17, Python from 1e16
        return whole + fraction.ljust(16, "0")
    return f"{whole}.{fraction or 0}e{exponent[0]}{exponent[1:].lstrip('0')}"


def _escaped(found: re.Match[str]) -> str:
    return _quoted_ascii(found[0])[1:-1]


_quoted = JSONEncoder(ensure_ascii=False).encode
_quoted_ascii = JSONEncoder().encode
_WRITERS: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: _written_int,
    float: _written_float,
    str: _quoted,
}
