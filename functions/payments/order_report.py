"""What Finpay reports about an order: the body of a callback, and the `data` of a status check.

The fields vary between payment channels and over time, so the model is lenient: unknown members are
ignored, and a value that is not readable becomes None. Only the order id and the status are
required.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from aws_lambda_powertools.utilities.parser import parse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from payments.domain.clock import parse_wib
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import Source
from payments.ledger.rupiah import read_rupiah


def read_gateway_status(
    document: object, payload_digest: str, source: Source
) -> GatewayStatus | None:
    """The gateway status in a decoded body; None without an order id or a status.

    Raises no error for input from Finpay.
    """
    # Powertools would decode a text again, and less strictly than it was decoded the first time.
    if not isinstance(document, dict):
        return None
    try:
        report = parse(event=document, model=OrderReport)
    except ValidationError:
        return None
    return report.to_gateway_status(payload_digest, source)


def text(limit: int) -> BeforeValidator:
    """Reads printable ASCII text of 1 to `limit` characters; anything else becomes None."""

    return BeforeValidator(partial(_plain_text, limit=limit))


def _plain_text(value: object, limit: int) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        return None
    return value if value.isascii() and value.isprintable() else None


def _read_order_id(value: object) -> object:
    # PHP sends an id of digits from a numeric column as an integer.
    return str(value) if type(value) is int else value


def _read_status(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _plain_text(value.strip().upper(), 32) or "?"


def _read_object(value: object) -> object:
    return value if isinstance(value, dict) else {}


Rupiah = Annotated[int | None, BeforeValidator(read_rupiah)]
TimeOfPayment = Annotated[int | None, BeforeValidator(parse_wib)]


class _Reported(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        # Only the report as a whole needs a validator.
        defer_build=True,
    )


class _Order(_Reported):
    id: Annotated[str, BeforeValidator(_read_order_id)]
    amount: Rupiah = None
    currency: Annotated[str | None, text(3)] = None
    reference: Annotated[str | None, text(64)] = None


class _Payment(_Reported):
    status: Annotated[str, BeforeValidator(_read_status)]
    amount: Rupiah = None
    datetime: TimeOfPayment = None
    reference: Annotated[str | None, text(64)] = None
    channel: Annotated[str | None, text(32)] = None

    @property
    def has_amount(self) -> bool:
        """Whether Finpay sent an amount, readable or not. A null is not an amount."""
        return "amount" in self.model_fields_set

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, members: object) -> object:
        if not isinstance(members, dict):
            return members
        return {name: value for name, value in members.items() if value is not None}


class _Result(_Reported):
    payment: _Payment


class _SourceOfFunds(_Reported):
    type: Annotated[str | None, text(32)] = None
    payment_code: Annotated[str | None, text(30)] = None


class OrderReport(_Reported):
    """Finpay's report about one order. Amounts are whole rupiah, times epoch milliseconds."""

    model_config = ConfigDict(defer_build=False)

    order: _Order
    result: _Result
    source_of_funds: Annotated[_SourceOfFunds, BeforeValidator(_read_object)] = Field(
        default_factory=_SourceOfFunds
    )

    def to_gateway_status(self, payload_digest: str, source: Source) -> GatewayStatus:
        """The same, as use cases read it. `source` says whether it was a callback or a check."""
        order, payment = self.order, self.result.payment
        return GatewayStatus(
            gateway_order_id=order.id,
            status=payment.status,
            amount=order.amount,
            currency=order.currency,
            paid_amount=payment.amount,
            paid_amount_given=payment.has_amount,
            paid_at=payment.datetime,
            payment_reference=payment.reference,
            order_reference=order.reference,
            channel=payment.channel or self.source_of_funds.type,
            payment_code=self.source_of_funds.payment_code,
            payload_digest=payload_digest,
            source=source,
        )
