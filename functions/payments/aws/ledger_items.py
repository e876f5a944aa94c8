"""Conversion between the ledger of a payment and attributes of its item.

What equals the payment's own value is left out, so that a paid payment stays within one write unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payments.ledger.entry import (
    Decision,
    Judgement,
    Kind,
    LedgerEntry,
    Report,
    Reporter,
)

if TYPE_CHECKING:
    from payments.ledger.entry import Terms

_UNREADABLE = -1
"""Stored for an amount that Finpay did not send, or not readably."""

# Attributes of reports that have no default.
_OPTIONAL: Mapping[str, str] = {
    "paid_at": "paidAt",
    "reference": "reference",
    "order_reference": "orderReference",
    "channel": "channel",
    "about": "about",
}


def ledger_attributes(
    ledger: Sequence[LedgerEntry], order_id: str, terms: Terms
) -> list[dict[str, Any]]:
    """The attributes of the entries of a payment's ledger."""
    return [
        _of_report(entry, order_id, terms) if isinstance(entry, Report) else _of_judgement(entry)
        for entry in ledger
    ]


def to_ledger(
    attributes: Sequence[Mapping[str, Any]], order_id: str, terms: Terms
) -> tuple[LedgerEntry, ...]:
    """The ledger in the attributes of an item."""
    return tuple(
        _to_judgement(one) if "decision" in one else _to_report(one, order_id, terms)
        for one in attributes
    )


def _of_report(report: Report, order_id: str, terms: Terms) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": report.kind.value,
        "by": report.reporter.value,
        "at": report.recorded_at,
    }
    values |= _if_other("orderId", report.gateway_order_id, order_id)
    values |= _if_other("amount", report.amount, terms.amount)
    values |= _if_other("currency", report.currency, terms.currency)
    values |= _if_other("orderAmount", report.order_amount, terms.amount)
    optional = {name: getattr(report, field) for field, name in _OPTIONAL.items()}
    values |= {name: value for name, value in optional.items() if value is not None}
    return values | ({"late": True} if report.late else {})


def _if_other(name: str, value: str | int | None, own: str | int) -> dict[str, Any]:
    if value == own:
        return {}
    return {name: value if value is not None else (_UNREADABLE if type(own) is int else "?")}


def _to_report(values: Mapping[str, Any], order_id: str, terms: Terms) -> Report:
    fields: dict[str, Any] = {field: values.get(name) for field, name in _OPTIONAL.items()}
    return Report(
        kind=Kind(values["kind"]),
        reporter=Reporter(values["by"]),
        recorded_at=values["at"],
        gateway_order_id=values.get("orderId", order_id),
        amount=_amount(values.get("amount", terms.amount)),
        currency=None if values.get("currency") == "?" else values.get("currency", terms.currency),
        order_amount=_amount(values.get("orderAmount", terms.amount)),
        late=values.get("late", False),
        **fields,
    )


def _amount(stored: int) -> int | None:
    return None if stored == _UNREADABLE else stored


def _of_judgement(judgement: Judgement) -> dict[str, Any]:
    values = {
        "decision": judgement.decision.value,
        "covers": sorted(judgement.covers),
        "at": judgement.decided_at,
        "by": judgement.by,
        "reason": judgement.reason,
        "version": judgement.version,
    }
    return values | ({"possible": True} if judgement.is_about_possible else {})


def _to_judgement(values: Mapping[str, Any]) -> Judgement:
    return Judgement(
        decision=Decision(values["decision"]),
        covers=frozenset(values["covers"]),
        decided_at=values["at"],
        by=values["by"],
        reason=values["reason"],
        version=values["version"],
        is_about_possible=values.get("possible", False),
    )
