"""The schema of a payment in a response, which `payments.domain.payment_view` produces.

A test compares the two member by member.
"""

from typing import Any, get_args

from ops.openapi.openapi_objects import closed_object, or_null, text
from payments.domain.transition_table import Status
from payments.payment_requests.order import Currency

NAME = "Payment"
ORDER_ID_PATTERN = "[A-Za-z0-9_-]{1,30}"
ORDER_ID = text(f"^{ORDER_ID_PATTERN}$")
_MOST_RUPIAH = 10**14 - 1
_SECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
_WIB = text(_SECONDS + r"\+07:00$", format="date-time")
_UTC = text(_SECONDS + r"\.[0-9]{3}Z$", format="date-time")


def payment_schemas() -> dict[str, Any]:
    """The schema of a payment, by its name."""
    description = "A payment. Unknown values are null. Amounts are in whole rupiah."
    return {NAME: closed_object(_members(), description=description)}


def _members() -> dict[str, Any]:
    rupiah = {"type": "integer", "minimum": 0, "maximum": _MOST_RUPIAH}
    paid_amount = (
        "What counts for the order. Can differ from `amount` in REVIEW, and later if an operator "
        "accepted it."
    )
    overpaid = (
        "What certainly came beyond `paidAmount` and has not gone back, for example because the "
        "customer paid twice. Null if there is none."
    )
    refunded = "What has gone back of `paidAmount`. Null if there is none."
    link = or_null(text(minLength=1, maxLength=320))
    return {
        "orderId": ORDER_ID,
        "status": {"enum": [str(status) for status in Status]},
        "version": {"type": "integer", "minimum": 1, "description": "Increases with every change."},
        "amount": rupiah | {"minimum": 1},
        "currency": {"enum": [*get_args(Currency)]},
        "sourceOfFunds": text(minLength=1),
        "paymentCode": or_null(
            text(minLength=1, maxLength=30, description="The code with which the customer pays.")
        ),
        "redirectUrl": link,
        "expiresAt": or_null(_WIB | {"description": "When the code expires, at the latest."}),
        "appUrl": link,
        "imageUrl": link,
        "accountList": {
            "type": ["array", "null"],
            "items": {},
            "description": "From Finpay, passed on unchanged.",
        },
        "paidAmount": or_null(rupiah | {"description": paid_amount}),
        "overpaidAmount": or_null(rupiah | {"minimum": 1, "description": overpaid}),
        "refundedAmount": or_null(rupiah | {"minimum": 1, "description": refunded}),
        "paidAt": or_null(_WIB),
        "paidLate": {
            "type": "boolean",
            "description": "Whether the money arrived after the payment was closed.",
        },
        "channel": or_null(text(minLength=1)),
        "finpayReference": or_null(text(minLength=1)),
        "createdAt": _UTC,
        "updatedAt": _UTC,
    }
