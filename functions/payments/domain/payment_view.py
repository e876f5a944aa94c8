"""The representation of a payment for storefronts."""

from __future__ import annotations

import json
from typing import Any

from payments.domain.clock import iso_utc, iso_wib
from payments.domain.payment import IssuedCode, Payment


def payment_view(payment: Payment) -> dict[str, Any]:
    """Return the JSON object of a payment.

    Amounts are in rupiah. `expiresAt` and `paidAt` are in WIB, `createdAt` and `updatedAt` in UTC.
    Unknown values are null. `paidAmount` is the money that counts, or in REVIEW the money that an
    operator decides about; then, and if it was accepted, it can differ from `amount`.
    `overpaidAmount` came beyond it for certain and has not gone back; `refundedAmount` is what has
    gone back of it.
    """
    return {
        "orderId": payment.order_id,
        "status": payment.status.value,
        "version": payment.version,
        "amount": payment.amount,
        "currency": payment.currency,
        "sourceOfFunds": payment.source_of_funds,
        **_code(payment.code),
        **_money(payment),
        "createdAt": iso_utc(payment.created_at),
        "updatedAt": iso_utc(payment.updated_at),
    }


def _code(code: IssuedCode | None) -> dict[str, Any]:
    return {
        "paymentCode": code.payment_code if code else None,
        "redirectUrl": code.redirect_url if code else None,
        "expiresAt": iso_wib(code.expires_at) if code else None,
        "appUrl": code.app_url if code else None,
        "imageUrl": code.image_url if code else None,
        "accountList": json.loads(code.account_list) if code and code.account_list else None,
    }


def _money(payment: Payment) -> dict[str, Any]:
    received, standing = payment.received, payment.standing
    return {
        "paidAmount": received.paid_amount if received else None,
        "overpaidAmount": standing.overpaid or None,
        "refundedAmount": standing.refunded or None,
        "paidAt": iso_wib(received.paid_at) if received else None,
        "paidLate": received.late if received else False,
        "channel": received.channel if received else None,
        "finpayReference": received.reference if received else None,
    }
