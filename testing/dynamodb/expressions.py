"""Expressions compiled once each, and the names and values that a request gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from testing.dynamodb.conditions import condition
from testing.dynamodb.errors import Invalid
from testing.dynamodb.key_conditions import key_condition
from testing.dynamodb.tokens import Check, Path, Tokens
from testing.dynamodb.updates import update
from testing.dynamodb.values import Values, admitted

_PARAMETERS: Mapping[str, Callable[[Tokens], Any]]


def _projection(tokens: Tokens) -> tuple[Path, ...]:
    paths = [tokens.path()]
    while tokens.accept(","):
        paths.append(tokens.path())
    return tuple(paths)


_PARAMETERS = {
    "ConditionExpression": condition,
    "FilterExpression": condition,
    "KeyConditionExpression": key_condition,
    "ProjectionExpression": _projection,
    "UpdateExpression": update,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to use, and what it uses."""

    made: Any
    names: frozenset[str]
    values: frozenset[str]
    attributes: frozenset[str]
    checks: tuple[Check, ...]
    parameter: str


@lru_cache(maxsize=4096)
def _compiled(parameter: str, text: str, names: tuple[tuple[str, str], ...]) -> Compiled:
    tokens = Tokens(parameter, text, dict(names))
    made = _PARAMETERS[parameter](tokens)
    if tokens.peek():
        raise tokens.unexpected()
    return Compiled(
        made,
        frozenset(tokens.used_names),
        frozenset(tokens.used_values),
        frozenset(tokens.attributes),
        tuple(tokens.checks),
        parameter,
    )


class Expressions:
    """All expressions of one request, with its values admitted."""

    __slots__ = ("_compiled", "values")

    def __init__(self, request: Mapping[str, Any]) -> None:
        given_names = request.get("ExpressionAttributeNames")
        given_values = request.get("ExpressionAttributeValues")
        names = tuple(given_names.items()) if given_names else ()
        self._compiled = {
            parameter: _compiled(parameter, request[parameter], names)
            for parameter in _PARAMETERS
            if parameter in request
        }
        self.values: Values = (
            {name: admitted(value) for name, value in given_values.items()} if given_values else {}
        )
        self._check("ExpressionAttributeNames", given_names)
        self._check("ExpressionAttributeValues", given_values)
        for one in self._compiled.values():
            for check in one.checks:
                check(self.values)

    def _check(self, parameter: str, given: Mapping[str, Any] | None) -> None:
        """Raise Invalid unless what is given is exactly what is used."""
        used: set[str] = set()
        for one in self._compiled.values():
            used |= one.names if parameter == "ExpressionAttributeNames" else one.values
        if given is None:
            given = {}
        elif not self._compiled:
            raise Invalid(f"{parameter} can only be specified when using expressions")
        elif not given:
            raise Invalid(f"{parameter} must not be empty")
        if given.keys() == used:
            return
        missing = sorted(used - given.keys())
        if missing:
            raise Invalid(
                "Invalid expression: An expression attribute value used in expression "
                f"is not defined; attribute value: {missing[0]}"
            )
        unused = ", ".join(sorted(given.keys() - used))
        raise Invalid(f"Value provided in {parameter} unused in expressions: keys: {{{unused}}}")

    def get(self, parameter: str) -> Any:
        """What an expression became; None where the request has none."""
        found = self._compiled.get(parameter)
        return found.made if found else None

    def attributes(self, parameter: str) -> frozenset[str]:
        """The top-level attributes that an expression speaks of."""
        found = self._compiled.get(parameter)
        return found.attributes if found else frozenset()
