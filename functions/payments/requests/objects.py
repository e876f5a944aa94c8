"""The objects of an initiate request, with Finpay's names in camelCase and its limits."""

from typing import Any, ClassVar, Self, override

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.requests.fields import (
    Code4,
    Country,
    Currency,
    Email,
    FlagOrText,
    Json,
    JsonObject,
    JsonObject3,
    LastName,
    Minutes,
    MobilePhone,
    Name,
    OrderId,
    Phone,
    Quantity,
    RegisteredUrl,
    Rupiah,
    RupiahOrNone,
    SourceOfFundsType,
    Text,
    Text10,
    Text25,
    Text30,
    Text127,
    WebhookUrl,
)
from payments.requests.validators import refused

UNSENT: Any = None
"""Stands where an optional member was not sent. Never a sent null: null is refused."""


class RequestObject(BaseModel):
    """An object whose unknown members are refused; each has at least one member."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        # The request as a whole is built at import; its parts need no validators of their own.
        defer_build=True,
    )
    most_members: ClassVar[int] = 12
    """12 is what Finpay documents for `order`; with unknown members refused, few can exceed it."""

    @model_validator(mode="after")
    def _check_members(self) -> Self:
        """Finpay's "length" of an object is its number of members (its page on payment codes)."""
        sent = len(self.model_fields_set)
        if not sent:
            raise refused("must have at least one member")
        if sent > self.most_members:
            raise refused(f"must have at most {self.most_members} members")
        return self

    @override
    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Nothing: a request in a log or a traceback must not show its customer."""
        return []


class Item(RequestObject):
    name: Text127 = UNSENT
    description: Text127 = UNSENT
    category: Text127 = UNSENT
    brand: Text127 = UNSENT
    industry_category: Text127 = UNSENT
    sku: Text127 = UNSENT
    quantity: Quantity = UNSENT
    unit_price: RupiahOrNone = UNSENT
    unit_discount_amount: RupiahOrNone = UNSENT
    unit_tax_amount: RupiahOrNone = UNSENT
    unit_of_measure: Text10 = UNSENT


class Order(RequestObject):
    id: OrderId
    amount: Rupiah
    currency: Currency = "IDR"
    description: Text127 = UNSENT
    timeout: Minutes = UNSENT
    item_amount: RupiahOrNone = UNSENT
    surcharge_amount: RupiahOrNone = UNSENT
    local_tax_registration_id: Text25 = UNSENT
    merchant_category_code: Code4 = UNSENT
    item: list[Item] = Field(default=UNSENT, min_length=1, max_length=100)
    transaction_filtering: JsonObject3 = UNSENT


class Account(RequestObject):
    id: Text


class Customer(RequestObject):
    id: Text = UNSENT
    email: Email
    first_name: Name
    last_name: LastName = "-"
    mobile_phone: MobilePhone
    phone: Phone = UNSENT
    tax_registration_id: Text30 = UNSENT
    account: Account = UNSENT


class Url(RequestObject):
    callback_url: WebhookUrl
    success_url: RegisteredUrl = UNSENT
    fail_url: RegisteredUrl = UNSENT
    back_url: RegisteredUrl = UNSENT


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
    most_members = 1

    address: Address = UNSENT
    biller_service_provider: JsonObject = UNSENT


class Origin(RequestObject):
    postcode_zip: Text


class Contact(RequestObject):
    email: Email = UNSENT
    first_name: Name = UNSENT
    last_name: LastName = UNSENT
    mobile_phone: MobilePhone = UNSENT
    phone: Phone = UNSENT


class ShippingAddress(Address):
    source: Text = UNSENT
    same_as_billing: FlagOrText = UNSENT


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


class SourceOfFunds(RequestObject):
    """The channel. Only a payment code's members are known; other channels' pass through."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Json] = Field(init=False)
    most_members = 11

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
