"""Conditions and filters as functions of an item and the request's values."""

import operator
from collections.abc import Callable
from typing import Any

from testing.dynamodb.errors import Invalid
from testing.dynamodb.tokens import Operand, Tokens, reader
from testing.dynamodb.values import ORDERED, SETS, Item, Value, Values, cardinality, kind_of, order

type Condition = Callable[[Item, Values], bool]

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L"}) | SETS
_MOST_OPERANDS_OF_IN = 100


def condition(tokens: Tokens) -> Condition:
    """OR binds least, then AND, then NOT."""
    parts = [_all_of(tokens)]
    while tokens.accept("OR"):
        parts.append(_all_of(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda item, values: any(part(item, values) for part in parts)


def _all_of(tokens: Tokens) -> Condition:
    parts = [_negation(tokens)]
    while tokens.accept("AND"):
        parts.append(_negation(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda item, values: all(part(item, values) for part in parts)


def _negation(tokens: Tokens) -> Condition:
    if tokens.accept("NOT"):
        inner = _negation(tokens)
        return lambda item, values: not inner(item, values)
    if tokens.accept("("):
        inner = condition(tokens)
        tokens.expect(")")
        return inner
    if tokens.peek(1) == "(" and tokens.peek() != "size":
        return _function(tokens)
    return _comparison(tokens)


def _function(tokens: Tokens) -> Condition:
    name = tokens.take()
    if name not in _FUNCTIONS:
        raise tokens.invalid(f"Invalid function name; function: {name}")
    tokens.expect("(")
    made = _FUNCTIONS[name](tokens)
    tokens.expect(")")
    return made


def _exists(tokens: Tokens) -> Condition:
    read = reader(tokens.path())
    return lambda item, values: read(item, values) is not None


def _exists_not(tokens: Tokens) -> Condition:
    read = reader(tokens.path())
    return lambda item, values: read(item, values) is None


def _begins_with(tokens: Tokens) -> Condition:
    kinds = frozenset({"S", "B"})
    whole = tokens.operand(kinds, "begins_with")
    tokens.expect(",")
    start = tokens.operand(kinds, "begins_with")
    return lambda item, values: begins(whole(item, values), start(item, values))


def begins(whole: Value | None, start: Value | None) -> bool:
    """Whether one text or binary begins with another of its type."""
    if whole is None or start is None or kind_of(whole) != kind_of(start):
        return False
    kind = kind_of(whole)
    return kind in {"S", "B"} and bool(whole[kind].startswith(start[kind]))


def _contains(tokens: Tokens) -> Condition:
    whole = tokens.operand()
    tokens.expect(",")
    part = tokens.operand()
    return lambda item, values: _holds(whole(item, values), part(item, values))


def _holds(whole: Value | None, part: Value | None) -> bool:
    if whole is None or part is None:
        return False
    kind = kind_of(whole)
    if kind == "L":
        return part in whole["L"]
    if kind in {"S", "B"} | SETS and kind_of(part) == kind[0]:
        return part[kind[0]] in whole[kind]
    return False


def _attribute_type(tokens: Tokens) -> Condition:
    read = reader(tokens.path())
    tokens.expect(",")
    name = tokens.value(frozenset({"S"}), "attribute_type")

    def is_of_type(item: Item, values: Values) -> bool:
        wanted = values[name]["S"]
        if wanted not in _TYPES:
            raise Invalid(f"Invalid attribute type name found; type: {wanted}")
        found = read(item, values)
        return found is not None and kind_of(found) == wanted

    return is_of_type


_FUNCTIONS: dict[str, Callable[[Tokens], Condition]] = {
    "attribute_exists": _exists,
    "attribute_not_exists": _exists_not,
    "attribute_type": _attribute_type,
    "begins_with": _begins_with,
    "contains": _contains,
}


def _comparison(tokens: Tokens) -> Condition:
    left = _operand(tokens)
    sign = tokens.accept("=", "<>", "BETWEEN", "IN", *_ORDERINGS)
    if sign in {"=", "<>"}:
        return _equality(left, _operand(tokens), equal=sign == "=")
    if sign == "IN":
        return _membership(tokens, left)
    if sign == "BETWEEN":
        low = _operand(tokens, sign)
        tokens.expect("AND")
        high = _operand(tokens, sign)
        return lambda item, values: between(
            left(item, values), low(item, values), high(item, values)
        )
    if not sign:
        raise tokens.unexpected()
    right = _operand(tokens, sign)
    return lambda item, values: in_order(sign, left(item, values), right(item, values))


def _operand(tokens: Tokens, ordered_by: str = "") -> Operand:
    if not (tokens.peek() == "size" and tokens.peek(1) == "("):
        return tokens.operand(ORDERED if ordered_by else None, ordered_by)
    tokens.take()
    tokens.take()
    read = tokens.operand()
    tokens.expect(")")

    def measure(item: Item, values: Values) -> Value | None:
        found = read(item, values)
        length = None if found is None else cardinality(found)
        return None if length is None else {"N": str(length)}

    return measure


def _equality(left: Operand, right: Operand, *, equal: bool) -> Condition:
    def same(item: Item, values: Values) -> bool:
        found = left(item, values)
        return (found is not None and found == right(item, values)) is equal

    return same


def _membership(tokens: Tokens, left: Operand) -> Condition:
    tokens.expect("(")
    members = [tokens.operand()]
    while tokens.accept(","):
        members.append(tokens.operand())
    tokens.expect(")")
    if len(members) > _MOST_OPERANDS_OF_IN:
        raise tokens.invalid("The IN operator is provided with too many operands;")

    def is_member(item: Item, values: Values) -> bool:
        found = left(item, values)
        return found is not None and any(found == one(item, values) for one in members)

    return is_member


def in_order(sign: str, left: Value | None, right: Value | None) -> bool:
    """Whether two values of one ordered type stand in this relation; values of two never do."""
    if left is None or right is None:
        return False
    kind = kind_of(left)
    return (
        kind in ORDERED and kind == kind_of(right) and _ORDERINGS[sign](order(left), order(right))
    )


def between(value: Value | None, low: Value | None, high: Value | None) -> bool:
    """Whether a value lies within bounds, both included."""
    if low and high and kind_of(low) == kind_of(high) and in_order(">", low, high):
        raise Invalid(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        )
    return in_order(">=", value, low) and in_order("<=", value, high)
