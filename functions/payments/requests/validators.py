"""What a field of an initiate request has to fulfil beyond its length, and what is said if not.

No detail quotes the value: it may be personal.
"""

import re
from math import isfinite
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from payments.requests.patterns import Checked, Converted, phone_number, whole_number
from payments.requests.policy import RequestPolicy

REFUSED = "refused"
"""Type of the errors whose message is written here, and needs no translation."""

TEST_DOMAIN = "finpay.test"
"""RFC 2606 keeps .test for tests, so no customer has such an address."""
LONGEST = 320
"""Characters (not bytes) of Finpay's longest documented strings: e-mails and URLs."""

DEEPEST = 20
"""Levels of pass-through JSON, the value itself being the first."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_DIGITS = re.compile(r"0|[1-9][0-9]{0,13}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = str.maketrans("", "", " -.()")


def refused(detail: str) -> PydanticCustomError:
    """The error that says `detail`; it never quotes the value, which may be personal."""
    return PydanticCustomError(REFUSED, "{detail}", {"detail": detail})


def plain(value: str) -> str:
    if _CONTROLS.search(value):
        raise refused("must not contain control characters or line separators")
    if value.isspace():
        raise refused("must not be blank")
    return value


def matching(pattern: str, detail: str, shown: dict[str, Any] | None = None) -> Checked:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise refused(detail)
        return value

    shown = {"pattern": f"^(?:{pattern})$"} if shown is None else shown
    return Checked(check, shown={"description": detail} | shown)


def whole(least: int, digits: int, unit: str = "") -> Converted:
    most = 10**digits - 1
    detail = (
        f"must be a whole number{unit} from {least} to {most:,}, as an integer or as a string "
        "of digits without a leading zero"
    )

    def check(value: object) -> int:
        number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
        # To JSON, and to JSON Schema, 1000.0 is the same whole number.
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise refused(detail)
        return number

    shown = {"description": detail} | whole_number(least, digits)
    return Converted(check, shown=shown)


def phone(local: str, digits: int) -> Checked:
    """E.164, made from the local spelling (`0…`) or the bare country code (`62…`) where needed."""
    spelling = re.compile(local)
    detail = (
        f"must be a phone number in international form, + and 7 to {digits} digits, "
        "such as +62812… or 0812…"
    )

    def check(value: str) -> str:
        number = value.translate(_SEPARATORS)
        if spelling.match(number):
            number = "+62" + number[1:]
        elif number.startswith("62"):
            number = "+" + number
        if not _E164.fullmatch(number) or len(number) > digits + 1:
            raise refused(detail)
        return number

    shown = {"description": detail, "pattern": phone_number(local, digits)}
    return Checked(check, shown=shown)


def last_name(value: object) -> object:
    """Finpay refuses an empty last name and accepts `-`; many Indonesians have one name only."""
    return "-" if isinstance(value, str) and not value.strip(" ") else value


def outcome_named(email: str) -> str:
    """The outcome that the e-mail of a test payment asks for; empty for a customer's."""
    name, _, domain = email.lower().partition("@")
    return name if domain == TEST_DOMAIN else ""


def no_customer(value: str, info: ValidationInfo[RequestPolicy]) -> str:
    """An e-mail of the reserved domain asks for an outcome, where payments can be tests."""
    if not (outcome := outcome_named(value)):
        return value
    if not info.context.has_test_mode:
        raise refused(
            f"must not be at {TEST_DOMAIN}, which asks for a test payment: this deployment takes "
            "money and makes none; send the customer's own address"
        )
    from payments.requests.test_outcomes import NAMES, reports_of  # noqa: PLC0415 - only a test pays for it

    if reports_of(outcome) is None:
        raise refused(f"must name one of the outcomes before @{TEST_DOMAIN}: " + ", ".join(NAMES))
    return value


def flag_or_text(value: object) -> object:
    """`sameAsBilling` is a flag or a word, Finpay does not say which."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST or _SURROGATES.search(value):
        raise refused(f"must be true, false or a string of 1 to {LONGEST} characters")
    return plain(value)


def source_of_funds(value: str, info: ValidationInfo[RequestPolicy]) -> str:
    allowed = info.context.sources_of_funds
    if value not in allowed:
        raise refused("must be one of the allowed types: " + ", ".join(sorted(allowed)))
    return value


def json_fault(value: object, level: int = 1) -> str | None:
    """What keeps a decoded JSON value from being sent on: depth, lone surrogates, NaN, Infinity."""
    if level > DEEPEST:
        return f"must not be nested deeper than {DEEPEST} levels"
    if isinstance(value, str):
        return "must not contain lone surrogates" if _SURROGATES.search(value) else None
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return next(filter(None, (json_fault(entry, level + 1) for entry in value)), None)
    if isinstance(value, float) and not isfinite(value):
        return "must not contain NaN or Infinity"
    return None


def passed_through(value: object) -> object:
    if fault := json_fault(value):
        raise refused(fault)
    return value
