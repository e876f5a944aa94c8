"""Each documented limit at its smallest, its largest and one beyond."""

from typing import Any

import pytest

from tests.unit.request.documents import ADDRESS, errors_of, make_document, to_finpay, value_at

ITEM = "/order/item/0"
TEXTS = {
    "/order/description": 127,
    "/order/localTaxRegistrationId": 25,
    f"{ITEM}/name": 127,
    f"{ITEM}/description": 127,
    f"{ITEM}/category": 127,
    f"{ITEM}/brand": 127,
    f"{ITEM}/industryCategory": 127,
    f"{ITEM}/sku": 127,
    f"{ITEM}/unitOfMeasure": 10,
    "/customer/id": 320,
    "/customer/firstName": 50,
    "/customer/lastName": 50,
    "/customer/taxRegistrationId": 30,
    "/customer/account/id": 320,
    **{f"/billing/address/{name}": 320 for name in ADDRESS if name != "country"},
    **{f"/shipping/address/{name}": 320 for name in ADDRESS if name != "country"},
    "/shipping/address/source": 320,
    "/shipping/address/sameAsBilling": 320,
    "/shipping/method": 320,
    "/shipping/origin/postcodeZip": 320,
    "/shipping/contact/firstName": 50,
    "/shipping/contact/lastName": 50,
    "/device/ani": 320,
    "/device/aniCallType": 320,
    "/device/browser": 320,
    "/device/fingerprint": 320,
    "/device/hostname": 320,
    "/device/ipAddress": 320,
    "/device/mobilePhoneModel": 320,
    "/sourceOfFunds/paymentCode": 320,
    "/sourceOfFunds/accountId": 320,
}
MOST_RUPIAH = 99_999_999_999_999
NUMBERS = {
    "/order/amount": (1, MOST_RUPIAH),
    "/order/timeout": (1, 525_600),
    "/order/itemAmount": (0, MOST_RUPIAH),
    "/order/surchargeAmount": (0, MOST_RUPIAH),
    f"{ITEM}/quantity": (1, 999),
    f"{ITEM}/unitPrice": (0, MOST_RUPIAH),
    f"{ITEM}/unitDiscountAmount": (0, MOST_RUPIAH),
    f"{ITEM}/unitTaxAmount": (0, MOST_RUPIAH),
}
PASSED_THROUGH = {"/order/transactionFiltering": 3, "/card": 7, "/recurring": 11}
CONTROLS = [
    "\x00",
    "\n",
    "\x1f",
    "\x7f",
    "\x85",
    "\x9f",
    "\u2028",
    "\u2029",
    chr(0xD800),
    chr(0xDFFF),
]
NOT_NUMBERS = [
    *["", " 1", "1 ", "+1", "-1", "01", "1.0", "1e3", "1_000", "1,000", "0x1", "٣", "\uff11", "²"],
    *[1.5, 1e15, 1e300, True, False, None, [1], {"value": 1}, -1],
]
MAIL = "@" + ".".join(["d" * 63] * 4)


def accepted(pointer: str, value: object) -> bool:
    errors = errors_of(make_document({pointer: value}))
    assert set(errors) <= {pointer}
    return not errors


@pytest.mark.parametrize(("pointer", "longest"), TEXTS.items())
def test_text_is_accepted_up_to_its_length_in_characters(pointer: str, longest: int) -> None:
    assert accepted(pointer, "x")
    assert accepted(pointer, "\U0001f6d2" * longest)
    assert not accepted(pointer, "x" * (longest + 1))


@pytest.mark.parametrize("pointer", [name for name in TEXTS if not name.endswith("lastName")])
def test_text_is_refused_when_it_is_empty_or_blank(pointer: str) -> None:
    for empty in ("", " ", "\u3000 "):
        assert not accepted(pointer, empty)


@pytest.mark.parametrize("pointer", [*TEXTS, "/order/id", "/customer/email", "/url/callbackUrl"])
def test_text_is_refused_with_a_control_character_in_it(pointer: str) -> None:
    for bad in CONTROLS:
        assert not accepted(pointer, f"a{bad}b")


