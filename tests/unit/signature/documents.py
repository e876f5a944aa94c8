"""Random JSON texts that are hard to read and to write as PHP does, and broken ones."""

import json
from collections.abc import Callable
from random import Random

from tests.unit.signature.hard_pieces import (
    BROKEN,
    BROKEN_BYTES,
    CHARACTERS,
    ESCAPES,
    KEYS,
    NUMBERS,
    WORDS,
)


def make_document(random: Random) -> bytes:
    """A JSON text; about every fifth is damaged in one place, and few of those stay valid."""
    if random.random() < 0.01:
        return _nested(random).encode()
    document = _padded(random, _value(random, random.randrange(5))).encode()
    return _damaged(random, document) if random.random() < 0.2 else document


def _value(random: Random, levels: int) -> str:
    if random.random() < 0.003:
        return random.choice(BROKEN)
    leaves: list[Callable[[Random], str]] = [_string, _number, _number, _word]
    if levels == 0 or random.random() < 0.2:
        return random.choice(leaves)(random)
    items = [_value(random, levels - 1) for _ in range(random.randrange(5))]
    if random.random() < 0.4:
        return "[" + ",".join(_padded(random, item) for item in items) + "]"
    keys = _counting_keys(random, len(items)) or [_key(random) for _ in items]
    members = [
        f"{_padded(random, key)}:{_padded(random, item)}"
        for key, item in zip(keys, items, strict=True)
    ]
    return "{" + ",".join(members) + "}"


def _counting_keys(random: Random, count: int) -> list[str]:
    return [f'"{index}"' for index in range(count)] if random.random() < 0.2 else []


def _key(random: Random) -> str:
    return random.choice(KEYS) if random.random() < 0.7 else _string(random)


def _string(random: Random) -> str:
    parts = [
        random.choice(ESCAPES)
        if random.random() < 0.4
        else json.dumps(random.choice(CHARACTERS), ensure_ascii=False)[1:-1]
        for _ in range(random.randrange(8))
    ]
    return '"' + "".join(parts) + '"'


def _number(random: Random) -> str:
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(NUMBERS)
    if kind == 1:
        return str(
            random.randrange(-(10 ** random.randrange(1, 24)), 10 ** random.randrange(1, 24))
        )
    if kind == 2:  # PHP and Python change to exponents at different sizes
        return repr(random.uniform(-1, 1) * 10.0 ** random.randrange(-8, 22))
    if kind == 3:
        exponent = random.choice(("e", "E")) + random.choice(("", "+", "-", "-0"))
        fraction = random.randrange(10 ** random.randrange(1, 20))
        return f"{random.randrange(-99, 99)}.{fraction}{exponent}{random.randrange(330)}"
    return str(random.randrange(100_000_000))


def _word(random: Random) -> str:
    return random.choice(WORDS)


def _padded(random: Random, text: str) -> str:
    if random.random() < 0.8:
        return text
    return random.choice((" ", "\n", "\t", "\r\n  ")) + text + random.choice(("", " ", "\r"))


def _nested(random: Random) -> str:
    levels = random.randrange(508, 515)
    opening, closing = random.choice((("[", "]"), ('{"[":', "}")))
    inside = random.choice(("1", "[]", "{}", '"[[{"'))
    return f"[{opening * levels}{inside}{closing * levels},[]]"


def _damaged(random: Random, document: bytes) -> bytes:
    start = random.randrange(len(document) + 1)
    end = start + random.randrange(3)
    return document[:start] + random.choice((b"", *BROKEN_BYTES)) + document[end:]
