"""A payment's story for machines. Times in ISO 8601 (WIB), amounts in rupiah, null for unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops import ledger_json, quarantine, wib
from payments.domain.payment import Source

if TYPE_CHECKING:
    from ops.cases import Diagnosis
    from ops.finpay import Said
    from ops.payment_history import PaymentHistory
    from payments.aws.deliveries_table import Told
    from payments.domain.payment import Entry, Payment


def document(of: PaymentHistory, diagnosis: Diagnosis, following: str) -> dict[str, Any]:
    """Everything; `following` is the command to run next."""
    return {
        "payment": payment(of.payment),
        "money": ledger_json.document(of.payment, of.kept),
        "history": history(of.payment),
        "callbacks": {
            "counted": [one for one in history(of.payment) if one["by"] == Source.CALLBACK],
            "quarantined": [quarantine.as_json(one) for one in of.kept],
        },
        "deliveries": [told(one) for one in of.told],
        "finpay": None if of.said is None else [said(one) for one in of.said],
        "diagnosis": {"case": diagnosis.case, "sentence": diagnosis.sentence, "next": following},
    }


def payment(of: Payment) -> dict[str, Any]:
    """A payment as it stands."""
    money, code = of.received, of.code
    return {
        "orderId": of.order_id,
        "storefrontId": of.storefront_id,
        "status": of.status,
        "version": of.version,
        "amount": of.amount,
        "currency": of.currency,
        "sourceOfFunds": of.source_of_funds,
        "paymentCode": code.payment_code if code else None,
        "expiresAt": wib.iso(of.expires_at),
        "paidAmount": money.paid_amount if money else None,
        "overpaidAmount": of.standing.overpaid or None,
        "refundedAmount": of.standing.refunded or None,
        "paidAt": wib.iso(money.paid_at) if money else None,
        "paidLate": bool(money and money.late),
        "channel": money.channel if money else None,
        "finpayReference": money.reference if money else None,
        "ordersAtFinpay": [of.gateway_order_id, *of.previous_attempt_ids],
        "failure": of.failure.reason if of.failure else None,
        "createdAt": wib.iso(of.created_at),
        "updatedAt": wib.iso(of.updated_at),
        "nextSyncAt": wib.iso(of.next_sync_at),
    }


def history(of: Payment) -> list[dict[str, Any]]:
    """The versions of a payment, oldest first."""
    return [_entry(version, entry) for version, entry in enumerate(of.history, 1)]


def told(of: Told) -> dict[str, Any]:
    """An event and the attempts to tell it."""
    return {
        "version": of.event.version,
        "type": of.event.type,
        "eventId": of.event.id,
        "attempts": [
            {
                "at": wib.iso(one.at),
                "outcome": one.outcome,
                "status": one.status,
                "why": one.why or None,
                "tookMs": one.took_ms,
            }
            for one in of.attempts
        ],
    }


def said(of: Said) -> dict[str, Any]:
    """What Finpay says of one of its orders."""
    reported = of.reported
    return {
        "orderId": of.gateway_order_id,
        "error": of.error or None,
        "known": None if of.error else reported is not None,
        "status": reported.status if reported else None,
        "amount": reported.amount if reported else None,
        "currency": reported.currency if reported else None,
        "paidAmount": reported.paid_amount if reported else None,
        "paidAt": wib.iso(reported.paid_at) if reported else None,
        "reference": reported.reference if reported else None,
        "channel": reported.channel if reported else None,
    }


def _entry(version: int, entry: Entry) -> dict[str, Any]:
    return {
        "version": version,
        "status": entry.status,
        "at": wib.iso(entry.at),
        "by": entry.by,
        "observed": entry.observed or None,
    }
