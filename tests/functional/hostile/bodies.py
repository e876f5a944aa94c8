"""Bodies that nobody honest sends: of callbacks, as seen and spoilt, and of requests."""

import gzip
import json
from collections.abc import Callable
from typing import Any

from testing.builders import (
    MERCHANT_KEY,
    make_callback_body,
    make_callback_fields,
    make_request_body,
)
from tests.unit.signature.callbacks import make_raw_callback

KB = 1024
MB = 1024 * KB

type Body = Callable[[str], bytes]
"""Makes the body for an order id."""

AMOUNT = b'"amount":1000}}'
"""Where the paid amount stands, at the end of what is signed."""


def callback(order_id: str) -> bytes:
    """The true one: the order is paid."""
    return make_callback_body(make_callback_fields(order_id)).encode()


def request(order_id: str) -> bytes:
    """A good request."""
    return json.dumps(make_request_body(id=order_id)).encode()


def with_signature(change: Callable[[str], Any]) -> Body:
    """The true callback with another value in place of its signature."""

    def body(order_id: str) -> bytes:
        fields = json.loads(callback(order_id))
        fields["signature"] = change(fields["signature"])
        return json.dumps(fields).encode()

    return body


def without_signature(order_id: str) -> bytes:
    return json.dumps(make_callback_fields(order_id)).encode()


def by_the_sandbox(order_id: str) -> bytes:
    """What Finpay's sandbox signs for an order of the same id, with its own key."""
    return make_callback_body(make_callback_fields(order_id), key="the sandbox's key").encode()


def of_another_order(_: str) -> bytes:
    return callback("OTHER-1")


def appended(member: bytes, original: Body = callback) -> Body:
    """One member more at the end."""
    return lambda order_id: original(order_id)[:-1] + b"," + member + b"}"


def prepended(member: bytes, original: Body = callback) -> Body:
    """One member more at the beginning."""
    return lambda order_id: b"{" + member + b"," + original(order_id)[1:]


def signed_twice(order_id: str) -> bytes:
    body = callback(order_id)
    return body[:-1] + body[body.rindex(b',"signature"') :]


def amount_changed(number: bytes) -> Body:
    """Another paid amount than was signed."""

    def body(order_id: str) -> bytes:
        return callback(order_id).replace(AMOUNT, b'"amount":%b}}' % number)

    return body


def amount_signed(number: bytes) -> Body:
    """Finpay itself signed this amount, as bytes."""

    def body(order_id: str) -> bytes:
        unsigned = without_signature(order_id).replace(b" ", b"")
        assert unsigned.endswith(AMOUNT + b"}")
        changed = unsigned.removesuffix(AMOUNT + b"}") + b'"amount":%b}}}' % number
        return make_raw_callback(changed, MERCHANT_KEY)

    return body


def nested(levels: int, original: Body) -> Body:
    """With a member that is lists within lists."""
    return appended(b'"deep":' + b"[" * levels + b"]" * levels, original)


def nested_and_signed(levels: int) -> Body:
    def body(order_id: str) -> bytes:
        unsigned = nested(levels, without_signature)(order_id)
        return make_raw_callback(unsigned, MERCHANT_KEY)

    return body


def padded(size: int, original: Body) -> Body:
    """White space behind it, which changes nothing in what it says, up to so many bytes."""
    return lambda order_id: original(order_id).ljust(size)


def with_bom(original: Body) -> Body:
    return lambda order_id: b"\xef\xbb\xbf" + original(order_id)


def in_utf_16(original: Body) -> Body:
    return lambda order_id: original(order_id).decode().encode("utf-16")


def compressed(original: Body) -> Body:
    return lambda order_id: gzip.compress(original(order_id))


def amount_of_request(value: bytes) -> Body:
    """A request for an amount that is spelled so."""
    return lambda order_id: request(order_id).replace(b'"amount": "1000"', b'"amount": %b' % value)


def data_of_request(value: bytes) -> Body:
    """A request whose `meta.data`, which is passed through, is this."""

    def without_meta(order_id: str) -> bytes:
        body = make_request_body(id=order_id)
        del body["meta"]
        return json.dumps(body).encode()

    return appended(b'"meta": {"data": %b}' % value, without_meta)


def always(body: bytes) -> Body:
    return lambda _: body
