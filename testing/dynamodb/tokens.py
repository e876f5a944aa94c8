"""The words of DynamoDB's expressions: attribute paths, values, keywords."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from testing.dynamodb.errors import Invalid
from testing.dynamodb.values import Item, Value, Values, kind_of

type Path = tuple[str | int, ...]
type Operand = Callable[[Item, Values], Value | None]

_TOKEN = re.compile(r"\s*([#:]\w+|[A-Za-z_]\w*|\d+|<>|<=|>=|[=<>(),.\[\]+-])\s*", re.ASCII)
_PLACEHOLDER_OR_NAME = re.compile(r"#\w+|[A-Za-z_]\w*", re.ASCII)
_LONGEST = 4096


@cache
def _reserved() -> frozenset[str]:
    listed = resources.files("moto.dynamodb.parsing") / "reserved_keywords.txt"
    return frozenset(listed.read_text().upper().split())


@dataclass(frozen=True, slots=True)
class Check:
    """A value that has to be of one of some types wherever it is used."""

    value: str
    kinds: frozenset[str]
    by: str

    def __call__(self, values: Values) -> None:
        kind = kind_of(values[self.value])
        if kind not in self.kinds:
            raise Invalid(
                "Incorrect operand type for operator or function; "
                f"operator or function: {self.by}, operand type: {kind}"
            )


class Tokens:
    """An expression, read from left to right; it notes which names and values it uses."""

    def __init__(self, parameter: str, text: str, names: Mapping[str, str]) -> None:
        self._parameter = parameter
        self._names = names
        self._at = 0
        self.used_names: set[str] = set()
        self.used_values: set[str] = set()
        self.attributes: set[str] = set()
        self.checks: list[Check] = []
        self._tokens = self._split(text)

    def _split(self, text: str) -> list[str]:
        if not text.strip():
            raise self.invalid("The expression can not be empty;")
        if len(text.encode()) > _LONGEST:
            raise self.invalid("Expression size has exceeded the maximum allowed size;")
        tokens, at = [], 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.invalid(f'Syntax error; token: "{text[at]}"')
            tokens.append(match[1])
            at = match.end()
        return tokens

    def invalid(self, reason: str) -> Invalid:
        return Invalid(f"Invalid {self._parameter}: {reason}")

    def unexpected(self) -> Invalid:
        return self.invalid(f'Syntax error; token: "{self.peek() or "<EOF>"}"')

    def peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def accept(self, *words: str) -> str:
        """The next token in upper case if it is one of `words`, else nothing."""
        token = self.peek().upper()
        if token not in words:
            return ""
        self._at += 1
        return token

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.unexpected()

    def path(self) -> Path:
        """A document path: `a`, `#a.b`, `a[0].b`."""
        parts: list[str | int] = [self._name()]
        self.attributes.add(str(parts[0]))
        while found := self.accept(".", "["):
            if found == ".":
                parts.append(self._name())
                continue
            if not self.peek().isdigit():
                raise self.unexpected()
            parts.append(int(self.take()))
            self.expect("]")
        return tuple(parts)

    def _name(self) -> str:
        if not _PLACEHOLDER_OR_NAME.fullmatch(self.peek()):
            raise self.unexpected()
        token = self.take()
        if token.startswith("#"):
            if token not in self._names:
                raise self.invalid(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {token}"
                )
            self.used_names.add(token)
            return self._names[token]
        if token.upper() in _reserved():
            raise self.invalid(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def value(self, kinds: frozenset[str] | None = None, by: str = "") -> str:
        """The name of a value; of these types, if any are given."""
        if not self.peek().startswith(":"):
            raise self.unexpected()
        name = self.take()
        self.used_values.add(name)
        if kinds:
            self.checks.append(Check(name, kinds, by))
        return name

    def operand(self, kinds: frozenset[str] | None = None, by: str = "") -> Operand:
        """A value or a path."""
        if self.peek().startswith(":"):
            name = self.value(kinds, by)
            return lambda _, values: values[name]
        return reader(self.path())


def reader(path: Path) -> Operand:
    """What reads the value at a path; None where there is none."""
    if len(path) == 1:
        name = str(path[0])
        return lambda item, _: item.get(name)
    return lambda item, _: at_path({"M": item}, path)


def at_path(value: Value | None, path: Path) -> Value | None:
    """The value at a path below another."""
    for part in path:
        if value is None:
            return None
        if isinstance(part, int):
            members = value.get("L", ())
            value = members[part] if part < len(members) else None
        else:
            value = value.get("M", {}).get(part)
    return value
