"""Random JSON texts that are hard to read and to write as PHP does, and broken ones."""

import json
from collections.abc import Callable
from random import Random

_CHARACTERS = (
    'aZ09 /\\"\'<>&{}[],:'
    "\x7f\x80\xa0éİßЖ王\u07ff\u0800\u2027\u2028\u2029\ud7ff\ue000\ufeff\uffff\U00010000😀\U0010ffff"
)
_ESCAPES = (
    r"\" \\ \/ \b \f \n \r \t \u0000 \u001F \u007f \u0080 \u00e9 \u00E9 \u2028 \u2029 \u07FF \u0800"
    r" \ud7ff \uE000 \uffff \ud83d\ude00 \uD800\uDC00 \udbff\uDFFF \u0022 \u005c \u002f"
).split()
_KEYS = (
    '"" "0" "1" "2" "3" "-1" "-0" "00" "1.0" "9223372036854775807" "9223372036854775808" '
    '"-9223372036854775808" "-9223372036854775809" "99999999999999999999" "signature" "a" "\\u0061"'
    ' "\\u0030" "\\u0000b" "é" "a/b"'
).split()
_NUMBERS = (
    "0 -0 -0.0 0.0 10.0 -0e5 1E400 -1e400 1e-400 -1e-400 5e-324 2.5e-324 1.7976931348623157e308 "
    "1.7976931348623159e308 9223372036854775807 9223372036854775808 -9223372036854775808 "
    "-9223372036854775809 1e15 1e16 1e17 1e18 99999999999999990.0 0.1 0.0001 0.00001 1e22 1e23"
).split()
_WORDS = "true false null".split()
_BROKEN = (
    r'"\ud800" "\udc00" "\ud83d\u0041" "\uD83D\uD83D" "\u12g4" "\u12" "\x41" "\U0041" NaN Infinity '
    r"-Infinity nan TRUE True nULL 01 -01 1. .5 1.e5 +1 - 1e 1e+ 0x1 '' // undefined"
).split()
_BROKEN_BYTES = (
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80",
    b"\x00",
    b"\t",
    b"\x1f",
    b"\x0b",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"\\",
    b'"',
    b",",
    b"]",
    b"}",
    b"[",
    b"{",
    b" ",
    b"1",
    b"-",
    b"e5",
    b".0",
)


def make_document(random: Random) -> bytes:
    """A JSON text; about every fifth is damaged in one place, and few of those stay valid."""
    if random.random() < 0.01:
        return _nested(random).encode()
    document = _padded(random, _value(random, random.randrange(5))).encode()
    return _damaged(random, document) if random.random() < 0.2 else document


def _value(random: Random, levels: int) -> str:
    if random.random() < 0.003:
        return random.choice(_BROKEN)
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
    return random.choice(_KEYS) if random.random() < 0.7 else _string(random)


def _string(random: Random) -> str:
    parts = [
        random.choice(_ESCAPES)
        if random.random() < 0.4
        else json.dumps(random.choice(_CHARACTERS), ensure_ascii=False)[1:-1]
        for _ in range(random.randrange(8))
    ]
    return '"' + "".join(parts) + '"'


def _number(random: Random) -> str:
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(_NUMBERS)
    if kind == 1:
        return str(random.randrange(-(10 ** random.randrange(1, 24)), 10 ** random.randrange(1, 24)))
    if kind == 2:  # PHP and Python change to exponents at different sizes
        return repr(random.uniform(-1, 1) * 10.0 ** random.randrange(-8, 22))
    if kind == 3:
        exponent = random.choice(("e", "E")) + random.choice(("", "+", "-", "-0"))
        fraction = random.randrange(10 ** random.randrange(1, 20))
        return f"{random.randrange(-99, 99)}.{fraction}{exponent}{random.randrange(330)}"
    return str(random.randrange(100_000_000))


def _word(random: Random) -> str:
    return random.choice(_WORDS)


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
    return document[:start] + random.choice((b"", *_BROKEN_BYTES)) + document[end:]
