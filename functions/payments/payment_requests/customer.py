"""The customer of a request: name, phone numbers, and e-mail, which may ask for a test payment.

`request_policy` checks whether it may.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from payments.payment_requests.json_types import (
    MAX_LENGTH,
    UNSENT,
    RequestObject,
    Text,
    check_text,
    refused,
    text,
    text_schema,
)

TEST_DOMAIN = "finpay.test"
"""RFC 2606 reserves `.test`, so no customer has an address there."""

_ATOM = r"""[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+"""
_LOCAL_PART = rf"(?![^@]{{65}}){_ATOM}(?:\.{_ATOM})*"
_EMAIL = re.compile(
    _LOCAL_PART + r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?"
)
# The JSON Schema has ASCII domains only: ECMA 262 and Python differ in what a letter is.
_ASCII_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_EMAIL_PATTERN = rf"^{_LOCAL_PART}@(?:{_ASCII_LABEL}\.)+{_ASCII_LABEL}$"
_SEPARATORS = str.maketrans("", "", " .()-")


def check_email(value: str) -> str:
    """Refuse what is no address."""
    if not _EMAIL.fullmatch(value):
        raise refused("must be an e-mail address, name@domain")
    return value


def requested_outcome(email: str) -> str:
    """The outcome that the e-mail of a test payment asks for; empty for a customer's e-mail."""
    name, _, domain = email.lower().partition("@")
    return name if domain == TEST_DOMAIN else ""


Email = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_LENGTH,
        description=(
            "the customer's, name@domain; at finpay.test, on deployments that take no money, "
            "the outcome of a test payment, such as paid@finpay.test (docs/test-mode.md)"
        ),
        json_schema_extra={"pattern": _EMAIL_PATTERN},
    ),
    AfterValidator(check_email),
]


def phone_number(second_digit: str, max_digits: int) -> tuple[Any, ...]:
    """Annotations of a phone number. It is converted to E.164.

    It begins with `+`, with the country code `62`, or with 0 and the pattern `second_digit`.
    """
    detail = (
        f"must be a phone number in international form, + and 7 to {max_digits} digits, "
        "such as +62812… or 0812…"
    )
    separators = "[ .()-]*"
    digit = f"(?:{separators}[0-9])"
    pattern = (
        f"^{separators}(?:"
        rf"\+{separators}[1-9]{digit}{{6,{max_digits - 1}}}"
        f"|6{separators}2{digit}{{5,{max_digits - 2}}}"
        f"|0{separators}{second_digit}{digit}{{4,{max_digits - 3}}}"
        f"){separators}$"
    )
    accepted = re.compile(pattern)

    def convert(value: str) -> str:
        if not accepted.fullmatch(value):
            raise refused(detail)
        number = value.translate(_SEPARATORS)
        if number.startswith("0"):
            number = "62" + number[1:]
        return "+" + number.removeprefix("+")

    field = Field(description=detail, json_schema_extra={"pattern": pattern})
    return field, AfterValidator(convert)


MobilePhone = Annotated[str, *phone_number("8", max_digits=15)]
# At most 15 characters with the +. Landline numbers begin with 021, 031 and so on.
Phone = Annotated[str, *phone_number("[1-9]", max_digits=14)]


def dash_if_empty(value: object) -> object:
    """Replace an empty name, which Finpay refuses. Many Indonesians have one name only."""
    return "-" if isinstance(value, str) and not value.strip(" ") else value


Name = Annotated[str, *text(50)]
LastName = Annotated[
    str,
    Field(min_length=1, max_length=50),
    AfterValidator(check_text),
    BeforeValidator(dash_if_empty),
    WithJsonSchema(
        {
            "description": "empty or spaces become -, since Finpay takes no empty name",
            "anyOf": [text_schema(1, 50), {"type": "string", "pattern": "^ *$"}],
        }
    ),
]


class Account(RequestObject):
    id: Text


class Customer(RequestObject):
    id: Text = UNSENT
    email: Email
    first_name: Name
    last_name: LastName = "-"
    mobile_phone: MobilePhone
    phone: Phone = UNSENT
    tax_registration_id: Annotated[str, *text(30)] = UNSENT
    account: Account = UNSENT


class Contact(RequestObject):
    email: Email = UNSENT
    first_name: Name = UNSENT
    last_name: LastName = UNSENT
    mobile_phone: MobilePhone = UNSENT
    phone: Phone = UNSENT
