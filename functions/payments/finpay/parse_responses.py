"""Reads Finpay's responses to initiate, check and cancel.

Finpay changes its message texts, so only the HTTP status and the responseCode count, and only if
they agree: a responseCode begins with its HTTP status. Any other response is an unknown outcome.
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
from payments.domain.gateway_status import GatewayStatus, digest_of
from payments.domain.payment import DEFAULT_TIMEOUT_MINUTES, PAYMENT_CODE_TYPE, IssuedCode, Source
from payments.order_report import read_gateway_status

SUCCESS = "2000000"
_MESSAGE_LIMIT = 500
_ACCOUNT_LIST_LIMIT = 2_000

# 409 is not a refusal: if Finpay already knows the order id, that order may have a code.
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
    """The issued code; raises a GatewayError if the response contains none.

    `request` is the body that was sent, and determines whether a payment code is required. If
    Finpay's expiry is not readable, the code expires at `sent_at` (epoch ms) plus order.timeout.
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
    """The gateway status of the order, or None if Finpay does not know the order.

    Raises KeyRefused if Finpay refused the merchant key, GatewayRefused if it refused the merchant,
    and OutcomeUnknown for any other response.
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
    """Whether Finpay agreed to cancel; False if it certainly refused, for any reason.

    Raises KeyRefused if Finpay refused the merchant key, and OutcomeUnknown for any other response.
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
    """Whether the responseCode is 500xxxx: Finpay read the request and reports its own error."""
    try:
        return _code(http_status, _decode(body)).startswith("500")
    except OutcomeUnknown:
        return False


def _code(http_status: int, answer: Mapping[str, Any]) -> str:
    """The responseCode, if it belongs to the HTTP status; raises OutcomeUnknown."""
    code = answer.get("responseCode")
    # The code is stored and logged, so a code with any other character is refused.
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
    """Finpay's accountList as JSON text; None if it is empty, invalid or over the limit.

    Finpay documents up to four accounts, which are well below the limit.
    """
    if not isinstance(value, list) or not value:
        return None
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return None
    return text if len(text) <= _ACCOUNT_LIST_LIMIT else None
