"""Signed callbacks for the tests of `payments.callbacks.signature`."""

import hmac
import json

from payments.callbacks.php_json import JsonValue
from payments.callbacks.signature import sign

KEY = "merchant-key-1"


def make_fields(**overrides: JsonValue) -> dict[str, JsonValue]:
    """A callback's members, without `signature`; its strings need escaping in PHP's default."""
    return {
        "merchant": {"id": "FINPAY770"},
        "customer": {"id": "Café/1 😀"},
        "order": {"id": "INV-1", "reference": None, "amount": 150000, "currency": "IDR"},
        "result": {"payment": {"status": "PAID", "amount": 150000}},
        **overrides,
    }


def make_callback(key: str = KEY, **overrides: JsonValue) -> bytes:
    """A callback that is signed in PHP's default encoding; `signature` may be overridden too."""
    fields = make_fields(**overrides)
    return json.dumps({"signature": sign(fields, key), **fields}, ensure_ascii=False).encode()


def make_raw_callback(unsigned: bytes, key: str = KEY) -> bytes:
    """The object `unsigned`, its bytes signed as they are and the signature put last."""
    signature = mac(unsigned, key).encode()
    return unsigned[:-1] + b',"signature":"' + signature + b'"}'


def mac(message: bytes, key: str = KEY, algorithm: str = "sha512") -> str:
    return hmac.new(key.encode(), message, algorithm).hexdigest()
