"""What the tests' customers and keys are made of, and how to find it again in any text.

Nothing else in the world is called like this, so wherever one of these turns up that is not named
in `places.py`, something personal or secret got out. Keys that are made up while a test runs have
no fixed text; they are known by their form.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

FIRST_NAME, LAST_NAME = "Kanaria", "Rahasía"  # as JSON writes it, the latter has an escape
CUSTOMER_ID = "pelanggan-7413-kenari"
EMAIL = "burung.kenari+toko@sangkar.example"
PHONE = "+6281255500199"
STREET = "Jalan Burung Kenari 113"
NOTE = "kado untuk ulang tahun"

MERCHANT_ID, MERCHANT_KEY = "FINPAY770", "SoSecret123"  # Finpay's documented sample pair
BASIC = base64.b64encode(f"{MERCHANT_ID}:{MERCHANT_KEY}".encode()).decode()

_PERSONAL = {
    "first name": (FIRST_NAME, "Hajar"),  # the latter ones are of Finpay's sample request
    "last name": (LAST_NAME, "Ismail"),
    "customer id": (CUSTOMER_ID,),
    "e-mail": (EMAIL, "hajar.finnet@gmail.com"),
    "phone": (PHONE[3:], "81286288844"),  # +62, 62, 0 or nothing before it
    "street": (STREET,),
    "note": (NOTE,),
}
_SECRET = {
    "merchant key": (MERCHANT_KEY,),
    "merchant's authorization": (BASIC,),
    "API key of the events": ("sk_demo_" + "x" * 43,),
}
_SECRET_LOOKS = {
    "API key": re.compile(r"sk_[a-z0-9-]{1,32}_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    "webhook secret": re.compile(r"whsec_[A-Za-z0-9+/_-]{20,}"),
    # Nobody's hash has the same digit sixteen times in a row; generated texts have.
    "Finpay's signature": re.compile(r"(?:(?!([0-9a-fA-F])\1{15})[0-9a-fA-F]){128}"),
    "webhook's signature": re.compile(r"v1,[A-Za-z0-9+/]{43}="),
    "callback's token": re.compile(r"/callbacks/finpay/[^/\s\"]{1,64}/[0-9a-f]{32}"),
}
KINDS = frozenset({*_PERSONAL, *_SECRET, *_SECRET_LOOKS})
PERSONAL = frozenset(_PERSONAL)

# Five letters may turn up within anything random, so shorter ones are looked for as words.
_SHORTEST = 7
_SHORTEST_IN_BASE64 = 8
# Escapes of an escape, as in JSON in JSON, look like those of one.
_BACKSLASHES = re.compile(r"\\+")


@dataclass(frozen=True)
class Leak:
    """A mark that was found: its kind, how it was written, and what stood around it."""

    kind: str
    form: str
    around: str


def leaks_in(text: str) -> Iterator[Leak]:
    """Every mark in the text, each form of it once."""
    folded = _BACKSLASHES.sub(r"\\", text.casefold()) if "\\" in text else text.casefold()
    for needle, kind, form in _FOLDED:
        if (place := folded.find(needle)) >= 0:
            yield Leak(kind, form, _around(folded, place))
    for word, kind in _WORDS.items():
        # Mostly it is not there at all, and `in` is the quickest to say so.
        if word in folded and (found := _as_a_word(word).search(folded)):
            yield Leak(kind, "plain", _around(folded, found.start()))
    for needle, kind in _IN_BASE64:
        if needle in text:
            yield Leak(kind, "in base64", _around(text, text.index(needle)))
    for kind, looks in _SECRET_LOOKS.items():
        if found := looks.search(text):
            yield Leak(kind, "by its form", _around(text, found.start()))


def _around(text: str, place: int) -> str:
    return text[max(place - 60, 0) : place + 60].replace("\n", " ")


def _as_a_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9+/]){word}(?![a-z0-9+/])")


def _text_forms(value: str) -> dict[str, str]:
    """How a value is written where it is not in base64, by what it is written; the last counts."""
    escaped = value.encode("ascii", "backslashreplace").decode()
    forms = {
        "as bytes": repr(value.encode())[2:-1],
        "escaped as in JSON": re.sub(r"\\x(..)", r"\\u00\1", escaped),
        "URL-encoded": quote(value, safe=""),
        "as a form sends it": quote(value, safe=" ").replace(" ", "+"),
        "plain": value,
    }
    return {written.casefold(): form for form, written in forms.items()}


def _base64_forms(value: str) -> Iterator[str]:
    """What is sure to be in base64 of any text with the value in it, at each of three places."""
    raw = value.encode()
    for before in range(3):
        whole = len(raw) + before
        encoded = base64.b64encode(b"\0" * before + raw).decode()
        # The first and the last characters have bits of what stands beside the value.
        yield encoded[-(-before * 8 // 6) : whole * 8 // 6]


_ALL = [(kind, value) for kinds in (_PERSONAL, _SECRET) for kind in kinds for value in kinds[kind]]
_WORDS = {value.casefold(): kind for kind, value in _ALL if len(value) < _SHORTEST}
_FOLDED = [
    (needle, kind, form)
    for kind, value in _ALL
    if len(value) >= _SHORTEST
    for needle, form in _text_forms(value).items()
]
TEXTS = tuple(needle for needle, _, _ in _FOLDED)
"""The forms of all marks but the shortest, in lower case, for who looks at a million texts."""
_IN_BASE64 = [
    (needle, kind)
    for kind, value in _ALL
    for needle in _base64_forms(value)
    if len(needle) >= _SHORTEST_IN_BASE64
]
