"""What docs/openapi.json says of the checks in an initiate request, beside those checks.

Only `make docs` reads it; a request costs it nothing. The patterns are such that ECMA 262, which
OpenAPI means, and Python read them alike, and each accepts what its check accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import AfterValidator, BeforeValidator

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_SEPARATORS = "[ .()-]*"

# No control character anywhere, and one character that is no space to Python.
PLAIN = (
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*"
    r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
)
# Domains may have other letters than these, too; ECMA 262 and Python differ in what letters are.
_ATOM = r"""[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+"""
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"^(?![^@]{{65}}){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}$"
ORDER_ID = "^(?![A-Za-z0-9_-]*_x[0-9a-f]{16}$)[A-Za-z0-9_-]{1,30}$"
# A host may also be an IPv6 address in brackets, which no storefront has been seen to need.
_AFTER_THE_SCHEME = (
    r"://[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*"
    r"(?::(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?"
    r"(?:[/?#][!-\[\]-~]*)?$"
)
WEB_ADDRESS = "^[Hh][Tt][Tt][Pp][Ss]?" + _AFTER_THE_SCHEME
SECURE_ADDRESS = "^[Hh][Tt][Tt][Pp][Ss]" + _AFTER_THE_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(AfterValidator):
    """A check of a value of the right type; `shown` says besides what its type says."""

    shown: dict[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted(BeforeValidator):
    """A check that takes other types too; `shown` says what, instead of what its type says."""

    shown: dict[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        del schema, handler
        return self.shown


def whole_number(least: int, digits: int) -> dict[str, Any]:
    """An integer of so many digits, or the same as a string; `least` is 0 or 1."""
    zero = "" if least else "0|"
    return {
        "anyOf": [
            {"type": "integer", "minimum": least, "maximum": 10**digits - 1},
            {"type": "string", "pattern": f"^(?:{zero}[1-9][0-9]{{0,{digits - 1}}})$"},
        ]
    }


def phone_number(local: str, digits: int) -> str:
    """`+`, `62` or the local spelling, then digits, with separators anywhere between.

    `local` is how a number begins without its country code: `0` and a pattern of one digit.
    `digits` is how many the international form has at most.
    """
    zero, second = local[0], local[1:]

    def more(least: int, most: int) -> str:
        return f"(?:{_SEPARATORS}[0-9]){{{least},{most}}}"

    return (
        f"^{_SEPARATORS}(?:"
        rf"\+{_SEPARATORS}[1-9]{more(6, digits - 1)}"
        f"|6{_SEPARATORS}2{more(5, digits - 2)}"
        f"|{zero}{_SEPARATORS}{second}{more(4, digits - 3)}"
        f"){_SEPARATORS}$"
    )