@pytest.mark.parametrize("bad", ["\n", "\x00 ", "\u2028"])
def test_a_last_name_of_nothing_but_control_characters_is_not_taken_for_empty(bad: str) -> None:
    assert not accepted("/customer/lastName", bad)


@pytest.mark.parametrize("pointer", [*TEXTS, "/order/id", "/customer/email", "/url/failUrl"])
def test_text_is_refused_when_it_is_something_else(pointer: str) -> None:
    for wrong in (5, None, 1.5, ["x"], {"x": "y"}):
        assert not accepted(pointer, wrong)


@pytest.mark.parametrize(("pointer", "limits"), NUMBERS.items())
def test_number_is_accepted_within_its_limits_as_integer_or_string(
    pointer: str, limits: tuple[int, int]
) -> None:
    least, most = limits
    for number in (least, least + 1, most):
        assert accepted(pointer, number)
        assert accepted(pointer, str(number))
    for number in (least - 1, most + 1, 10**30):
        assert not accepted(pointer, number)
        assert not accepted(pointer, str(number))


@pytest.mark.parametrize("pointer", NUMBERS)
def test_number_is_refused_in_any_other_spelling(pointer: str) -> None:
    for wrong in NOT_NUMBERS:
        assert not accepted(pointer, wrong), wrong


@pytest.mark.parametrize(("pointer", "most"), PASSED_THROUGH.items())
def test_object_that_passes_through_has_a_number_of_members(pointer: str, most: int) -> None:
    assert accepted(pointer, {"only": None})
    assert accepted(pointer, {str(n): n for n in range(most)})
    assert not accepted(pointer, {str(n): n for n in range(most + 1)})
    assert not accepted(pointer, {})
    assert not accepted(pointer, [])
    assert not accepted(pointer, None)


@pytest.mark.parametrize("length", [1, 30])
def test_order_id_is_accepted_from_1_to_30_characters(length: int) -> None:
    assert accepted("/order/id", "aZ0-_9"[:length].ljust(length, "x"))


@pytest.mark.parametrize("wrong", ["", "x" * 31, "a b", "a.b", "a/b", "é", "٣", "a\n", "\uff41"])
def test_order_id_is_refused_beyond_30_letters_digits_dashes_and_underscores(wrong: str) -> None:
    assert not accepted("/order/id", wrong)


@pytest.mark.parametrize("count", [1, 100])
def test_item_list_is_accepted_from_1_to_100(count: int) -> None:
    assert accepted("/order/item", [{"name": "x"}] * count)


@pytest.mark.parametrize("wrong", [[], [{"name": "x"}] * 101, {"name": "x"}, "x", None])
def test_item_list_is_refused_when_empty_longer_than_100_or_no_list(wrong: object) -> None:
    assert not accepted("/order/item", wrong)


def test_merchant_category_code_has_exactly_4_characters() -> None:
    pointer = "/order/merchantCategoryCode"
    assert accepted(pointer, "5651")
    assert not accepted(pointer, "565")
    assert not accepted(pointer, "56510")


def test_currency_is_idr_and_nothing_else() -> None:
    assert accepted("/order/currency", "IDR")
    for wrong in ("USD", "idr", "", "IDRX", 360, None, ["IDR"]):
        assert errors_of(make_document({"/order/currency": wrong})) == {
            "/order/currency": "must be 'IDR'"
        }


@pytest.mark.parametrize("pointer", ["/billing/address/country", "/shipping/address/country"])
def test_country_is_three_capital_dead_letters(pointer: str) -> None:
    assert accepted(pointer, "IDN")
    for wrong in ("ID", "idn", "IDNX", "I1N", "ÎDN", ""):
        assert not accepted(pointer, wrong)


@pytest.mark.parametrize("pointer", ["/customer/email", "/shipping/contact/email"])
@pytest.mark.parametrize(
    "mail",
    ["a@b.co", "a.b+c_d@sub.b-c.id", "siti'r@toko.example", "é@tôko.example", "l" * 64 + MAIL],
)
def test_email_is_accepted(pointer: str, mail: str) -> None:
    assert len(mail) <= 320
    assert accepted(pointer, mail)


