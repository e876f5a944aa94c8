"""Field types of an initiate request: each limit of Finpay's tables once, as an annotated type.

A string whose limit Finpay does not document is a `Text`: as long as its longest documented one.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from payments.domain.payment import is_derived_id
from payments.requests.patterns import (
    EMAIL,
    ORDER_ID,
    PLAIN,
    SECURE_ADDRESS,
    WEB_ADDRESS,
    Checked,
    Converted,
)
from payments.requests.urls import registered, told_there
from payments.requests.validators import (
    LONGEST,
    flag_or_text,
    last_name,
    matching,
    no_customer,
    passed_through,
    phone,
    plain,
    refused,
    source_of_funds,
    whole,
)

_PLAIN = Checked(plain, shown={"pattern": PLAIN})
_JSON = BeforeValidator(passed_through)

Text = Annotated[str, Field(min_length=1, max_length=LONGEST), _PLAIN]
Text10 = Annotated[str, Field(min_length=1, max_length=10), _PLAIN]
Text25 = Annotated[str, Field(min_length=1, max_length=25), _PLAIN]
Text30 = Annotated[str, Field(min_length=1, max_length=30), _PLAIN]
Text127 = Annotated[str, Field(min_length=1, max_length=127), _PLAIN]
Code4 = Annotated[
    str,
    _PLAIN,
    matching(r".{4}", "must have exactly 4 characters", {"minLength": 4, "maxLength": 4}),
]
Name = Annotated[str, Field(min_length=1, max_length=50), _PLAIN]
LastName = Annotated[
    Name,
    Converted(
        last_name,
        shown={
            "description": "empty or spaces become -, since Finpay takes no empty name",
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 50, "pattern": PLAIN},
                {"type": "string", "pattern": "^ *$"},
            ],
        },
    ),
]


def not_derived(value: str) -> str:
    """Refuse the order ids that this service makes for itself at Finpay."""
    if is_derived_id(value):
        raise refused("must not end in _x and 16 hex digits: such ids are this service's own")
    return value


OrderId = Annotated[
    str,
    Field(min_length=1, max_length=30),
    matching(r"[A-Za-z0-9_-]*", "must have only the letters A to Z, digits, - and _"),
    Checked(not_derived, shown={"pattern": ORDER_ID}),
]
Country = Annotated[
    str, matching(r"[A-Z]{3}", "must be a country of three capital letters, such as IDN")
]
Email = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST),
    matching(
        r"""(?=[^@]{1,64}@)[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+"""
        r"""(?:\.[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+)*@"""
        r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?",
        "must be an e-mail address, name@domain",
        {"pattern": EMAIL},
    ),
    Checked(
        no_customer,
        shown={
            "description": (
                "the customer's, name@domain; at finpay.test, on deployments that take no money, "
                "the outcome of a test payment, such as paid@finpay.test (docs/test-mode.md)"
            )
        },
    ),
]
MobilePhone = Annotated[str, phone("08", digits=15)]
# At most 15 characters, the + among them; landlines are written 021…, 031… and so on.
Phone = Annotated[str, phone("0[1-9]", digits=14)]

Rupiah = Annotated[int, whole(1, 14, " of rupiah")]
RupiahOrNone = Annotated[int, whole(0, 14, " of rupiah")]
Minutes = Annotated[int, whole(1, 8, " of minutes")]
Quantity = Annotated[int, whole(1, 3)]
Currency = Literal["IDR"]

SourceOfFundsType = Annotated[Text, AfterValidator(source_of_funds)]
RegisteredUrl = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST),
    Checked(
        registered,
        shown={
            "description": "https, or http of an origin that is registered with it",
            "pattern": WEB_ADDRESS,
        },
    ),
]
WebhookUrl = Annotated[
    RegisteredUrl,
    Checked(
        told_there,
        shown={
            "description": "https; http only for a backend beside the local stack",
            "pattern": SECURE_ADDRESS,
        },
    ),
]
FlagOrText = Annotated[
    object,
    Converted(
        flag_or_text,
        shown={
            "anyOf": [
                {"type": "boolean"},
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": PLAIN},
            ]
        },
    ),
]

Json = Annotated[object, _JSON]
JsonObject = Annotated[dict[str, object], _JSON]
JsonObject3 = Annotated[dict[str, object], Field(min_length=1, max_length=3), _JSON]
JsonObject7 = Annotated[dict[str, object], Field(min_length=1, max_length=7), _JSON]
JsonObject11 = Annotated[dict[str, object], Field(min_length=1, max_length=11), _JSON]
