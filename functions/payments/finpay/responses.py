"""What Finpay's answers mean.

Message texts drift, so only the HTTP status and the responseCode count, and only where they agree:
a code begins with the HTTP status it belongs to. Everything else is an unknown outcome.
"""

import json
from collections.abc import Mapping
from typing import Any

from payments.domain.clock import MINUTE, parse_wib
from payments.domain.errors import (
    GatewayError,
    GatewayRefused,
    GatewayRejected,
    KeyRefused,
    OutcomeUnknown,
)
from payments.domain.gateway_status import GatewayStatus, digest_of, read_gateway_status
from payments.domain.payment import DEFAULT_TIMEOUT_MINUTES, PAYMENT_CODE_TYPE, IssuedCode, Source

SUCCESS = "2000000"
_MESSAGE_LIMIT = 500
_ACCOUNT_LIST_LIMIT = 2_000

# 409 is missing on purpose: an order id that Finpay knows already may have a code there.
_REFUSALS: Mapping[int, type[GatewayError]] = {
    400: GatewayRejected,
    422: GatewayRejected,
    401: KeyRefused,
    403: GatewayRefused,
    404: GatewayRefused,
}


def read_initiate_response(
    http_status: int, body: bytes, request: Mapping[str, Any], sent_at: int
) -> IssuedCode:
    """The code in an answer; raises a GatewayError where there is none.

    `request` is what was sent and `sent_at` when (epoch ms): they tell whether a payment code is
    to be expected, and when it expires if Finpay's own word for that cannot be read.
    """
    answer = _decode(body)
    code = _code(http_status, answer)
    if refusal := _REFUSALS.get(http_status):
        raise refusal(code, _printable(answer.get("responseMessage"), _MESSAGE_LIMIT) or "")
    if code != SUCCESS:
        raise OutcomeUnknown(code)
    payment_code = _printable(answer.get("paymentCode"), 30)
    redirect_url = _printable(answer.get("redirecturl"), 320)
    wants_code = request["sourceOfFunds"]["type"] == PAYMENT_CODE_TYPE
    if redirect_url is None or (wants_code and payment_code is None):
        raise OutcomeUnknown(code)
    return IssuedCode(
        payment_code=payment_code,
        redirect_url=redirect_url,
        expires_at=parse_wib(answer.get("expiryLink")) or sent_at + _timeout_ms(request),
        app_url=_printable(answer.get("appurl"), 320),
        image_url=_printable(answer.get("imageurl"), 320),
        account_list=_account_list(answer.get("accountList")),
    )


def read_check_response(
    http_status: int, body: bytes, gateway_order_id: str
) -> GatewayStatus | None:
    """What Finpay says of the order that was asked about, or None if it knows no such order.

    Raises GatewayRefused if Finpay refused us, OutcomeUnknown for anything else.
    """
    answer = _decode(body)
    code = _code(http_status, answer)
    if code.startswith("404"):
        return None
    if code.startswith("401"):
        raise KeyRefused(code)
    if code.startswith("403"):
        raise GatewayRefused(code)
    data = answer.get("data")
    payload_digest = digest_of(json.dumps(data).encode())
    reported = (
        read_gateway_status(data, payload_digest, Source.STATUS_CHECK) if code == SUCCESS else None
    )
    if reported is None or reported.gateway_order_id != gateway_order_id:
        raise OutcomeUnknown(code)
    return reported


def read_cancel_response(http_status: int, body: bytes) -> bool:
    """Whether Finpay agreed to cancel; False if it refused for certain, whatever the reason.

    Raises KeyRefused if it refused our key, OutcomeUnknown for anything else.
    """
    code = _code(http_status, _decode(body))
    if code.startswith("401"):
        raise KeyRefused(code)
    if code.startswith(("400", "403", "404", "422")):
        return False
    if code != SUCCESS:
        raise OutcomeUnknown(code)
    return True


def is_own_failure(http_status: int, body: bytes) -> bool:
    """Whether Finpay itself says that it failed (500xxxx): it is up, and read the request."""
    try:
        return _code(http_status, _decode(body)).startswith("500")
    except OutcomeUnknown:
        return False


def _code(http_status: int, answer: Mapping[str, Any]) -> str:
    """The responseCode, if it belongs to the HTTP status; raises OutcomeUnknown."""
    code = answer.get("responseCode")
    # It gets into the log and the row, so whatever else is in it makes it none.
    if not isinstance(code, str) or not (code.isascii() and code.isalnum()):
        raise OutcomeUnknown
    belongs = code.startswith(str(http_status)) or (
        code == SUCCESS and http_status in range(200, 300)
    )
    if not belongs:
        raise OutcomeUnknown(code[:7])
    return code[:7]


def _decode(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise OutcomeUnknown from None
    if not isinstance(answer, dict):
        raise OutcomeUnknown
    return answer


def _timeout_ms(request: Mapping[str, Any]) -> int:
    return int(request["order"].get("timeout", DEFAULT_TIMEOUT_MINUTES)) * MINUTE


def _printable(value: object, limit: int) -> str | None:
    if isinstance(value, str) and 0 < len(value) <= limit and value.isprintable():
        return value
    return None


def _account_list(value: object) -> str | None:
    """Up to four accounts, as JSON; more than a page of them is nothing Finpay documents."""
    if not isinstance(value, list) or not value:
        return None
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return None
    return text if len(text) <= _ACCOUNT_LIST_LIMIT else None
