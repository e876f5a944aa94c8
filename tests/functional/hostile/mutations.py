"""Makes forgeries out of genuinely signed bodies; the same seed makes the same ones."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from payments.callbacks import php_json
from tests.unit.signature.callbacks import mac, make_raw_callback
from tests.unit.signature.hard_pieces import BROKEN_BYTES, NUMBERS

KEY = "merchant-key-1"
_FORMS: list[dict[str, bool]] = [
    {},
    {"unescaped_slashes": True},
    {"unescaped_slashes": True, "unescaped_unicode": True},
]
_NUMBER = re.compile(rb"(?<=[:,\[])-?[0-9][0-9.eE+-]*")
_LETTER = re.compile(rb"[A-Za-z]")
_SIGNATURE = re.compile(rb'"signature" *: *"([0-9a-f]{128})"')
_MORE = (b'"paid":true', b'"order":{"amount":1}', b'"signature":""', b'"0":[]', b'"result":null')


@dataclass(frozen=True)
class Signed:
    """A body as it was sent, and the key that signed it."""

    body: bytes
    key: str = KEY


def signed_in_every_form(fields: Any, key: str = KEY) -> list[Signed]:
    """One document, signed in each form that is accepted; the last one as its bytes are."""
    made = []
    for flags in _FORMS:
        signature = mac(php_json.encode(fields, **flags).encode(), key)
        made.append(php_json.encode(fields | {"signature": signature}, **flags).encode())
    made.append(make_raw_callback(json.dumps(fields).encode(), key))
    return [Signed(body, key) for body in made]


def mutated(random: Random, original: Signed, others: Sequence[Signed]) -> bytes:
    """The original after one to three changes; never the original itself."""
    body = original.body
    while body == original.body:
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            body = random.choice(_CHANGES)(random, body, random.choice(others).body)
    return body


def _flip_a_bit(random: Random, body: bytes, _: bytes) -> bytes:
    at = random.randrange(len(body) or 1)
    return (
        body[:at]
        + bytes(byte ^ (1 << random.randrange(8)) for byte in body[at : at + 1])
        + (body[at + 1 :])
    )


def _put_in(random: Random, body: bytes, _: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(BROKEN_BYTES) + body[at + random.randrange(3) :]


def _cut_short(random: Random, body: bytes, _: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _cut_out(random: Random, body: bytes, _: bytes) -> bytes:
    start = random.randrange(len(body) + 1)
    return body[:start] + body[start + random.randrange(40) :]


def _repeat_a_piece(random: Random, body: bytes, _: bytes) -> bytes:
    start = random.randrange(len(body) + 1)
    end = start + random.randrange(60)
    return body[:end] + body[start:end] + body[end:]


def _splice(random: Random, body: bytes, other: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)] + other[random.randrange(len(other)) :]


def _transplant_the_signature(_: Random, body: bytes, other: bytes) -> bytes:
    given = _SIGNATURE.search(other)
    return _SIGNATURE.sub(given[0], body, count=1) if given else body


def _forge_the_signature(random: Random, body: bytes, _: bytes) -> bytes:
    found = _SIGNATURE.search(body)
    if not found:
        return body
    unsigned = body.replace(b"," + found[0], b"")
    forged = random.choice(
        [
            mac(unsigned, ""),
            mac(unsigned, KEY, "sha256"),
            mac(unsigned, KEY + "x"),
            mac(b""),
            found[1].decode().upper(),
            found[1].decode()[1:],
            found[1].decode() + "0",
        ]
    )
    return body.replace(found[1], forged.encode())


def _spell_a_number(random: Random, body: bytes, _: bytes) -> bytes:
    found = list(_NUMBER.finditer(body))
    if not found:
        return body
    number = random.choice(found)
    old = number[0]
    new = random.choice(
        [old + b".0", old + b"e0", b"-" + old, b"0" + old, old + b"0", b'"%b"' % old]
        + [spelled.encode() for spelled in NUMBERS]
    )
    return body[: number.start()] + new + body[number.end() :]


def _escape_a_letter(random: Random, body: bytes, _: bytes) -> bytes:
    found = list(_LETTER.finditer(body))
    if not found:
        return body
    letter = random.choice(found)
    escape = random.choice((b"\\u%04x", b"\\u%04X", b"\\u1%03x", b"\\%c")) % letter[0][0]
    return body[: letter.start()] + escape + body[letter.end() :]


def _spell_escapes_otherwise(random: Random, body: bytes, _: bytes) -> bytes:
    one, other = random.choice(
        ((b"\\/", b"/"), (b"/", b"\\/"), (b"\\u00", b"\\u01"), (b"\\n", b"\\r"), (b"e", b"E"))
    )
    return body.replace(one, other, random.choice((1, -1)))


def _add_a_member(random: Random, body: bytes, _: bytes) -> bytes:
    at = random.choice([place for place, byte in enumerate(body) if byte in b"{,"] or [0])
    return body[: at + 1] + random.choice(_MORE) + b"," + body[at + 1 :]


def _edit_as_json(random: Random, body: bytes, other: bytes) -> bytes:
    try:
        document, spare = json.loads(body), json.loads(other)
    except ValueError:
        return body
    holders = [holder for holder in _containers(document) if holder]
    if not holders:
        return body
    holder = random.choice(holders)
    key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if random.random() < 0.3:
        del holder[key]
    else:
        holder[key] = random.choice([None, True, 0, 1000, "PAID", "", [], {}, spare, holder[key]])
    return _written(random, document)


def _write_anew(random: Random, body: bytes, _: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if isinstance(document, dict) and random.random() < 0.5:
        members = list(document.items())
        random.shuffle(members)
        document = dict(members)
    return _written(random, document)


def _containers(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [entry for child in inside for entry in _containers(child)]
    return [value, *found] if isinstance(value, dict | list) else found


def _written(random: Random, document: Any) -> bytes:
    return json.dumps(
        document,
        ensure_ascii=random.random() < 0.5,
        indent=random.choice((None, None, 1)),
        sort_keys=random.random() < 0.2,
        separators=random.choice(((",", ":"), (", ", ": "))),
    ).encode(errors="replace")


_CHANGES: list[Callable[[Random, bytes, bytes], bytes]] = [
    _flip_a_bit,
    _put_in,
    _cut_short,
    _cut_out,
    _repeat_a_piece,
    _splice,
    _transplant_the_signature,
    _forge_the_signature,
    _spell_a_number,
    _escape_a_letter,
    _spell_escapes_otherwise,
    _add_a_member,
    _edit_as_json,
    _write_anew,
]
