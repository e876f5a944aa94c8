"""What the service relies on in `php_json`; the rest is in test_against_php.py."""

import math

import pytest

from payments.callbacks.php_json import JsonValue, decode, encode


def test_fields_are_read_from_dicts() -> None:
    value = decode(b'{"order":{"amount":150000,"item":[{"sku":"a"}]}}')
    assert value == {"order": {"amount": 150000, "item": [{"sku": "a"}]}}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", []),
        (b'{"0":"a","1":"b"}', ["a", "b"]),
        (b'{"1":"a","0":"b"}', {1: "a", 0: "b"}),
        (b'{"-7":1,"07":2,"9223372036854775808":3}', {-7: 1, "07": 2, "9223372036854775808": 3}),
        (b'{"9223372036854775807":1}', {2**63 - 1: 1}),
        (b'{"-9223372036854775808":1}', {-(2**63): 1}),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", 2.0**63),
    ],
)
def test_arrays_and_integers_become_what_they_are_in_php(body: bytes, value: JsonValue) -> None:
    decoded = decode(body)
    assert (decoded, type(decoded)) == (value, type(value))


def test_the_last_of_duplicate_keys_wins_at_the_place_of_the_first() -> None:
    assert encode(decode(b'{"a":1,"b":2,"a":3}')) == '{"a":3,"b":2}'


def test_a_negative_zero_keeps_its_sign_only_as_a_float() -> None:
    assert encode(decode(b"[-0,-0.0]")) == "[0,-0]"


@pytest.mark.parametrize("body", [b"9" * 5000, b"1e400"])
def test_a_number_that_is_infinite_in_php_can_be_read_but_not_written(body: bytes) -> None:
    assert decode(body) == math.inf
    with pytest.raises(ValueError, match="infinite"):
        encode(decode(body))


def test_511_levels_can_be_read() -> None:
    assert encode(decode(b"[" * 511 + b"]" * 511)) == "[" * 511 + "]" * 511


@pytest.mark.parametrize("levels", [512, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":[', b"]}")])
def test_more_than_511_levels_are_refused(levels: int, opening: bytes, closing: bytes) -> None:
    with pytest.raises(ValueError, match="not JSON as PHP reads it"):
        decode(opening * levels + closing * levels)


def test_brackets_in_strings_and_side_by_side_are_no_levels() -> None:
    assert decode(b'["' + b"[" * 600 + b'"' + b",[]" * 600 + b"]") == ["[" * 600, *[[]] * 600]


def test_brackets_in_a_string_that_is_all_there_is_are_no_levels() -> None:
    assert decode(b'"' + b"[" * 600 + b'"') == "[" * 600


def test_levels_are_counted_past_brackets_that_were_closed() -> None:
    with pytest.raises(ValueError, match="not JSON as PHP reads it"):
        decode(b"[[]," * 512 + b"1" + b"]" * 512)


def test_an_error_of_decode_does_not_hold_the_document() -> None:
    with pytest.raises(ValueError, match="not JSON as PHP reads it") as caught:
        decode(b'{"email":"hajar@example.com"')
    assert type(caught.value) is ValueError
    assert caught.value.__suppress_context__


def nested(levels: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(levels):
        value = [value]
    return value


def test_512_levels_can_be_written() -> None:
    assert encode(nested(512)) == "[" * 512 + "1" + "]" * 512


@pytest.mark.parametrize("levels", [513, 100_000])
def test_more_than_512_levels_cannot_be_written(levels: int) -> None:
    with pytest.raises(ValueError, match="too deep"):
        encode(nested(levels))


def test_levels_are_counted_in_objects_too() -> None:
    value: JsonValue = 1
    for _ in range(513):
        value = {"a": value}
    with pytest.raises(ValueError, match="too deep"):
        encode(value)


def test_a_caller_who_is_deep_in_the_stack_gets_the_same_error() -> None:
    def call(frames: int) -> str:
        return call(frames - 1) if frames else encode(nested(500))

    with pytest.raises(ValueError, match="too deep"):
        call(600)


def test_fields_built_in_python_follow_the_rules_of_php_arrays() -> None:
    assert encode({"a": {}, "b": {"0": 1, "1": 2}, "c": {"1": 1}}) == (
        '{"a":[],"b":[1,2],"c":{"1":1}}'
    )


@pytest.mark.parametrize(
    ("slashes", "unicode", "text"),
    [
        (False, False, r'"\/\u00e9\ud83d\ude00\u2028' + "\x7f" + '"'),
        (True, False, r'"/\u00e9\ud83d\ude00\u2028' + "\x7f" + '"'),
        (False, True, r'"\/é😀\u2028' + "\x7f" + '"'),
        (True, True, r'"/é😀\u2028' + "\x7f" + '"'),
    ],
)
def test_each_flag_leaves_its_own_characters_as_they_are(
    *, slashes: bool, unicode: bool, text: str
) -> None:
    value = "/é😀\u2028\x7f"
    assert encode(value, unescaped_slashes=slashes, unescaped_unicode=unicode) == text


@pytest.mark.parametrize("value", ["\ud800", {"\udc00": 1}, math.nan, -math.inf, 2**63, -(10**30)])
def test_what_php_cannot_hold_or_write_is_refused(value: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"surrogate|infinite|64 bits"):
        encode(value)


def test_what_is_no_json_value_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JSON value"):
        encode({"a": b"bytes"})  # type: ignore[dict-item]  # the wrong type is the point


def test_an_int_of_five_thousand_digits_is_refused_like_any_other_past_64_bits() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        encode(10**5000)
