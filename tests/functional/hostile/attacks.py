"""The attacks, as data. test_attacks.py runs them at the handlers, test_stack.py over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from payments.callbacks.url_token import callback_token
from payments.domain.transition_table import Status
from testing.builders import MERCHANT_KEY
from tests.functional.hostile import bodies
from tests.functional.hostile.bodies import KB, MB, Body
from tests.stack.hostile.wire import JSON, Wire


def right_token(order_id: str) -> str:
    return callback_token(order_id, MERCHANT_KEY)


def sandbox_token(order_id: str) -> str:
    return callback_token(order_id, "the sandbox's key")


@dataclass(frozen=True)
class Attack:
    """A request for an order, and what it gets.

    `kept` is the reason of the one row that the quarantine then has, `then` the payment's status,
    `event` what only an event can say; an attack with one is not run over HTTP.
    """

    name: str
    body: Body
    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    kept: str = ""
    then: Status = Status.PENDING
    token: Callable[[str], str] = right_token
    event: Mapping[str, Any] = field(default_factory=dict)

    def callback(self, order_id: str) -> Wire:
        path = f"/callbacks/finpay/{order_id}/{self.token(order_id)}"
        return Wire("POST", path, self.headers, self.body(order_id))

    def request(self, order_id: str) -> Wire:
        return Wire("POST", "/payments", self.headers, self.body(order_id))


def _unproven(name: str, body: Body) -> Attack:
    return Attack(name, body, 401, kept="signature")


def _true(name: str, body: Body, **how: Any) -> Attack:
    """No attack at all, only odd; it counts, or money would be lost."""
    return Attack(name, body, 200, then=Status.PAID, **how)


SIGNATURES = [
    _unproven("no signature", bodies.without_signature),
    _unproven("signature null", bodies.with_signature(lambda _: None)),
    _unproven("signature empty", bodies.with_signature(lambda _: "")),
    _unproven("signature an empty list", bodies.with_signature(lambda _: [])),
    _unproven("signature in a list", bodies.with_signature(lambda true: [true])),
    _unproven("signature an object", bodies.with_signature(lambda true: {"signature": true})),
    _unproven("signature a number", bodies.with_signature(lambda _: 7)),
    _unproven("signature true", bodies.with_signature(lambda _: True)),
    _unproven("signature of 127 characters", bodies.with_signature(lambda true: true[:-1])),
    _unproven("signature of 129 characters", bodies.with_signature(lambda true: true + "0")),
    _unproven("signature with a newline", bodies.with_signature(lambda true: true + "\n")),
    _unproven("signature in upper case", bodies.with_signature(str.upper)),
    _unproven("signature not ASCII", bodies.with_signature(lambda _: "é" * 128)),
    _unproven("signature in wide digits", bodies.with_signature(lambda _: "\uff11" * 128)),
    _unproven("signed by the sandbox", bodies.by_the_sandbox),
    Attack("the sandbox's URL", bodies.by_the_sandbox, 404, token=sandbox_token),
    Attack("a true body at a guessed URL", bodies.callback, 404, token=lambda _: "0" * 32),
    Attack(
        "a true body at another order's URL",
        bodies.callback,
        404,
        token=lambda _: right_token("OTHER-1"),
    ),
    Attack("another order's true body", bodies.of_another_order, 200, kept="other-order"),
]

DUPLICATES = [
    _unproven(
        "a second result",
        bodies.appended(b'"result":{"payment":{"status":"PAID","amount":1}}'),
    ),
    _unproven("a first order", bodies.prepended(b'"order":{"id":"OTHER-1","amount":1}')),
    _unproven("two equal signatures", bodies.signed_twice),
    _unproven("a signature under an escaped name", bodies.appended(rb'"\u0073ignature":"x"')),
    _true("the first member twice, as signed at last", bodies.prepended(b'"merchant":7')),
]

NUMBERS = [
    *(
        Attack(f"paid {number.decode()}", bodies.amount_changed(number), 400)
        for number in (b"NaN", b"Infinity", b"-Infinity", b"01", b"+1000", b"0x3E8", b"1000.")
    ),
    *(
        Attack(f"{number.decode()} signed", bodies.amount_signed(number), 400)
        for number in (b"NaN", b"Infinity")
    ),
    *(
        _unproven(f"paid {name}", bodies.amount_changed(number))
        for name, number in (
            ("-0", b"-0"),
            ("1e400", b"1e400"),
            ("5,000 digits", b"9" * 5_000),
            ("1000 and a little", b"1000.0000000001"),
        )
    ),
    *(
        Attack(
            f"{name} signed", bodies.amount_signed(number), 200, kept="mismatch", then=Status.REVIEW
        )
        for name, number in (("-0", b"-0"), ("1e400", b"1e400"), ("5,000 digits", b"9" * 5_000))
    ),
    _true("1e3 signed", bodies.amount_signed(b"1e3")),
]

SHAPES = [
    *(
        Attack(f"body {body[:20].decode(errors='replace')!r}", bodies.always(body), 400)
        for body in (b"", b"{", b"null x", b"\xff", b"\x00", b"orderId=1&status=PAID", b"<xml/>")
    ),
    *(
        _unproven(f"body {body[:20].decode()}", bodies.always(body))
        for body in (b"[]", b"{}", b"null", b"7", b'"text"', b"9" * 5_000, b"1e400", b"-0")
    ),
    Attack("a lone surrogate", bodies.appended(rb'"x":"\ud800"'), 400),
    Attack("opened 100,000 times", bodies.always(b"[" * 100_000), 400),
    Attack("1,000 levels", bodies.nested(1_000, bodies.callback), 400),
    Attack("1,000 levels signed", bodies.nested_and_signed(1_000), 400),
    Attack("100,000 levels", bodies.nested(100_000, bodies.callback), 400),
    Attack("100,000 levels signed", bodies.nested_and_signed(100_000), 400),
    Attack("257 KB", bodies.padded(257 * KB, bodies.callback), 413),
    Attack("6 MB", bodies.padded(6 * MB, bodies.callback), 413),
    Attack("10 MB", bodies.padded(10 * MB, bodies.callback), 413),
    _true("256 KB", bodies.padded(256 * KB, bodies.callback)),
]

# What a body is declared as, and whether a storefront's may be.
TYPES: list[tuple[str, Mapping[str, str], bool]] = [
    ("no type", {}, False),
    ("an empty type", {"Content-Type": ""}, False),
    ("a form", {"Content-Type": "application/x-www-form-urlencoded"}, False),
    ("a multipart form", {"Content-Type": "multipart/form-data; boundary=x"}, False),
    ("plain text", {"Content-Type": "text/plain"}, False),
    ("bytes", {"Content-Type": "application/octet-stream"}, False),
    ("another JSON", {"Content-Type": "application/vnd.api+json"}, False),
    ("no type at all", {"Content-Type": "};;=,\xe9"}, False),
    ("a very long type", {"Content-Type": "application/json" + "x" * 4_000}, False),
    ("two types", {"Content-Type": "application/json, text/html"}, False),
    ("Latin-1", {"Content-Type": "application/json; charset=iso-8859-1"}, False),
    ("UTF-16", {"Content-Type": "application/json; charset=utf-16"}, False),
    ("gzip", {**JSON, "Content-Encoding": "gzip"}, False),
    ("brotli", {**JSON, "Content-Encoding": "br"}, False),
    ("capitals", {"content-TYPE": 'Application/JSON; charset="UTF-8"'}, True),
    ("a parameter", {"Content-Type": "application/json;a=b"}, True),
    ("no coding", {**JSON, "Content-Encoding": "identity"}, True),
]

_GZIP = {**JSON, "Content-Encoding": "gzip"}
ENCODINGS = [
    *(_true(f"declared as {name}", bodies.callback, headers=headers) for name, headers, _ in TYPES),
    Attack("a byte order mark", bodies.with_bom(bodies.callback), 400),
    Attack("in UTF-16", bodies.in_utf_16(bodies.callback), 400),
    Attack("really gzip", bodies.compressed(bodies.callback), 400, headers=_GZIP),
    _true("in base64", bodies.callback, headers={"Content-Type": "application/x-any"}),
    Attack("declared as base64", bodies.callback, 400, event={"isBase64Encoded": True}),
    Attack(
        "spoilt base64",
        bodies.callback,
        400,
        event={"body": "e30=!", "isBase64Encoded": True},
    ),
    Attack("a body that is null", bodies.callback, 400, event={"body": None}),
    Attack("a surrogate for a body", bodies.callback, 400, event={"body": "\ud800"}),
]

CALLBACKS: Mapping[str, list[Attack]] = {
    "signatures": SIGNATURES,
    "duplicates": DUPLICATES,
    "numbers": NUMBERS,
    "shapes": SHAPES,
    "encodings": ENCODINGS,
}

REQUESTS = [
    Attack("the order twice", bodies.prepended(b'"order": {}', bodies.request), 400),
    Attack("meta twice", bodies.data_of_request(b'1, "data": 1'), 400),
    *(
        Attack(f"amount {value.decode()}", bodies.amount_of_request(value), 400)
        for value in (b"NaN", b"Infinity", b"-Infinity", b"01", b"0x3E8")
    ),
    *(
        Attack(f"amount {name}", bodies.amount_of_request(value), status)
        for name, value, status in (
            ("-0", b"-0", 422),
            ("1e400", b"1e400", 422),
            ("half a rupiah", b"1000.5", 422),
            ("5,000 digits", b"9" * 5_000, 400),
            ("5,000 digits in a string", b'"%b"' % (b"9" * 5_000), 422),
            ("wide digits", '"\uff11\uff10\uff10\uff10"'.encode(), 422),
            ("a list", b"[1000]", 422),
            ("true", b"true", 422),
            ("null", b"null", 422),
        )
    ),
    Attack("1e400 passed through", bodies.data_of_request(b"1e400"), 422),
    Attack("a lone surrogate passed through", bodies.data_of_request(rb'"\ud800"'), 422),
    *(
        Attack(f"body {body[:20].decode(errors='replace')!r}", bodies.always(body), status)
        for body, status in (
            (b"", 400),
            (b"{", 400),
            (b"\xff", 400),
            (b"\x00", 400),
            (b"order[id]=1", 400),
            (b"[]", 422),
            (b"null", 422),
            (b"7", 422),
            (b'"text"', 422),
            (b"{}", 422),
        )
    ),
    Attack("1,000 levels", bodies.data_of_request(b"[" * 1_000 + b"]" * 1_000), 422),
    Attack("100,000 levels", bodies.data_of_request(b"[" * 100_000 + b"]" * 100_000), 400),
    Attack("opened 100,000 times", bodies.always(b"[" * 100_000), 400),
    *(
        Attack(name, bodies.padded(size, bodies.request), 413)
        for name, size in (("257 KB", 257 * KB), ("6 MB", 6 * MB), ("10 MB", 10 * MB))
    ),
    *(
        Attack(f"declared as {name}", bodies.request, 415, headers=headers)
        for name, headers, is_json in TYPES
        if not is_json
    ),
    Attack("a byte order mark", bodies.with_bom(bodies.request), 400),
    Attack("in UTF-16", bodies.in_utf_16(bodies.request), 400),
    Attack("really gzip", bodies.compressed(bodies.request), 415, headers=_GZIP),
    Attack("declared as base64", bodies.request, 400, event={"isBase64Encoded": True}),
    Attack("a body that is null", bodies.request, 400, event={"body": None}),
    Attack("a surrogate for a body", bodies.request, 400, event={"body": "\ud800"}),
]
ODD_REQUESTS = [
    Attack(f"declared as {name}", bodies.request, 201, headers=headers)
    for name, headers, is_json in TYPES
    if is_json
]
