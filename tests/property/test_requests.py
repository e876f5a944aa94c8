"""What holds for any amount, phone, order id, member name and document."""

import json
import re
import string
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.request.documents import FULL, errors_of, make_document, parsed, to_finpay

COMMON = settings(max_examples=100, deadline=None, database=None)
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def pointers(value: object, at: str = "") -> list[str]:
    if isinstance(value, dict):
        inner = [pointer for name in value for pointer in pointers(value[name], f"{at}/{name}")]
    elif isinstance(value, list):
        inner = pointers(value[0], f"{at}/0")
    else:
        inner = []
    return [*([at] if at else []), *inner]


DOCUMENTED = pointers({name: part for name, part in FULL.items() if name != "meta"})
TOP_LEVEL = st.dictionaries(st.sampled_from([*FULL]) | TEXT, JSON_VALUES, max_size=6)
PERSONAL = [name for name in DOCUMENTED if name.startswith(("/customer/", "/billing/", "/ship"))]


@COMMON
@given(st.integers(1, 10**14 - 1), st.sampled_from([int, float, str]))
def test_any_amount_of_14_digits_keeps_its_value(amount: int, spelt: type) -> None:
    request = parsed(make_document({"/order/amount": spelt(amount)}))
    assert request.order.amount == amount
    assert type(request.order.amount) is int


@COMMON
@given(
    st.text(st.characters(categories=["Nd", "Nl", "No"]) | st.sampled_from("+-._ ,e"), max_size=16)
)
def test_an_amount_in_text_is_accepted_exactly_when_it_is_plain_digits(text: str) -> None:
    plain = re.fullmatch("[1-9][0-9]{0,13}", text) is not None
    assert (not errors_of(make_document({"/order/amount": text}))) is plain


@COMMON
@given(st.integers() | st.floats() | st.integers(-2, 10**15).map(float) | st.booleans())
def test_an_amount_in_numbers_is_accepted_exactly_when_it_is_whole_and_in_range(
    number: float,
) -> None:
    right = type(number) is not bool and 1 <= number < 10**14 and number == int(number)
    assert (not errors_of(make_document({"/order/amount": number}))) is right


@COMMON
@given(
    st.from_regex("8[0-9]{6,12}", fullmatch=True),
    st.sampled_from(["+62", "62", "0"]),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(" -.()")), max_size=6),
)
def test_a_mobile_phone_comes_out_the_same_however_it_was_spelt(
    number: str, prefix: str, separators: list[tuple[int, str]]
) -> None:
    spelt = prefix + number
    for place, separator in separators:
        spelt = spelt[:place] + separator + spelt[place:]
    body = to_finpay(make_document({"/customer/mobilePhone": spelt}))
    assert body["customer"]["mobilePhone"] == f"+62{number}"


@COMMON
@given(st.text(st.sampled_from(string.digits + "+ -.()٣a"), max_size=24) | TEXT)
def test_no_mobile_phone_leaves_that_is_not_in_international_form(text: str) -> None:
    document = make_document({"/customer/mobilePhone": text})
    if not errors_of(document):
        sent = to_finpay(document)["customer"]["mobilePhone"]
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", sent)


@COMMON
@given(st.text(st.sampled_from("aZ09-_"), max_size=35) | TEXT)
def test_an_order_id_is_accepted_exactly_when_it_is_alpha_dash(text: str) -> None:
    right = re.fullmatch("[A-Za-z0-9_-]{1,30}", text) is not None
    assert (not errors_of(make_document({"/order/id": text}))) is right


@COMMON
@given(
    TEXT.filter(lambda name: not re.search("[\ud800-\udfff]", name)),
    st.sampled_from(["order", "url"]),
)
def test_any_unknown_member_is_refused_at_its_own_pointer(name: str, parent: str) -> None:
    document = make_document(base=FULL)
    if name in document[parent]:
        return
    document[parent][name] = 1
    escaped = name.replace("~", "~0").replace("/", "~1")
    (pointer,) = errors_of(document)
    assert pointer == f"/{parent}/{escaped}"


@COMMON
@given(JSON_VALUES | TOP_LEVEL)
def test_any_json_document_is_parsed_or_refused_and_nothing_else(document: object) -> None:
    errors = errors_of(document)
    json.dumps(errors).encode()


@settings(COMMON, max_examples=200)
@given(st.dictionaries(st.sampled_from(DOCUMENTED), JSON_VALUES, min_size=1, max_size=3))
def test_a_document_with_anything_in_its_fields_is_sendable_or_refused(
    values: dict[str, Any],
) -> None:
    document = make_document(base=FULL)
    for pointer, value in values.items():
        try_to_put(document, pointer, value)
    if not errors_of(document):
        json.dumps(to_finpay(document), allow_nan=False).encode()


def try_to_put(document: dict[str, Any], pointer: str, value: object) -> None:
    """An earlier value may have taken the place of an object on the way."""
    place: Any = document
    *parents, last = pointer.split("/")[1:]
    for step in parents:
        place = place[0] if isinstance(place, list) and place else place
        place = place.get(step, place) if isinstance(place, dict) else place
    if isinstance(place, dict):
        place[last] = value


@COMMON
@given(
    st.sampled_from(PERSONAL),
    st.text(string.ascii_letters, min_size=4, max_size=40),
    st.sampled_from(["\n", "\u2028", "x" * 320, "{detail}", "{0}", "%s"]),
)
def test_no_detail_quotes_the_value_it_refuses(pointer: str, text: str, end: str) -> None:
    secret = f"Zq{text}Zq"
    for value in (secret + end, [secret], {secret: secret}):
        for detail in errors_of(make_document({pointer: value})).values():
            assert secret not in detail


@COMMON
@given(JSON_VALUES)
def test_meta_data_is_sent_verbatim_or_refused(data: object) -> None:
    document = make_document({"/meta/data": data})
    if not errors_of(document):
        assert to_finpay(document)["meta"] == {"data": data}
