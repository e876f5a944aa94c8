"""The optional objects of a request: billing, shipping, meta, device and source of funds."""

import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.payment_requests.customer import Contact
from payments.payment_requests.json_types import (
    MAX_LENGTH,
    UNSENT,
    Json,
    JsonObject,
    RequestObject,
    Text,
    check_text,
    has_surrogates,
    refused,
    text_schema,
)
from payments.payment_requests.policy import RequestPolicy

_COUNTRY = re.compile("^(?:[A-Z]{3})$")
_COUNTRY_DETAIL = "must be a country of three capital letters, such as IDN"


def check_country(value: str) -> str:
    """Refuse what does not have the form of an ISO 3166-1 alpha-3 code."""
    if not _COUNTRY.fullmatch(value):
        raise refused(_COUNTRY_DETAIL)
    return value


Country = Annotated[
    str,
    Field(description=_COUNTRY_DETAIL, json_schema_extra={"pattern": _COUNTRY.pattern}),
    AfterValidator(check_country),
]


class Address(RequestObject):
    city: Text = UNSENT
    company: Text = UNSENT
    country: Country = UNSENT
    postcode_zip: Text = UNSENT
    state_province: Text = UNSENT
    state_province_code: Text = UNSENT
    street: Text = UNSENT
    street2: Text = UNSENT


class Billing(RequestObject):
    max_members = 1

    address: Address = UNSENT
    biller_service_provider: JsonObject = UNSENT


def check_flag_or_text(value: object) -> object:
    """Accept a boolean or a text, since Finpay does not document which it expects."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_LENGTH or has_surrogates(value):
        raise refused(f"must be true, false or a string of 1 to {MAX_LENGTH} characters")
    return check_text(value)


FlagOrText = Annotated[
    object,
    BeforeValidator(check_flag_or_text),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, text_schema(1, MAX_LENGTH)]}),
]


class ShippingAddress(Address):
    source: Text = UNSENT
    same_as_billing: FlagOrText = UNSENT


class Origin(RequestObject):
    postcode_zip: Text


class Shipping(RequestObject):
    method: Text = UNSENT
    origin: Origin = UNSENT
    contact: Contact = UNSENT
    address: ShippingAddress = UNSENT


class Meta(RequestObject):
    data: Json


class Device(RequestObject):
    ani: Text = UNSENT
    ani_call_type: Text = UNSENT
    browser: Text = UNSENT
    fingerprint: Text = UNSENT
    hostname: Text = UNSENT
    ip_address: Text = UNSENT
    mobile_phone_model: Text = UNSENT


def check_source_of_funds(value: str, info: ValidationInfo[RequestPolicy]) -> str:
    """Refuse a type that the deployment does not allow."""
    allowed = info.context.sources_of_funds
    if value not in allowed:
        raise refused("must be one of the allowed types: " + ", ".join(sorted(allowed)))
    return value


SourceOfFundsType = Annotated[Text, AfterValidator(check_source_of_funds)]


class SourceOfFunds(RequestObject):
    """The channel. Only a payment code's members are known; other channels' pass through."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Json] = Field(init=False)
    max_members = 11

    type: SourceOfFundsType
    payment_code: Text = UNSENT
    account_id: Text = UNSENT

    @model_validator(mode="after")
    def _check_unknown(self) -> Self:
        if self.type == PAYMENT_CODE_TYPE and self.__pydantic_extra__:
            raise ValidationError.from_exception_data(
                "sourceOfFunds",
                [
                    {"type": "extra_forbidden", "loc": (name,), "input": None}
                    for name in self.__pydantic_extra__
                ],
            )
        return self
