"""The requests that store, read and change payments.

Pure functions: what is written under which condition is read and tested without AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.items import entry_attributes, marshal, part_attributes, to_item
from payments.transitions import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        PutItemInputTypeDef,
        UpdateItemInputTypeDef,
    )

    from payments.claim import Claim
    from payments.payment import Change, Payment


def reserve(table: str, payment: Payment) -> PutItemInputTypeDef:
    """Store a new payment, unless its order id is taken."""
    return {
        "TableName": table,
        "Item": to_item(payment),
        "ConditionExpression": "attribute_not_exists(orderId)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def get(table: str, order_id: str) -> GetItemInputTypeDef:
    """Read a payment, strongly consistent: a storefront must see what it was just told."""
    return {"TableName": table, "Key": {"orderId": {"S": order_id}}, "ConsistentRead": True}


def withdraw(table: str, order_id: str, lease: str) -> DeleteItemInputTypeDef:
    """Remove a reservation, if it still holds the lease and nothing was learnt of it."""
    return {
        "TableName": table,
        "Key": {"orderId": {"S": order_id}},
        "ConditionExpression": "#status = :initiating AND leaseId = :lease",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": marshal(
            {":initiating": Status.INITIATING.value, ":lease": lease}
        ),
    }


def change(table: str, wanted: Change) -> UpdateItemInputTypeDef:
    """One conditional write: the next version with its history entry, or nothing at all.

    A payment that left INITIATING needs no lease, so that goes with any change of status.
    """
    values: dict[str, Any] = {"status": wanted.entry.status.value, "updatedAt": wanted.entry.at}
    for part in (wanted.code, wanted.failure, wanted.settled):
        values |= part_attributes(part)
    required = _required(wanted)
    sources = {f":from{n}": status.value for n, status in enumerate(sorted(wanted.sources))}
    conditions = [f"#status IN ({', '.join(sources)})"]
    conditions += [f"#{name} = :required_{name}" for name in required]
    sets = [f"#{name} = :{name}" for name in values]
    sets += ["#version = #version + :one", "#history = list_append(#history, :entry)"]
    names = {"version", "history", *values, *required}
    drop = "" if wanted.entry.status is Status.INITIATING else " REMOVE leaseId, leaseUntil"
    return {
        "TableName": table,
        "Key": {"orderId": {"S": wanted.order_id}},
        "UpdateExpression": f"SET {', '.join(sets)}{drop}",
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": marshal(
            {":one": 1, ":entry": [entry_attributes(wanted.entry)]}
            | sources
            | {f":{name}": value for name, value in values.items()}
            | {f":required_{name}": value for name, value in required.items()}
        ),
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _required(wanted: Change) -> dict[str, Any]:
    required = {
        "amount": wanted.amount,
        "currency": wanted.currency,
        "version": wanted.version,
    }
    return {name: value for name, value in required.items() if value is not None}


def quarantine(table: str, item: dict[str, Any], claim: Claim | None) -> PutItemInputTypeDef:
    """Keep what a callback claimed, never its body."""
    claimed = (
        {
            "claimedStatus": claim.status,
            "claimedAmount": claim.paid_amount if claim.paid_amount_given else claim.amount,
            "claimedCurrency": claim.currency,
            "finpayReference": claim.reference,
        }
        if claim
        else {}
    )
    present = {name: value for name, value in claimed.items() if value is not None}
    return {"TableName": table, "Item": marshal(item | present)}
