"""The optional objects `billing`, `shipping`, `meta` and `device` of a request."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

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
