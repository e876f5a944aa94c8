"""The HTTP responses that contain a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.api.json_response import empty_response, json_response
from payments.domain.payment import Payment
from payments.domain.payment_view import payment_view

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

    from payments.services.initiate import Initiated


def created(outcome: Initiated, base_path: str) -> Response[str]:
    """201 with the payment, for the first request and for each repetition of it.

    `base_path` is the custom domain's, which is a part of the payment's URL.
    """
    payment = outcome.payment
    headers = {"etag": _etag(payment), "location": f"{base_path}/payments/{payment.order_id}"}
    if outcome.replayed:
        headers["idempotent-replayed"] = "true"
    return json_response(201, payment_view(payment), headers)


def shown(payment: Payment, if_none_match: str = "") -> Response[str]:
    """200 with the payment, or 304 if the client has this version (RFC 9110, section 13.1.2)."""
    current = _etag(payment)
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if known & {current, "*"}:
        return empty_response(304, {"etag": current})
    return json_response(200, payment_view(payment), {"etag": current})


def _etag(payment: Payment) -> str:
    """A strong validator, because each change of a payment increments its version."""
    return f'"{payment.version}"'
