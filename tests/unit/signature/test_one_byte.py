"""What a forger gains by changing a signed callback by one byte: nothing.

The invariant: of all bodies that carry one signature, those that are accepted with one key have
the same fields, in that PHP's default encoding of them (without `signature`) is the same text.
A signature over one encoding thus leaves a sender free to choose whitespace, escapes and the
spelling of numbers; one that only the raw bytes match leaves no freedom outside its own member.
"""

import json
from collections.abc import Iterator

from payments.callbacks import php_json
from payments.callbacks.signature import verify
from payments.domain.errors import SignatureError
from tests.unit.signature.callbacks import KEY, mac, make_callback, make_raw_callback

# Besides each byte with one bit flipped: what has a meaning in JSON.
MEANINGFUL = b' \t\n\r"\\/,:[]{}0123456789abcdefE+-.u'
WHITESPACE = b" \t\n\r"
FREE_SPELLING = rb'{"a": [1E5, 10.0, "\u00E9\/", {}], "0": -0, "b": "Caf\u00e9/"}'


def changed_by_one_byte(body: bytes) -> Iterator[bytes]:
    for at in range(len(body)):
        others = {body[at] ^ (1 << bit) for bit in range(8)} | set(MEANINGFUL)
        yield body[:at] + body[at + 1 :]
        for other in others - {body[at]}:
            yield body[:at] + bytes([other]) + body[at + 1 :]
        for added in MEANINGFUL:
            yield body[:at] + bytes([added]) + body[at:]


def normal(body: bytes) -> str:
    fields = php_json.decode(body)
    assert isinstance(fields, dict)
    return php_json.encode({name: fields[name] for name in fields if name != "signature"})


def accepted(bodies: Iterator[bytes]) -> list[bytes]:
    return [body for body in bodies if is_accepted(body)]


def is_accepted(body: bytes) -> bool:
    try:
        verify(body, [KEY])
    except SignatureError:
        return False
    return True


def test_a_changed_byte_is_refused_or_leaves_the_fields_as_they_were() -> None:
    default = php_json.encode(php_json.decode(FREE_SPELLING)).encode()
    body = FREE_SPELLING[:-1] + b', "signature": "%b"}' % mac(default).encode()
    assert verify(body, [KEY]) == "default"
    variants = accepted(changed_by_one_byte(body))
    assert {normal(variant) for variant in variants} == {normal(body)}
    # The set is not trivial: an exponent, a zero, an escape and a space may be spelled otherwise.
    assert body.replace(b"1E5", b"1e5") in variants
    assert body.replace(b"-0", b"0") in variants
    assert body.replace(rb"\u00E9", rb"\u00e9") in variants
    assert body.replace(rb"\/", b"/") in variants
    assert body.replace(b"10.0,", b"10.0, ") in variants


def test_white_space_outside_strings_is_free_where_an_encoding_is_signed() -> None:
    fields = json.loads(make_callback())
    for indent, separators in ((None, (",", ":")), (4, (",", ": ")), (1, (" ,", " : "))):
        body = json.dumps(fields, indent=indent, separators=separators).encode()
        assert verify(b"\r\n" + body + b"\t", [KEY]) == "default"


def test_white_space_inside_a_string_is_signed() -> None:
    assert not is_accepted(make_callback().replace(b"INV-1", b"INV -1"))


def test_no_changed_byte_is_accepted_where_only_the_raw_bytes_match() -> None:
    # Half escaped, so that it is no encoding's own output.
    body = make_raw_callback(rb'{"a":"\u00e9\u00c9/","b":{"c":10.0},"d":[]}')
    assert verify(body, [KEY]) == "raw"
    # White space within the cut member is the one thing that nobody signed.
    unsigned = [
        variant for variant in accepted(changed_by_one_byte(body)) if not is_spaced(variant, body)
    ]
    assert unsigned == []


def is_spaced(variant: bytes, body: bytes) -> bool:
    """Whether `variant` is `body` with one white space beside its signature's own tokens."""
    member = body.index(b',"signature"')
    at = next(at for at, byte in enumerate(variant) if body[at] != byte)
    return at >= member and variant[at] in WHITESPACE and variant[:at] + variant[at + 1 :] == body
