"""UpdateExpression: every right side reads the old item, then all of it happens at once."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from testing.dynamodb.errors import Invalid
from testing.dynamodb.tokens import Operand, Path, Tokens, at_path, reader
from testing.dynamodb.values import SETS, Item, Value, Values, kind_of, order, total

_N = frozenset({"N"})
_L = frozenset({"L"})


@dataclass(frozen=True, slots=True)
class Update:
    """What an expression does to an item."""

    sets: tuple[tuple[Path, Operand], ...]
    removals: tuple[Path, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        return (*(path for path, _ in self.sets), *self.removals)

    def __call__(self, old: Item, values: Values) -> Item:
        computed = [(path, read(old, values)) for path, read in self.sets]
        new = dict(old)
        for path, value in computed:
            if value is None:
                raise Invalid(
                    "The provided expression refers to an attribute that does not exist in the item"
                )
            name = str(path[0])
            new[name] = value if len(path) == 1 else _changed(new.get(name), path[1:], value)
        for path in self.removals:
            name = str(path[0])
            if len(path) == 1:
                new.pop(name, None)
            elif at_path({"M": new}, path[:-1]) is None:
                raise _no_such_path()
            else:
                new[name] = _changed(new.get(name), path[1:], None)
        return new


def update(tokens: Tokens) -> Update:
    """The clauses SET, REMOVE and ADD, each at most once."""
    sets: list[tuple[Path, Operand]] = []
    removals: list[Path] = []
    seen: set[str] = set()
    while tokens.peek():
        clause = tokens.accept("SET", "REMOVE", "ADD", "DELETE")
        if not clause:
            raise tokens.unexpected()
        if clause in seen:
            raise tokens.invalid(f'The "{clause}" section can only be used once;')
        if clause == "DELETE":
            raise NotImplementedError("the simulated DynamoDB has no DELETE clause")
        seen.add(clause)
        while True:
            if clause == "REMOVE":
                removals.append(tokens.path())
            else:
                sets.append(_assignment(tokens) if clause == "SET" else _addition(tokens))
            if not tokens.accept(","):
                break
    # From the end, so that what goes from a list does not move what goes after it.
    removals.sort(key=lambda path: [(isinstance(part, int), part) for part in path], reverse=True)
    made = Update(tuple(sets), tuple(removals))
    for one, other in combinations(made.paths, 2):
        if one[: len(other)] == other[: len(one)]:
            raise tokens.invalid("Two document paths overlap with each other;")
    return made


def _assignment(tokens: Tokens) -> tuple[Path, Operand]:
    path = tokens.path()
    tokens.expect("=")
    alone = tokens.peek() if tokens.peek(1) in {"+", "-"} else ""
    left = _operand(tokens, _N if alone.startswith(":") else None, tokens.peek(1))
    sign = tokens.accept("+", "-")
    if not sign:
        return path, left
    right = _operand(tokens, _N, sign)
    return path, _arithmetic(left, right, 1 if sign == "+" else -1)


def _operand(tokens: Tokens, kinds: frozenset[str] | None, by: str) -> Operand:
    if tokens.peek(1) != "(":
        return tokens.operand(kinds, by)
    name = tokens.take()
    if name not in _FUNCTIONS:
        raise tokens.invalid(f"Invalid function name; function: {name}")
    tokens.expect("(")
    made = _FUNCTIONS[name](tokens)
    tokens.expect(")")
    return made


def _if_not_exists(tokens: Tokens) -> Operand:
    read = reader(tokens.path())
    tokens.expect(",")
    otherwise = _operand(tokens, None, "if_not_exists")

    def choose(item: Item, values: Values) -> Value | None:
        found = read(item, values)
        return otherwise(item, values) if found is None else found

    return choose


def _list_append(tokens: Tokens) -> Operand:
    first = _operand(tokens, _L, "list_append")
    tokens.expect(",")
    second = _operand(tokens, _L, "list_append")

    def append(item: Item, values: Values) -> Value | None:
        one, other = first(item, values), second(item, values)
        if one is None or other is None:
            return None
        if "L" not in one or "L" not in other:
            raise _wrong_type()
        return {"L": one["L"] + other["L"]}

    return append


_FUNCTIONS: dict[str, Callable[[Tokens], Operand]] = {
    "if_not_exists": _if_not_exists,
    "list_append": _list_append,
}


def _arithmetic(left: Operand, right: Operand, sign: int) -> Operand:
    def compute(item: Item, values: Values) -> Value | None:
        one, other = left(item, values), right(item, values)
        if one is None or other is None:
            return None
        if "N" not in one or "N" not in other:
            raise _wrong_type()
        return {"N": total(one["N"], other["N"], sign)}

    return compute


def _addition(tokens: Tokens) -> tuple[Path, Operand]:
    path = tokens.path()
    read = reader(path)
    name = tokens.value(_N | SETS, "ADD")

    def add(item: Item, values: Values) -> Value | None:
        old, more = read(item, values), values[name]
        if old is None:
            return more
        kind = kind_of(more)
        if kind_of(old) != kind:
            raise _wrong_type()
        if kind == "N":
            return {"N": total(old["N"], more["N"], 1)}
        members = {*old[kind], *more[kind]}
        return {kind: sorted(members, key=lambda member: order({kind[0]: member}))}

    return path, add


def _changed(value: Value | None, path: Path, new: Value | None) -> Value:
    """A copy of `value` with `new` at a path below it; without what is there if it is None."""
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        if value is None or "L" not in value:
            raise _no_such_path()
        members = list(value["L"])
        if rest:
            inner = members[part] if part < len(members) else None
            members[part : part + 1] = [_changed(inner, rest, new)]
        else:
            members[part : part + 1] = [] if new is None else [new]
        return {"L": members}
    if value is None or "M" not in value:
        raise _no_such_path()
    inside = dict(value["M"])
    if rest:
        inside[part] = _changed(inside.get(part), rest, new)
    elif new is None:
        inside.pop(part, None)
    else:
        inside[part] = new
    return {"M": inside}


def _no_such_path() -> Invalid:
    return Invalid("The document path provided in the update expression is invalid for update")


def _wrong_type() -> Invalid:
    return Invalid("An operand in the update expression has an incorrect data type")
