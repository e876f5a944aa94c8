"""One test for each way in which a callback proves nothing, and for the keys that may prove it."""

import json
from collections.abc import Sequence
from hashlib import sha512

import pytest

from payments.callbacks.signature import sign, verify
from payments.domain.errors import SignatureError
from tests.unit.signature.callbacks import KEY, mac, make_callback, make_fields, make_raw_callback


def assert_refused(body: bytes, keys: Sequence[str] = (KEY,)) -> None:
    with pytest.raises(SignatureError):
        verify(body, keys)


def test_the_callback_of_the_builder_is_accepted() -> None:
    assert verify(make_callback(), [KEY]) == "default"


def test_raw_bytes_of_the_builder_are_accepted() -> None:
    assert verify(make_raw_callback(b'{"a": 1}'), [KEY]) == "raw"


def test_nothing_at_all_is_refused() -> None:
    assert_refused(b"")


def test_text_that_is_not_json_is_refused() -> None:
    assert_refused(b"orderId=INV-1&status=PAID")


def test_a_body_cut_short_is_refused() -> None:
    assert_refused(make_callback()[:-1])


def test_invalid_utf8_is_refused_though_its_bytes_are_signed() -> None:
    assert_refused(make_raw_callback(b'{"a":"\xff"}'))


def test_a_lone_surrogate_is_refused_though_its_bytes_are_signed() -> None:
    assert_refused(make_raw_callback(rb'{"a":"\ud800"}'))


def test_nan_is_refused_though_its_bytes_are_signed() -> None:
    assert_refused(make_raw_callback(b'{"a":NaN}'))


def test_a_byte_order_mark_is_refused() -> None:
    assert_refused(b"\xef\xbb\xbf" + make_callback())


def test_a_list_is_refused() -> None:
    assert_refused(b"[" + make_callback() + b"]")


def test_a_bare_string_is_refused() -> None:
    assert_refused(json.dumps(mac(b"")).encode())


def test_an_object_that_php_takes_for_a_list_is_refused() -> None:
    assert_refused(b'{"0":"signature"}')


def test_a_missing_signature_is_refused() -> None:
    assert_refused(json.dumps(make_fields()).encode())


def test_a_signature_one_level_down_is_refused() -> None:
    assert_refused(b'{"data":' + make_callback() + b"}")


def test_a_signature_that_is_null_is_refused() -> None:
    assert_refused(make_callback(signature=None))


def test_a_signature_that_is_a_number_is_refused() -> None:
    assert_refused(make_callback(signature=0))


def test_a_signature_that_is_true_is_refused() -> None:
    assert_refused(make_callback(signature=True))


def test_a_signature_inside_a_list_is_refused() -> None:
    assert_refused(make_callback(signature=[sign(make_fields(), KEY)]))


def test_an_empty_signature_is_refused() -> None:
    assert_refused(make_callback(signature=""))


def test_a_signature_one_character_short_is_refused() -> None:
    assert_refused(make_callback(signature=sign(make_fields(), KEY)[:-1]))


def test_a_signature_one_character_long_is_refused() -> None:
    assert_refused(make_callback(signature=sign(make_fields(), KEY) + "0"))


def test_a_signature_with_a_newline_at_its_end_is_refused() -> None:
    assert_refused(make_callback(signature=sign(make_fields(), KEY) + "\n"))


def test_a_signature_with_more_behind_it_that_is_not_ascii_is_refused() -> None:
    assert_refused(make_callback(signature=sign(make_fields(), KEY) + "é"))


def test_a_signature_in_upper_case_is_refused() -> None:
    assert_refused(make_callback(signature=sign(make_fields(), KEY).upper()))


def test_a_signature_that_is_not_ascii_is_refused() -> None:
    assert_refused(make_callback(signature="\uff11" * 128))


def test_a_signature_by_another_key_is_refused() -> None:
    assert_refused(make_callback(key="merchant-key-2"))


def test_a_hash_without_a_key_is_refused() -> None:
    assert_refused(
        b'{"a":1,"signature":"%b"}' % sha512(b'{"a":1}' + KEY.encode()).hexdigest().encode()
    )


def test_another_amount_than_the_signed_one_is_refused() -> None:
    assert_refused(make_callback().replace(b"150000", b"150001"))


def test_another_order_of_members_than_the_signed_one_is_refused() -> None:
    backwards = dict(reversed(make_fields().items()))
    assert_refused(json.dumps({"signature": sign(make_fields(), KEY), **backwards}).encode())


def test_a_member_that_was_not_signed_is_refused() -> None:
    assert_refused(make_callback()[:-1] + b',"paid":true}')


def test_two_equal_signatures_are_refused() -> None:
    body = make_raw_callback(b'{"a":1}')
    assert_refused(body[:-1] + b',"signature":"%b"}' % mac(b'{"a":1}').encode())


def test_a_second_signature_under_an_escaped_name_is_refused() -> None:
    assert_refused(
        rb'{"\u0073ignature":"","a":1,"signature":"%b"}' % mac(b'{"a":1}').encode(),
    )


def test_another_escaped_name_is_no_second_signature() -> None:
    assert verify(make_raw_callback(rb'{"a\/b": "x", "signatur\u00e9": 1}'), [KEY]) == "raw"


def test_what_php_cannot_encode_is_not_signed_by_the_empty_text() -> None:
    # json_encode gives false for an infinite number, and hash_hmac reads false as "".
    assert_refused(b'{"a":1e400,"signature":"%b"}' % mac(b"").encode())


def test_an_integer_of_five_thousand_digits_is_refused() -> None:
    assert_refused(b'{"a":%b,"signature":"%b"}' % (b"9" * 5000, mac(b"").encode()))


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_hundred_thousand_levels_are_refused(opening: bytes) -> None:
    assert_refused(b'{"signature":"%b","a":' % mac(b"").encode() + opening * 100_000)


def test_a_signature_is_refused_where_there_is_no_key() -> None:
    assert_refused(make_callback(), keys=())


def test_the_empty_key_signs_nothing() -> None:
    assert_refused(make_raw_callback(b'{"a":1}', key=""), keys=("", KEY))


def test_one_string_is_not_taken_for_many_keys_of_one_character() -> None:
    with pytest.raises(TypeError):
        verify(make_callback(key="k"), "key")


def test_the_previous_key_is_good_beside_the_current_one() -> None:
    assert verify(make_callback(key="previous"), ["", KEY, "previous"]) == "default"


def test_nobody_can_sign_with_the_empty_key() -> None:
    with pytest.raises(ValueError, match="empty key"):
        sign(make_fields(), "")


def test_a_signature_does_not_sign_itself() -> None:
    assert sign(make_fields(signature="x"), KEY) == sign(make_fields(), KEY)


def test_an_error_does_not_carry_the_body_along() -> None:
    with pytest.raises(SignatureError) as caught:
        verify(b'{"customer":"hajar@example.com"', [KEY])
    assert "hajar" not in str(caught.value)
    assert caught.value.__suppress_context__
