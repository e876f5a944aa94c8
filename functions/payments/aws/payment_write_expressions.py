"""Requests that store, read, change and delete payments.

Pure functions, so that writes and their conditions can be tested without AWS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from payments.aws.ledger_items import ledger_attributes
from payments.aws.payment_items import (
    LEASE_ATTRIBUTES,
    entry_attributes,
    marshal,
    missing_attributes,
    part_attributes,
    to_item,
)
from payments.domain.sync_schedule import shard_of
from payments.domain.transition_table import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        PutItemInputTypeDef,
        UpdateItemInputTypeDef,
    )

    from payments.domain.payment import Payment
    from payments.domain.payment_change import Change


def reserve(table: str, payment: Payment) -> PutItemInputTypeDef:
    """Return the write that stores a new payment unless its order id is taken."""
    return {
        "TableName": table,
        "Item": to_item(payment),
        "ConditionExpression": "attribute_not_exists(orderId)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def get(table: str, order_id: str) -> GetItemInputTypeDef:
    """Return the read of a payment; consistent, so that a status read sees the last write."""
    return {"TableName": table, "Key": {"orderId": {"S": order_id}}, "ConsistentRead": True}


def withdraw(table: str, order_id: str, lease: str) -> DeleteItemInputTypeDef:
    """Return the delete of a payment that is in its first version and has this lease."""
    return {
        "TableName": table,
        "Key": {"orderId": {"S": order_id}},
        "ConditionExpression": "#status = :initiating AND leaseId = :lease AND #version = :first",
        "ExpressionAttributeNames": {"#status": "status", "#version": "version"},
        "ExpressionAttributeValues": marshal(
            {":initiating": Status.INITIATING.value, ":lease": lease, ":first": 1}
        ),
    }


def change(table: str, wanted: Change) -> UpdateItemInputTypeDef:
    """Return the conditional write of the next version and its history entry.

    Only an INITIATING payment needs a lease, so the write of any other status removes it.
    """
    values: dict[str, Any] = {"status": wanted.entry.status.value, "updatedAt": wanted.entry.at}
    dropped = [] if wanted.entry.status is Status.INITIATING else list(LEASE_ATTRIBUTES)
    for part in (wanted.code, wanted.failure):
        values |= part_attributes(part)
        dropped += missing_attributes(part)
    if wanted.ledger:
        entries, terms = wanted.ledger.entries, wanted.ledger.terms
        values["money"] = ledger_attributes(entries, wanted.order_id, terms)
    if wanted.next_attempt:
        values["gatewayOrderId"] = wanted.next_attempt.gateway_order_id
        values["previousAttemptIds"] = list(wanted.next_attempt.previous)
    if wanted.next_sync:
        scheduled = _sync_index_keys(wanted.order_id, wanted.next_sync.at)
        values |= scheduled
        # Without syncId, a status sync that is running cannot overwrite this schedule.
        dropped += [name for name in ("syncShard", "nextSyncAt", "syncId") if name not in scheduled]
    conditions, required = _conditions(wanted)
    sets = [f"#{name} = :{name}" for name in values]
    sets += ["#version = #version + :one", "#history = list_append(#history, :entry)"]
    remove = f" REMOVE {', '.join(f'#{name}' for name in dropped)}" if dropped else ""
    names = {"status", "version", "history", *values, *dropped, *_named(conditions)}
    return {
        "TableName": table,
        "Key": {"orderId": {"S": wanted.order_id}},
        "UpdateExpression": f"SET {', '.join(sets)}{remove}",
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": marshal(
            {":one": 1, ":entry": [entry_attributes(wanted.entry)]}
            | {f":{name}": value for name, value in values.items()}
            | required
        ),
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _conditions(wanted: Change) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions of a change and the values in them."""
    values: dict[str, Any] = {
        f":from{n}": status.value for n, status in enumerate(sorted(wanted.sources))
    }
    conditions = [f"#status IN ({', '.join(values)})"]
    required: dict[str, Any] = {
        "amount": wanted.amount,
        "currency": wanted.currency,
        "version": wanted.version,
        "leaseId": wanted.lease,
    }
    for name, value in required.items():
        if value is not None:
            conditions.append(f"#{name} = :required_{name}")
            values[f":required_{name}"] = value
    if wanted.gateway_order_id is not None:
        known = "#gatewayOrderId = :known"
        earlier = "contains(#previousAttemptIds, :known)"
        conditions.append(known if wanted.only_current else f"({known} OR {earlier})")
        values[":known"] = wanted.gateway_order_id
    return conditions, values


def _named(conditions: list[str]) -> set[str]:
    return set(re.findall(r"#(\w+)", " ".join(conditions)))


def _sync_index_keys(order_id: str, at: int | None) -> dict[str, Any]:
    """Return the keys of the index of due payments. An item without them is not in the index."""
    return {} if at is None else {"syncShard": shard_of(order_id), "nextSyncAt": at}
