"""The signature of Finpay's callbacks: HMAC-SHA512 over the body without its `signature`.

No genuine signed callback is published, so it is unknown whether Finpay signs the bytes that it
sends or another encoding of them. Each candidate form is tried, and the name of the matching one is
returned.
"""

import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from payments.callbacks import php_json
from payments.callbacks.php_json import JsonValue
from payments.domain.errors import SignatureError

_SIGNATURE = re.compile(r"[0-9a-f]{128}")

# Matches each string and bracket of a JSON text: a string with the comma before it and, if it is a
# key, the colon after it.
_TOKEN = re.compile(
    rb'(?P<comma>,[ \t\n\r]*+)?"(?P<text>(?:[^"\\]++|\\.)*+)"(?P<colon>[ \t\n\r]*+:)?|[\[\]{}]'
)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"')
_COMMA = re.compile(rb"[ \t\n\r]*+,[ \t\n\r]*+")


def verify(body: bytes, keys: Sequence[str]) -> str:
    """Return the name of the form of `body` that is signed with one of `keys`.

    "raw": the received bytes without the `signature` member and its comma. "default",
    "unescaped-slashes", "unescaped-both": the decoded body, encoded again by PHP's json_encode.

    Raises SignatureError if no form matches. An empty key never matches.
    """
    try:
        document = php_json.decode(body)
    except ValueError:
        raise SignatureError("the body is not JSON") from None
    return verify_decoded(body, document, keys)


def verify_decoded(body: bytes, document: JsonValue, keys: Sequence[str]) -> str:
    """Like `verify`, for a body that is already decoded: `document` is `php_json.decode(body)`.

    `document` must be the decoded `body`, because the "raw" form is found only in valid JSON.
    """
    if isinstance(keys, str):
        raise TypeError("keys must be a sequence of strings, not one string")
    secrets = [key.encode() for key in keys if key]
    try:
        return _matching_form(body, document, secrets)
    except ValueError:
        raise SignatureError("the body is not a signed JSON object") from None


def sign(fields: Mapping[str, JsonValue], key: str) -> str:
    """The signature, in hex, of `fields` without their `signature` in PHP's default encoding.

    Raises ValueError for an empty key and for fields that PHP cannot encode.
    """
    if not key:
        raise ValueError("empty key")
    unsigned = php_json.encode({name: fields[name] for name in fields if name != "signature"})
    return hmac.digest(key.encode(), unsigned.encode(), "sha512").hex()


def _matching_form(body: bytes, document: JsonValue, secrets: Sequence[bytes]) -> str:
    if not isinstance(document, dict):
        raise SignatureError("the body is not an object")
    signature = document.get("signature")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise SignatureError("the signature is missing or malformed")
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    for form, signed in _candidates(body, unsigned):
        if _signed_by_any(secrets, signed, signature):
            return form
    raise SignatureError("the signature matches no candidate form")


def _candidates(body: bytes, fields: JsonValue) -> Iterator[tuple[str, bytes]]:
    yield "raw", _without_signature(body)
    yield "default", php_json.encode(fields).encode()
    yield "unescaped-slashes", php_json.encode(fields, unescaped_slashes=True).encode()
    both = php_json.encode(fields, unescaped_slashes=True, unescaped_unicode=True)
    yield "unescaped-both", both.encode()


def _signed_by_any(secrets: Sequence[bytes], signed: bytes, signature: str) -> bool:
    # A list, not a generator: each key is tried, so the duration does not reveal which one matches.
    matches = [
        hmac.compare_digest(hmac.digest(secret, signed, "sha512").hex(), signature)
        for secret in secrets
    ]
    return any(matches)


def _without_signature(body: bytes) -> bytes:
    """Remove the only top-level `signature` member and its comma from `body`, a valid object.

    The comma is the one before the member or, if the member is the first, the one after it.
    """
    key, *others = _signature_keys(body)
    if others:
        raise SignatureError("the body has more than one signature")
    value = next(_STRING.finditer(body, key.end()))
    if key["comma"]:
        return body[: key.start()].rstrip(b" \t\n\r") + body[value.end() :]
    comma = _COMMA.match(body, value.end())
    return body[: key.start()] + body[(comma or value).end() :]


def _signature_keys(body: bytes) -> Iterator[re.Match[bytes]]:
    depth = 0
    for token in _TOKEN.finditer(body):
        text = token["text"]
        if text is None:
            depth += 1 if token[0] in b"[{" else -1
        elif depth == 1 and token["colon"] and _is_signature(text):
            yield token


def _is_signature(text: bytes) -> bool:
    return text == b"signature" or (b"\\" in text and json.loads(b'"%b"' % text) == "signature")
