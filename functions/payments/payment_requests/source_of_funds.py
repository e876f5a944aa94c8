"""The object `sourceOfFunds` of a request: the payment channel.

`request_policy` checks that the deployment allows it.
"""

from typing import Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.payment_requests.json_types import UNSENT, Json, RequestObject, Text


class SourceOfFunds(RequestObject):
    """The channel. Only a payment code's members are known; other channels' pass through."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Json] = Field(init=False)
    max_members = 11

    type: Text
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
