"""The request for a payment code, with the limits of Finpay's tables."""

from typing import Annotated, Any

from pydantic import AnyUrl, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Text = Annotated[str, Field(min_length=1, max_length=127)]
Name = Annotated[str, Field(min_length=1, max_length=50)]
Phone = Annotated[str, Field(pattern=r"^\+62[0-9]{8,13}$")]
Digits = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,13}$")]


class Model(BaseModel):
    """Members are camelCase, and unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Item(Model):
    name: Text | None = None
    description: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    sku: Text | None = None
    quantity: Annotated[int, Field(ge=1, le=999)] | None = None
    unit_price: Digits | None = None
    unit_discount_amount: Digits | None = None
    unit_tax_amount: Digits | None = None
    unit_of_measure: Annotated[str, Field(max_length=10)] | None = None


class Order(Model):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
    amount: Digits
    currency: Annotated[str, Field(pattern=r"^IDR$")] = "IDR"
    description: Text | None = None
    timeout: Annotated[int, Field(ge=1, le=99_999_999)] | None = None
    item: Annotated[list[Item], Field(max_length=100)] | None = None


class Customer(Model):
    id: Annotated[str, Field(max_length=320)] | None = None
    email: Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
    first_name: Name
    last_name: Name
    mobile_phone: Phone
    phone: Annotated[str, Field(max_length=15)] | None = None


class Url(Model):
    callback_url: AnyUrl
    success_url: AnyUrl | None = None
    fail_url: AnyUrl | None = None
    back_url: AnyUrl | None = None


class Address(Model):
    city: Text | None = None
    company: Text | None = None
    country: Annotated[str, Field(max_length=3)] | None = None
    postcode_zip: Annotated[str, Field(max_length=10)] | None = None
    state_province: Text | None = None
    street: Text | None = None
    street2: Text | None = None


class Billing(Model):
    address: Address | None = None


class Shipping(Model):
    method: Text | None = None
    address: Address | None = None
    contact: dict[str, str] | None = None


class SourceOfFunds(Model):
    type: Annotated[str, Field(pattern=r"^finpaycode$")] = "finpaycode"


class Meta(Model):
    data: Any = None


class Payment(Model):
    """`POST /payments`."""

    customer: Customer
    order: Order
    url: Url
    billing: Billing | None = None
    shipping: Shipping | None = None
    meta: Meta | None = None
    source_of_funds: SourceOfFunds = SourceOfFunds()


class Result(BaseModel):
    """`result.payment` of a callback; more members may come."""

    status: str
    amount: int
    reference: str | None = None
    channel: str | None = None


class Results(BaseModel):
    payment: Result


class CalledOrder(BaseModel):
    id: str
    amount: int
    currency: str


class Callback(BaseModel):
    """Finpay's callback, as far as it is needed."""

    order: CalledOrder
    result: Results
