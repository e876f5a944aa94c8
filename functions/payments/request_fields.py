"""Field types of an initiate request: each limit of Finpay's tables once, as an annotated type.

A string whose limit Finpay does not document is a `Text`: as long as its longest documented one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""Type of the errors whose message is written here, and needs no translation."""

ANY_ORIGIN = "*"
LONGEST = 320
"""Characters (not bytes) of Finpay's longest documented strings: e-mails and URLs."""

DEEPEST = 20
"""Levels of pass-through JSON, the value itself being the first."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_DIGITS = re.compile(r"0|[1-9][0-9]{0,13}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = str.maketrans("", "", " -.()")
# One pattern instead of a URL parser: what it accepts, no browser or client reads differently.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?:[/?#][!-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Incoming:
    """The document as it came, and what deployment and storefront allow: validation's context."""

    document: dict[str, Any]
    sources_of_funds: Collection[str]
    origins: Collection[str]


def refused(detail: str) -> PydanticCustomError:
    """The error that says `detail`; it never quotes the value, which may be personal."""
    return PydanticCustomError(REFUSED, "{detail}", {"detail": detail})


def _plain(value: str) -> str:
    if _CONTROLS.search(value):
        raise refused("must not contain control characters or line separators")
    if value.isspace():
        raise refused("must not be blank")
    return value


def _matching(pattern: str, detail: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise refused(detail)
        return value

    return AfterValidator(check)


def _whole(least: int, digits: int, unit: str = "") -> BeforeValidator:
    most = 10**digits - 1
    detail = (
        f"must be a whole number{unit} from {least} to {most:,}, as an integer or as a string "
        "of digits without a leading zero"
    )

    def check(value: object) -> int:
        number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise refused(detail)
        return number

    return BeforeValidator(check)


def _phone(local: str, digits: int) -> AfterValidator:
    """E.164, made from the local spelling (`0…`) or the bare country code (`62…`) where needed."""
    spelling = re.compile(local)
    detail = (
        f"must be a phone number in international form, + and 7 to {digits} digits, "
        "such as +62 and the number without its leading 0"
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

    return AfterValidator(check)


def _last_name(value: object) -> object:
    """Finpay refuses an empty last name and accepts `-`; many Indonesians have one name only."""
    return "-" if isinstance(value, str) and not value.strip(" ") else value


def _flag_or_text(value: object) -> object:
    """`sameAsBilling` is a flag or a word, Finpay does not say which."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST or _SURROGATES.search(value):
        raise refused(f"must be true, false or a string of 1 to {LONGEST} characters")
    return _plain(value)


def _source_of_funds(value: str, info: ValidationInfo[Incoming]) -> str:
    allowed = info.context.sources_of_funds
    if value not in allowed:
        raise refused("must be one of the allowed types: " + ", ".join(sorted(allowed)))
    return value


def _origin(url: str) -> tuple[str, str]:
    """Scheme and origin (RFC 6454: scheme, host in lower case, port unless it is the default)."""
    parts = _URL.fullmatch(url)
    if not parts or int(parts["port"] or 0) > _HIGHEST_PORT:
        raise refused(
            "must be an absolute https URL with a host, without user name, spaces or "
            "backslashes, other characters than ASCII being percent-encoded"
        )
    scheme, port = parts["scheme"].lower(), parts["port"]
    suffix = "" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}"
    return scheme, f"{scheme}://{parts['host'].lower()}{suffix}"


def _registered(value: str, info: ValidationInfo[Incoming]) -> str:
    scheme, origin = _origin(value)
    if not {origin, ANY_ORIGIN}.isdisjoint(info.context.origins):
        return value
    if scheme == "http":
        raise refused("must be an https URL; its http origin is not registered for this storefront")
    raise refused("its origin is not registered for this storefront")


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


def _json(value: object) -> object:
    if fault := json_fault(value):
        raise refused(fault)
    return value


_PLAIN = AfterValidator(_plain)
_JSON = BeforeValidator(_json)

Text = Annotated[str, Field(min_length=1, max_length=LONGEST), _PLAIN]
Text10 = Annotated[str, Field(min_length=1, max_length=10), _PLAIN]
Text25 = Annotated[str, Field(min_length=1, max_length=25), _PLAIN]
Text30 = Annotated[str, Field(min_length=1, max_length=30), _PLAIN]
Text127 = Annotated[str, Field(min_length=1, max_length=127), _PLAIN]
Code4 = Annotated[str, _PLAIN, _matching(r".{4}", "must have exactly 4 characters")]
Name = Annotated[str, Field(min_length=1, max_length=50), _PLAIN]
LastName = Annotated[Name, BeforeValidator(_last_name)]

OrderId = Annotated[
    str,
    Field(min_length=1, max_length=30),
    _matching(r"[A-Za-z0-9_-]*", "must have only the letters A to Z, digits, - and _"),
]
Country = Annotated[
    str, _matching(r"[A-Z]{3}", "must be a country of three capital letters, such as IDN")
]
Email = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST),
    _matching(
        r"""(?=[^@]{1,64}@)[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+"""
        r"""(?:\.[^\s\x00-\x1f\x7f-\x9f@"(),:;<>\\\[\].]+)*@"""
        r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?",
        "must be an e-mail address, name@domain",
    ),
]
MobilePhone = Annotated[str, _phone("08", digits=15)]
# At most 15 characters, the + among them; landlines are written 021…, 031… and so on.
Phone = Annotated[str, _phone("0[1-9]", digits=14)]

Rupiah = Annotated[int, _whole(1, 14, " of rupiah")]
RupiahOrNone = Annotated[int, _whole(0, 14, " of rupiah")]
Minutes = Annotated[int, _whole(1, 8, " of minutes")]
Quantity = Annotated[int, _whole(1, 3)]
Currency = Literal["IDR"]

SourceOfFundsType = Annotated[Text, AfterValidator(_source_of_funds)]
RegisteredUrl = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_registered)]
FlagOrText = Annotated[object, BeforeValidator(_flag_or_text)]

Json = Annotated[object, _JSON]
JsonObject = Annotated[dict[str, object], _JSON]
JsonObject3 = Annotated[dict[str, object], Field(min_length=1, max_length=3), _JSON]
JsonObject7 = Annotated[dict[str, object], Field(min_length=1, max_length=7), _JSON]
JsonObject11 = Annotated[dict[str, object], Field(min_length=1, max_length=11), _JSON]
