"""Conversion between payments and DynamoDB items.

A payment is one flat item. Attributes without a value are omitted, not null, so that an open
payment needs only one write unit (1 KB). All numbers are integers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from payments.aws.ledger_items import ledger_attributes, to_ledger
from payments.domain.payment import (
    Entry,
    Failure,
    IssuedCode,
    Lease,
    Payment,
    Source,
)
from payments.domain.sync_schedule import shard_of
from payments.domain.transition_table import Status
from payments.ledger.entry import Terms

type Item = Mapping[str, Any]
type Part = Lease | IssuedCode | Failure

# The attribute of each field. A part exists if the item has its first attribute.
_PARTS: Mapping[type[Any], Mapping[str, str]] = {
    Lease: {"id": "leaseId", "until": "leaseUntil", "unanswered": "leaseUnanswered"},
    IssuedCode: {
        "expires_at": "expiresAt",
        "redirect_url": "redirectUrl",
        "payment_code": "paymentCode",
        "app_url": "appUrl",
        "image_url": "imageUrl",
        "account_list": "accountList",
    },
    Failure: {"reason": "failureReason", "code": "failureCode", "message": "failureMessage"},
}
LEASE_ATTRIBUTES = tuple(_PARTS[Lease].values())
_FIELDS: Mapping[str, str] = {
    "order_id": "orderId",
    "storefront_id": "storefrontId",
    "version": "version",
    "amount": "amount",
    "currency": "currency",
    "source_of_funds": "sourceOfFunds",
    "request_fingerprint": "requestFingerprint",
    "gateway_order_id": "gatewayOrderId",
    "timeout": "timeout",
    "last_attempt_at": "lastAttemptAt",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "webhook_url": "webhookUrl",
}
_OPTIONAL: Mapping[str, str] = {
    "next_sync_at": "nextSyncAt",
    "sync_id": "syncId",
    "sync_requested_at": "syncRequestedAt",
    "confirmation_id": "confirmationId",
}


def marshal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert plain values to DynamoDB's typed form. Raises TypeError for other types."""
    return {name: _typed(value) for name, value in values.items()}


def unmarshal(item: Item) -> dict[str, Any]:
    """Convert DynamoDB's typed form to plain values. Raises KeyError for types never written."""
    return {name: _plain(value) for name, value in item.items()}


def part_attributes(part: Part | None) -> dict[str, Any]:
    """Return the attributes of a part of a payment, without those that have no value."""
    if part is None:
        return {}
    values = {name: getattr(part, field) for field, name in _PARTS[type(part)].items()}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def missing_attributes(part: Part | None) -> list[str]:
    """Return the attributes that a part has no value for: the item may still have old values."""
    if part is None:
        return []
    present = part_attributes(part)
    return [name for name in _PARTS[type(part)].values() if name not in present]


def entry_attributes(entry: Entry) -> dict[str, Any]:
    """Return the attributes of a history entry."""
    attributes = {
        "status": entry.status.value,
        "at": entry.at,
        "by": entry.by.value,
        "writeId": entry.write_id,
        "payloadDigest": entry.payload_digest,
        "observed": entry.observed,
    }
    return {name: value for name, value in attributes.items() if value}


def to_item(payment: Payment) -> dict[str, Any]:
    """Return the item of a payment in DynamoDB's typed form."""
    values = {name: getattr(payment, field) for field, name in _FIELDS.items()}
    optional = {name: getattr(payment, field) for field, name in _OPTIONAL.items()}
    values |= {name: value for name, value in optional.items() if value is not None}
    if payment.next_sync_at is not None:
        values["syncShard"] = shard_of(payment.order_id)
    if payment.previous_attempt_ids:
        values["previousAttemptIds"] = list(payment.previous_attempt_ids)
    values["status"] = payment.status.value
    values["history"] = [entry_attributes(entry) for entry in payment.history]
    for part in (payment.lease, payment.code, payment.failure):
        values |= part_attributes(part)
    if payment.ledger:
        values["money"] = ledger_attributes(payment.ledger, payment.order_id, payment.terms)
    return marshal(values)


def to_payment(item: Item) -> Payment:
    """Return the payment in an item in DynamoDB's typed form."""
    plain = unmarshal(item)
    fields: dict[str, Any] = {field: plain[name] for field, name in _FIELDS.items()}
    fields |= {field: plain.get(name) for field, name in _OPTIONAL.items()}
    terms = Terms(plain["amount"], plain["currency"])
    return Payment(
        **fields,
        previous_attempt_ids=tuple(plain.get("previousAttemptIds", ())),
        status=Status(plain["status"]),
        history=tuple(_to_entry(entry) for entry in plain["history"]),
        lease=_to_part(Lease, plain),
        code=_to_part(IssuedCode, plain),
        failure=_to_part(Failure, plain),
        ledger=to_ledger(plain.get("money", ()), plain["orderId"], terms),
    )


# boto3's serializer is not used: its imports take a twelfth of a callback's cold start.
def _typed(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [_typed(one) for one in value]}
        case dict():
            return {"M": marshal(value)}
    raise TypeError(type(value).__name__)


def _plain(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    return _READERS[kind](value)


def _to_entry(attributes: Mapping[str, Any]) -> Entry:
    return Entry(
        status=Status(attributes["status"]),
        at=attributes["at"],
        by=Source(attributes["by"]),
        write_id=attributes["writeId"],
        payload_digest=attributes.get("payloadDigest", ""),
        observed=attributes.get("observed", ""),
    )


def _to_part[P: Part](kind: type[P], plain: Mapping[str, Any]) -> P | None:
    names = _PARTS[kind]
    if next(iter(names.values())) not in plain:
        return None
    values = {field: plain.get(name) for field, name in names.items()}
    fields: dict[str, Any] = {f: v for f, v in values.items() if v is not None}
    return kind(**{"redirect_url": None} | fields if kind is IssuedCode else fields)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": int,
    "BOOL": bool,
    "L": lambda values: [_plain(one) for one in values],
    "M": unmarshal,
}
