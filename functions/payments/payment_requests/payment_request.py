"""The storefront's request for a payment: Finpay's own body, checked against its limits.

`parse_request` is the only way in. Limits and names: Finpay's page "Payment Code" and its public
tables.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Self, get_args

from aws_lambda_powertools.utilities.parser import parse
from pydantic import ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_core import ErrorDetails

from payments.domain.errors import FieldError, InvalidRequest
from payments.domain.payment import DEFAULT_TIMEOUT_MINUTES, PAYMENT_CODE_TYPE
from payments.payment_requests.billing_shipping_device import Billing, Device, Meta, Shipping
from payments.payment_requests.customer import Customer, requested_outcome
from payments.payment_requests.json_types import REFUSED, UNSENT, RequestObject, json_object
from payments.payment_requests.message_redaction import values_in
from payments.payment_requests.order import Order
from payments.payment_requests.request_policy import RequestPolicy
from payments.payment_requests.source_of_funds import SourceOfFunds
from payments.payment_requests.urls import Url

MAX_ERRORS = 100
"""A client with more wrong fields than this is broken; to list them all would only cost time."""

_DETAILS = {
    "missing": "is required",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_type": "must be a string",
    "string_unicode": "must not contain lone surrogates",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "literal_error": "must be {expected}",
    "extra_forbidden": "unknown member",
    REFUSED: "{detail}",
}


class PaymentRequest(RequestObject):
    """A valid request. Amounts are whole rupiah, `order.timeout` is minutes, phones are E.164."""

    model_config = ConfigDict(defer_build=False)

    order: Order
    customer: Customer
    url: Url
    billing: Billing = UNSENT
    shipping: Shipping = UNSENT
    meta: Meta = UNSENT
    card: Annotated[dict[str, object], *json_object(7)] = UNSENT
    recurring: Annotated[dict[str, object], *json_object(11)] = UNSENT
    funds: SourceOfFunds = Field(alias="sourceOfFunds")
    device: Device = UNSENT
    _document: dict[str, Any] = PrivateAttr()

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """The request, which keeps its document. Raises pydantic's ValidationError."""
        request: Self = parse(event=document, model=cls)
        request._document = document
        return request

    @property
    def source_of_funds(self) -> str:
        """The channel, `finpaycode` unless the storefront asks for another."""
        return self.funds.type

    @property
    def test_outcome(self) -> str:
        """The outcome that a test payment asks for; empty for a customer's payment."""
        return requested_outcome(self.customer.email)

    @property
    def timeout(self) -> int:
        """Minutes that the code can be paid for."""
        return self.order.timeout or DEFAULT_TIMEOUT_MINUTES

    def to_finpay(self, gateway_order_id: str, callback_url: str) -> dict[str, object]:
        """The body for Finpay: what was sent, normalised, with our order id and callback URL.

        The amount is a string of digits, as in Finpay's sample; `sourceOfFunds` is always there,
        and so is `customer.lastName`, which Finpay requires.
        """
        body = self._dumped()
        body["order"] |= {"id": gateway_order_id, "amount": str(self.order.amount)}
        body["customer"]["lastName"] = self.customer.last_name
        body["url"]["callbackUrl"] = callback_url
        return body

    def sent_values(self) -> frozenset[str]:
        """Every value as sent and as normalised, which is redacted in Finpay's messages."""
        return frozenset((*values_in(self._document), *values_in(self._dumped())))

    def _dumped(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_unset=True)


def parse_request(document: object, policy: RequestPolicy) -> PaymentRequest:
    """The request in a decoded JSON document.

    Raises InvalidRequest with one FieldError per wrong field, of the model and of the policy.
    """
    # Powertools would decode a text again, and less strictly than it was decoded the first time.
    if not isinstance(document, dict):
        raise InvalidRequest((FieldError("", "must be an object"),))
    document = {"sourceOfFunds": {"type": PAYMENT_CODE_TYPE}} | document
    request, errors = _parse(document)
    wrong = {error.pointer for error in errors}
    errors += [error for error in policy.errors(document) if error.pointer not in wrong]
    if request is None or errors:
        raise InvalidRequest(tuple(errors[:MAX_ERRORS]))
    return request


def _parse(document: dict[str, Any]) -> tuple[PaymentRequest | None, list[FieldError]]:
    """The request, or the errors of the model. They are returned, since an exception that is raised
    while pydantic's is handled has it as context, and pydantic's quotes the document.
    """
    try:
        return PaymentRequest.from_document(document), []
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
        return None, [FieldError(_pointer(fault["loc"]), _detail(fault)) for fault in faults]


def _pointer(location: Sequence[str | int]) -> str:
    """RFC 6901: `~` and `/` inside a name are escaped."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def _detail(fault: ErrorDetails) -> str:
    detail = _DETAILS[fault["type"]].format_map(fault.get("ctx", {}))
    return detail + _suggestion(fault["loc"]) if fault["type"] == "extra_forbidden" else detail


def _suggestion(location: Sequence[str | int]) -> str:
    """The known member with the closest name, as Finpay's tables write it: `order.item[].sku`."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt request pays for it

    *parents, unknown = location
    model: type[RequestObject] = PaymentRequest
    for step in parents:
        if isinstance(step, str):
            annotation = _members(model)[step].annotation
            model = next(iter(get_args(annotation)), annotation)
    known = {name.lower(): name for name in _members(model)}
    near = get_close_matches(str(unknown).lower(), known, n=1)
    if not near:
        return ""
    path = "".join("[]" if isinstance(step, int) else f".{step}" for step in parents)
    return f"; did you mean {f'{path}.{known[near[0]]}'.removeprefix('.')}?"


def _members(model: type[RequestObject]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}
