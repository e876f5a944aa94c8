"""The object `sourceOfFunds` of a request: the payment channel."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.payment_requests.json_types import UNSENT, Json, RequestObject, Text, refused
from payments.payment_requests.validation_context import RequestPolicy


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