@pytest.mark.parametrize(
    "mail",
    [
        *["", "a", "@b.co", "a@", "a@b", "a@@b.co", "a b@c.co", "a@b..co", "a@-b.co", "a@b-.co"],
        *["a@.co", "a@b.co.", ".a@b.co", "a.@b.co", "a..b@c.co", "<a@b.co>", "a@b.co,c@d.co"],
        *[
            "a@b_c_.co",
            "a@b .co",
            "l" * 65 + "@b.co",
            "a@" + "d" * 64 + ".co",
            "a" * 64 + MAIL + "d",
        ],
        "l" * 64 + MAIL + ".co",
    ],
)
def test_email_is_refused(mail: str) -> None:
    assert not accepted("/customer/email", mail)


MOBILES = {
    "+6281286288844": "+6281286288844",
    "081286288844": "+6281286288844",
    "6281286288844": "+6281286288844",
    "+62 812-8628-8844": "+6281286288844",
    "(0812) 8628.8844": "+6281286288844",
    "+1234567": "+1234567",
    "+123456789012345": "+123456789012345",
    "62" + "1" * 13: "+62" + "1" * 13,
}
NO_PHONES = [
    *["", "+", "+123456", "+1234567890123456", "8128628884", "+0812862888", "+62812x8628"],
    *["++6281286288844", "+62+81286288844", "+62\u0661286288844", "0812", "phone", "+62/812/8628"],
    *["08" + "1" * 13, "+6281286288844\n", "+62\u00a081286288844", 6281286288844, None],
]


@pytest.mark.parametrize("parent", ["/customer", "/shipping/contact"])
@pytest.mark.parametrize(("sent", "normal"), MOBILES.items())
def test_mobile_phone_reaches_finpay_in_international_form(
    parent: str, sent: str, normal: str
) -> None:
    body = to_finpay(make_document({f"{parent}/mobilePhone": sent}))
    assert value_at(body, parent)["mobilePhone"] == normal


@pytest.mark.parametrize("parent", ["/customer", "/shipping/contact"])
@pytest.mark.parametrize("wrong", [*NO_PHONES, "021 5551234"])
def test_mobile_phone_is_refused(parent: str, wrong: object) -> None:
    assert not accepted(f"{parent}/mobilePhone", wrong)


@pytest.mark.parametrize("parent", ["/customer", "/shipping/contact"])
def test_phone_has_at_most_15_characters_and_may_be_a_landline(parent: str) -> None:
    for sent, normal in {"(021) 555-1234": "+62215551234", "+" + "1" * 14: "+" + "1" * 14}.items():
        body = to_finpay(make_document({f"{parent}/phone": sent}))
        assert value_at(body, parent)["phone"] == normal
    for wrong in [*NO_PHONES, "+" + "1" * 15, "00215551234"]:
        assert not accepted(f"{parent}/phone", wrong)


@pytest.mark.parametrize("name", ["callbackUrl", "successUrl", "failUrl", "backUrl"])
def test_url_has_at_most_320_characters(name: str) -> None:
    longest = "https://shop.example/".ljust(320, "x")
    assert accepted(f"/url/{name}", longest)
    assert not accepted(f"/url/{name}", longest + "x")


def nested(levels: int) -> Any:
    value: Any = "leaf"
    for level in range(levels - 1):
        value = [value] if level % 2 else {"in": value}
    return value


@pytest.mark.parametrize("pointer", ["/meta/data", "/billing/billerServiceProvider/x"])
def test_json_that_passes_through_has_at_most_20_levels(pointer: str) -> None:
    own = 20 if pointer == "/meta/data" else 19
    assert not errors_of(make_document({pointer: nested(own)}))
    (detail,) = errors_of(make_document({pointer: nested(own + 1)})).values()
    assert detail == "must not be nested deeper than 20 levels"


def test_json_of_a_hundred_thousand_levels_is_refused_like_any_other() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for pointer in ("/meta/data", "/card", "/order/id", "/customer", "/unknown"):
        assert list(errors_of(make_document({pointer: deep}))) == [pointer]
    while deep:  # Python frees nested lists recursively
        deep = deep.pop()
