"""DynamoDB's typed values: admitted with all checks, copied, measured, put in order.

What was admitted is never changed in place, so that versions of an item may share it; what goes to
a caller is a copy. Numbers and sets are kept in one form, which makes equality Python's.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from testing.dynamodb.errors import Invalid, not_sent

type Value = Mapping[str, Any]
type Item = dict[str, Value]
type Values = Mapping[str, Value]

SETS = frozenset({"SS", "NS", "BS"})
ORDERED = frozenset({"S", "N", "B"})
_DIGITS = 38
_LARGEST_EXPONENT, _SMALLEST_EXPONENT = 125, -130
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def kind_of(value: Value) -> str:
    """The type descriptor: S, N, M and so on."""
    return next(iter(value))


def number(text: str) -> str:
    """A number in DynamoDB's plain form: no exponent, no leading or trailing zeros."""
    if text.isdigit() and text.isascii() and len(text) <= _DIGITS and text[0] != "0":
        return text
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    return plain(Decimal(text))


def plain(exact: Decimal) -> str:
    """The same for a number that was computed; raises Invalid outside DynamoDB's range."""
    if not exact:
        return "0"
    significant = "".join(map(str, exact.as_tuple().digits)).strip("0")
    if len(significant) > _DIGITS:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    if exact.adjusted() > _LARGEST_EXPONENT:
        raise Invalid("Number overflow: magnitude larger than supported range")
    if exact.adjusted() < _SMALLEST_EXPONENT:
        raise Invalid("Number underflow: magnitude smaller than supported range")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def total(left: str, right: str, sign: int) -> str:
    """`left` plus, or with sign -1 minus, `right`."""
    if left.isdigit() and right.isdigit():
        return number(str(int(left) + sign * int(right)))
    return plain(_exactly(left, right, sign))


def _exactly(left: str, right: str, sign: int) -> Decimal:
    # Decimal rounds to its context; integers of one scale do not.
    a, b = Decimal(left), Decimal(right)
    lowest = min(int(a.as_tuple().exponent), int(b.as_tuple().exponent))
    whole = _scaled(a, lowest) + sign * _scaled(b, lowest)
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), lowest))


def _scaled(exact: Decimal, exponent: int) -> int:
    sign, digits, own = exact.as_tuple()
    power: int = 10 ** (int(own) - exponent)
    whole = int("".join(map(str, digits))) * power
    return -whole if sign else whole


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise not_sent(f"Invalid type for parameter: {content!r}, valid types: str")
    return content


def _set(content: Any, one: Callable[[Any], Any]) -> list[Any]:
    members = [one(member) for member in content]
    if not members:
        raise Invalid("One or more parameter values were invalid: a set may not be empty")
    if len(set(members)) != len(members):
        raise Invalid("One or more parameter values were invalid: a set contains duplicates")
    return members


def _truth(content: Any) -> bool:
    if not isinstance(content, bool):
        raise not_sent(f"Invalid type for parameter: {content!r}, valid types: bool")
    return content


def _null(content: Any) -> bool:
    if not _truth(content):
        raise Invalid("One or more parameter values were invalid: Null must be true")
    return True


_ADMIT: Mapping[str, Callable[[Any], Any]] = {
    "S": _text,
    "N": lambda content: number(_text(content)),
    "B": bytes,
    "BOOL": _truth,
    "NULL": _null,
    "SS": lambda content: sorted(_set(content, _text)),
    "NS": lambda content: sorted(_set(content, lambda one: number(_text(one))), key=Decimal),
    "BS": lambda content: sorted(_set(content, bytes)),
    "L": lambda content: [admitted(one) for one in content],
    "M": lambda content: {_text(name): admitted(one) for name, one in content.items()},
}


def admitted(value: Any) -> Value:
    """A checked copy in the form that is kept."""
    if not isinstance(value, dict) or len(value) != 1:
        raise not_sent(f"Invalid number of parameters set for tagged union structure: {value!r}")
    kind = next(iter(value))
    admit = _ADMIT.get(kind)
    if admit is None:
        raise not_sent(f"Unknown parameter: {kind}")
    return {kind: admit(value[kind])}


def copied(value: Value) -> dict[str, Any]:
    """A copy that its holder may change."""
    for kind, content in value.items():
        if kind == "L":
            return {"L": [copied(one) for one in content]}
        if kind == "M":
            return {"M": {name: copied(one) for name, one in content.items()}}
        if kind in SETS:
            return {kind: list(content)}
    return dict(value)


def copied_item(item: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """The same of a whole item."""
    return {name: copied(value) for name, value in item.items()}


def size(value: Value) -> int:  # noqa: PLR0911 - one for each kind of value
    """Bytes by DynamoDB's rule."""
    for kind, content in value.items():
        if kind == "S":
            return len(content) if content.isascii() else len(content.encode())
        if kind == "N":
            return (len(content.strip("-0.")) + 1) // 2 + 1
        if kind == "L":
            return 3 + sum([1 + size(one) for one in content])
        if kind == "M":
            return 3 + sum([1 + attribute_size(name, one) for name, one in content.items()])
        if kind in SETS:
            return sum([size({kind[0]: one}) for one in content])
        return len(content) if kind == "B" else 1
    return 0


def attribute_size(name: str, value: Value) -> int:
    """Bytes of an attribute with its name."""
    return (len(name) if name.isascii() else len(name.encode())) + size(value)


def order(value: Value) -> Any:
    """What sorts values of one ordered type."""
    for kind, content in value.items():
        if kind == "N":
            return int(content) if content.isdigit() else Decimal(content)
        return content
    return None


def cardinality(value: Value) -> int | None:
    """What size() says; None for a type that has no size."""
    for kind, content in value.items():
        if kind == "S":
            return len(content)
        if kind in {"B", "L", "M"} | SETS:
            return len(content)
    return None
