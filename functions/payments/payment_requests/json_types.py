"""The JSON types of a request: objects with known members, text, and JSON that is passed through.

No error text quotes the value, which may be personal.
"""

import re
from math import isfinite
from typing import Annotated, Any, ClassVar, Self, override

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""The type of the errors that `refused` makes."""
UNSENT: Any = None
"""The default of an optional member. A null that is sent is refused."""
MAX_LENGTH = 320
"""Characters (not bytes) of the longest strings that Finpay documents: e-mails and URLs."""
MAX_DEPTH = 20
"""Levels of passed-through JSON, the value itself being the first."""
# No control character anywhere, and at least one character that is no space.
_TEXT_PATTERN = (
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*"
    r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def refused(detail: str) -> PydanticCustomError:
    """The error whose text is `detail`."""
    return PydanticCustomError(REFUSED, "{detail}", {"detail": detail})


class RequestObject(BaseModel):
    """An object with at least one member, all of them known; camelCase in JSON."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        # Only the request as a whole needs a validator.
        defer_build=True,
    )
    max_members: ClassVar[int] = 12
    """What Finpay calls the length of an object, on its page "Payment Code"; 12 is `order`'s."""

    @model_validator(mode="after")
    def _check_members(self) -> Self:
        sent = len(self.model_fields_set)
        if not sent:
            raise refused("must have at least one member")
        if sent > self.max_members:
            raise refused(f"must have at most {self.max_members} members")
        return self

    @override
    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Nothing: no log or traceback shows personal data."""
        return []


def check_text(value: str) -> str:
    """Refuse control characters, line separators and blank text."""
    if _CONTROLS.search(value):
        raise refused("must not contain control characters or line separators")
    if value.isspace():
        raise refused("must not be blank")
    return value


def text(max_length: int) -> tuple[Any, ...]:
    """Annotations of a text of 1 to `max_length` characters."""
    return (
        Field(min_length=1, max_length=max_length, json_schema_extra={"pattern": _TEXT_PATTERN}),
        AfterValidator(check_text),
    )


def text_schema(min_length: int, max_length: int) -> dict[str, Any]:
    """The JSON Schema of a text, for a type that is not made by `text`."""
    return {
        "type": "string",
        "minLength": min_length,
        "maxLength": max_length,
        "pattern": _TEXT_PATTERN,
    }


# Where Finpay documents no limit, the longest that it documents elsewhere is used.
Text = Annotated[str, *text(MAX_LENGTH)]


def has_surrogates(value: str) -> bool:
    """Whether the text has lone surrogates, which UTF-8 cannot encode."""
    return _SURROGATES.search(value) is not None


def check_json(value: object) -> object:
    """Refuse a decoded JSON value that is nested too deeply or cannot be encoded again."""
    if fault := _json_fault(value):
        raise refused(fault)
    return value


def _json_fault(value: object, level: int = 1) -> str | None:
    if level > MAX_DEPTH:
        return f"must not be nested deeper than {MAX_DEPTH} levels"
    if isinstance(value, str):
        return "must not contain lone surrogates" if has_surrogates(value) else None
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return next(filter(None, (_json_fault(entry, level + 1) for entry in value)), None)
    if isinstance(value, float) and not isfinite(value):
        return "must not contain NaN or Infinity"
    return None


def json_object(max_members: int) -> tuple[Any, ...]:
    """Annotations of a passed-through object of 1 to `max_members` members."""
    return Field(min_length=1, max_length=max_members), BeforeValidator(check_json)


Json = Annotated[object, BeforeValidator(check_json)]
JsonObject = Annotated[dict[str, object], BeforeValidator(check_json)]
