"""The schema of a payment in an answer: what `payments.domain.payment_view` makes.

A test compares it with that function's answers, member by member.
"""

from typing import Any, get_args

from ops.openapi.references import or_null, text
from payments.domain.transition_table import Status
from payments.payment_requests.order import Currency

NAME = "Payment"
ORDER_ID = text("^[A-Za-z0-9_-]{1,30}$")
_MOST_RUPIAH = 10**14 - 1
_SECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
_WIB = text(_SECONDS + r"\+07:00$", format="date-time")
_UTC = text(_SECONDS + r"\.[0-9]{3}Z$", format="date-time")


def payment_schemas() -> dict[str, Any]:
    """The payment, by its name."""
    members = _members()
    return {
        NAME: {
            "type": "object",
            "description": "A payment. What is not known (yet) is null; amounts are whole rupiah.",
            "properties": members,
            "required": [*members],
            "additionalProperties": False,
        }
    }


def _members() -> dict[str, Any]:
    rupiah = {"type": "integer", "minimum": 0, "maximum": _MOST_RUPIAH}
    link = or_null(text(minLength=1, maxLength=320))
    return {
        "orderId": ORDER_ID,
        "status": {"enum": [str(status) for status in Status]},
        "version": {"type": "integer", "minimum": 1, "description": "Grows with every change."},
        "amount": rupiah | {"minimum": 1},
        "currency": {"enum": [*get_args(Currency)]},
        "sourceOfFunds": text(minLength=1),
        "paymentCode": or_null(
            text(minLength=1, maxLength=30, description="What the customer pays with.")
        ),
        "redirectUrl": link,
        "expiresAt": or_null(_WIB | {"description": "When the code ends, at the latest."}),
        "appUrl": link,
        "imageUrl": link,
        "accountList": {
            "type": ["array", "null"],
            "items": {},
            "description": "Finpay's, passed on as it is.",
        },
        "paidAmount": or_null(
            rupiah | {"description": "Differs from `amount` in REVIEW, and where it was accepted."}
        ),
        "paidAt": or_null(_WIB),
        "paidLate": {
            "type": "boolean",
            "description": "Whether the money came after the payment was given up.",
        },
        "channel": or_null(text(minLength=1)),
        "finpayReference": or_null(text(minLength=1)),
        "createdAt": _UTC,
        "updatedAt": _UTC,
    }
