"""KeyConditionExpression: one partition, and a range of its sort keys."""

from collections.abc import Callable
from dataclasses import dataclass

from testing.dynamodb.conditions import begins, between, in_order
from testing.dynamodb.errors import Invalid
from testing.dynamodb.tokens import Tokens
from testing.dynamodb.values import Value, Values

type Test = Callable[[Value, Values], bool]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The values' names of `=` and the tests, by key attribute."""

    equal: dict[str, str]
    tests: dict[str, Test]

    def partition(self, hash_name: str, values: Values) -> Value:
        if hash_name not in self.equal:
            raise Invalid(f"Query condition missed key schema element: {hash_name}")
        return values[self.equal[hash_name]]

    def sort_key_test(self, hash_name: str, range_name: str | None) -> Test | None:
        """The test of the sort key; None where every sort key will do."""
        others = self.tests.keys() - {hash_name}
        if not others:
            return None
        if others != {range_name}:
            raise Invalid(f"Query condition missed key schema element: {range_name}")
        return self.tests[str(range_name)]


def key_condition(tokens: Tokens) -> KeyCondition:
    """One or two parts, joined by AND."""
    made = KeyCondition({}, {})
    _parts(tokens, made)
    return made


def _parts(tokens: Tokens, made: KeyCondition) -> None:
    while True:
        if tokens.accept("("):
            _parts(tokens, made)
            tokens.expect(")")
        else:
            _part(tokens, made)
        if not tokens.accept("AND"):
            return


def _part(tokens: Tokens, made: KeyCondition) -> None:
    begins_with = tokens.peek() == "begins_with" and tokens.peek(1) == "("
    if begins_with:
        tokens.take()
        tokens.take()
    path = tokens.path()
    name = str(path[0])
    if len(path) > 1 or name in made.tests:
        raise tokens.invalid("Query key condition not supported")
    if begins_with:
        tokens.expect(",")
        made.tests[name] = _begins_with(tokens.value(frozenset({"S", "B"}), "begins_with"))
        tokens.expect(")")
        return
    sign = tokens.accept("=", "<", "<=", ">", ">=", "BETWEEN")
    if not sign:
        raise tokens.invalid("Query key condition not supported")
    value = tokens.value()
    if sign == "BETWEEN":
        tokens.expect("AND")
        made.tests[name] = _between(value, tokens.value())
    elif sign == "=":
        made.equal[name] = value
        made.tests[name] = lambda key, values: key == values[value]
    else:
        made.tests[name] = lambda key, values: in_order(sign, key, values[value])


def _begins_with(value: str) -> Test:
    return lambda key, values: begins(key, values[value])


def _between(low: str, high: str) -> Test:
    return lambda key, values: between(key, values[low], values[high])
