"""The order of a request: its id, amounts in rupiah, timeout, texts and items."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from payments.domain.payment import is_derived_id
from payments.payment_requests.json_types import (
    UNSENT,
    RequestObject,
    check_text,
    json_object,
    refused,
    text,
    text_schema,
)

_ORDER_ID = re.compile(r"[A-Za-z0-9_-]*")
_ORDER_ID_DETAIL = "must have only the letters A to Z, digits, - and _"
_DIGITS = re.compile(r"0|[1-9][0-9]{0,13}")
_CATEGORY_CODE_LENGTH = 4  # ISO 18245
_CATEGORY_CODE_DETAIL = f"must have exactly {_CATEGORY_CODE_LENGTH} characters"


def check_order_id(value: str) -> str:
    """Refuse other characters, and ids of the form that this service makes for itself at Finpay."""
    if not _ORDER_ID.fullmatch(value):
        raise refused(_ORDER_ID_DETAIL)
    if is_derived_id(value):
        raise refused("must not end in _x and 16 hex digits: such ids are this service's own")
    return value


OrderId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=30,
        description=_ORDER_ID_DETAIL,
        json_schema_extra={"pattern": "^(?![A-Za-z0-9_-]*_x[0-9a-f]{16}$)[A-Za-z0-9_-]{1,30}$"},
    ),
    AfterValidator(check_order_id),
]


_MAX_RUPIAH = 10**14 - 1
# A year. A longer timeout is a mistake, and the service would sync the payment all that time.
_MAX_MINUTES = 525_600
_UP_TO_MAX_MINUTES = (
    "[1-9][0-9]{0,4}|[1-4][0-9]{5}|5[01][0-9]{4}|52[0-4][0-9]{3}|525[0-5][0-9]{2}|525600"
)


def whole_number(least: int, most: int, unit: str = "", pattern: str = "") -> tuple[Any, ...]:
    """Annotations of an integer, or its digits as a string, which are converted.

    It is from `least` (0 or 1) to `most`. `pattern` matches the digits of 1 to `most`, if `most`
    has other digits than 9.
    """
    detail = (
        f"must be a whole number{unit} from {least} to {most:,}, as an integer or as a string "
        "of digits without a leading zero"
    )

    def convert(value: object) -> int:
        number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
        # To JSON, and to JSON Schema, 1000.0 is the same whole number.
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise refused(detail)
        return number

    zero = "" if least else "0|"
    digits = pattern or f"[1-9][0-9]{{0,{len(str(most)) - 1}}}"
    forms = [
        {"type": "integer", "minimum": least, "maximum": most},
        {"type": "string", "pattern": f"^(?:{zero}{digits})$"},
    ]
    return BeforeValidator(convert), WithJsonSchema({"description": detail, "anyOf": forms})


Rupiah = Annotated[int, *whole_number(1, _MAX_RUPIAH, " of rupiah")]
RupiahOrZero = Annotated[int, *whole_number(0, _MAX_RUPIAH, " of rupiah")]
Minutes = Annotated[int, *whole_number(1, _MAX_MINUTES, " of minutes", _UP_TO_MAX_MINUTES)]
Quantity = Annotated[int, *whole_number(1, 999)]
Currency = Literal["IDR"]


def check_category_code(value: str) -> str:
    """Refuse a text of another length."""
    if len(check_text(value)) != _CATEGORY_CODE_LENGTH:
        raise refused(_CATEGORY_CODE_DETAIL)
    return value


CategoryCode = Annotated[
    str,
    Field(
        description=_CATEGORY_CODE_DETAIL,
        json_schema_extra=text_schema(_CATEGORY_CODE_LENGTH, _CATEGORY_CODE_LENGTH),
    ),
    AfterValidator(check_category_code),
]
Text10 = Annotated[str, *text(10)]
Text25 = Annotated[str, *text(25)]
Text127 = Annotated[str, *text(127)]


class Item(RequestObject):
    name: Text127 = UNSENT
    description: Text127 = UNSENT
    category: Text127 = UNSENT
    brand: Text127 = UNSENT
    industry_category: Text127 = UNSENT
    sku: Text127 = UNSENT
    quantity: Quantity = UNSENT
    unit_price: RupiahOrZero = UNSENT
    unit_discount_amount: RupiahOrZero = UNSENT
    unit_tax_amount: RupiahOrZero = UNSENT
    unit_of_measure: Text10 = UNSENT


class Order(RequestObject):
    id: OrderId
    amount: Rupiah
    currency: Currency = "IDR"
    description: Text127 = UNSENT
    timeout: Minutes = UNSENT
    item_amount: RupiahOrZero = UNSENT
    surcharge_amount: RupiahOrZero = UNSENT
    local_tax_registration_id: Text25 = UNSENT
    merchant_category_code: CategoryCode = UNSENT
    item: list[Item] = Field(default=UNSENT, min_length=1, max_length=100)
    transaction_filtering: Annotated[dict[str, object], *json_object(3)] = UNSENT
