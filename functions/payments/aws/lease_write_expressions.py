"""Requests for leases, status syncs and confirmations, so that one caller at a time asks Finpay.

They do not change the status, so they create no version. Of concurrent callers one succeeds, and
its write id is stored. Pure functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.aws.payment_items import marshal
from payments.domain.sync_schedule import shard_of
from payments.domain.transition_table import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, UpdateItemInputTypeDef

    from payments.domain.payment import Lease

SYNC_INDEX = "next-sync"


def take_lease(
    table: str,
    order_id: str,
    seen: Lease,
    taken: Lease,
    last_attempt_at: int,
    next_sync_at: int | None,
) -> UpdateItemInputTypeDef:
    """Return the write that replaces the expired lease `seen` of an INITIATING payment."""
    values: dict[str, Any] = {
        ":id": taken.id,
        ":until": taken.until,
        ":asked": last_attempt_at,
        ":initiating": Status.INITIATING.value,
        ":seen": seen.id,
    }
    sets = "SET leaseId = :id, leaseUntil = :until, lastAttemptAt = :asked"
    update = f"{sets} REMOVE leaseUnanswered"
    if next_sync_at is not None:
        # Without syncId, a status sync that is running cannot overwrite this schedule.
        update = f"{sets}, nextSyncAt = :due, syncShard = :shard REMOVE leaseUnanswered, syncId"
        values |= {":due": next_sync_at, ":shard": shard_of(order_id)}
    condition = "#status = :initiating AND leaseId = :seen"
    return _conditional_update(table, order_id, update, condition, values, {"#status": "status"})


def update_lease(table: str, order_id: str, lease: Lease) -> UpdateItemInputTypeDef:
    """Return the write that changes the lease of its holder."""
    return _conditional_update(
        table,
        order_id,
        "SET leaseUntil = :until, leaseUnanswered = :unanswered",
        "leaseId = :id",
        {":id": lease.id, ":until": lease.until, ":unanswered": lease.unanswered},
    )


def schedule_sync(table: str, order_id: str, due_at: int) -> UpdateItemInputTypeDef:
    """Return the write that schedules a status sync, unless an earlier one is scheduled.

    Without syncId, a status sync that is running cannot overwrite this schedule.
    """
    return _conditional_update(
        table,
        order_id,
        "SET nextSyncAt = :due, syncShard = :shard, syncRequestedAt = :due REMOVE syncId",
        "attribute_exists(orderId) AND (attribute_not_exists(nextSyncAt) OR nextSyncAt > :due)",
        {":due": due_at, ":shard": shard_of(order_id)},
    )


def begin_sync(
    table: str, order_id: str, due_at: int, next_due_at: int, write_id: str
) -> UpdateItemInputTypeDef:
    """Return the write that begins the status sync due at `due_at` and schedules the next one."""
    return _conditional_update(
        table,
        order_id,
        "SET nextSyncAt = :next, syncId = :writeId",
        "nextSyncAt = :due",
        {":next": next_due_at, ":due": due_at, ":writeId": write_id},
    )


def end_sync(
    table: str, order_id: str, write_id: str, due_at: int | None
) -> UpdateItemInputTypeDef:
    """Return the write that schedules the next status sync; a `due_at` of None ends the schedule.

    Its condition fails if another write changed the schedule since the status sync `write_id`
    began.
    """
    values: dict[str, Any] = {":writeId": write_id}
    if due_at is None:
        update = "REMOVE syncShard, nextSyncAt, syncId"
    else:
        update = "SET nextSyncAt = :due, syncShard = :shard REMOVE syncId"
        values |= {":due": due_at, ":shard": shard_of(order_id)}
    return _conditional_update(table, order_id, update, "syncId = :writeId", values)


def begin_confirmation(
    table: str, order_id: str, now: int, before: int, write_id: str
) -> UpdateItemInputTypeDef:
    """Return the write that begins the confirmation of an unverified callback.

    Its condition fails if a confirmation began since `before` (epoch milliseconds).
    """
    return _conditional_update(
        table,
        order_id,
        "SET confirmationStartedAt = :now, confirmationId = :writeId",
        "attribute_exists(orderId) AND"
        " (attribute_not_exists(confirmationStartedAt) OR confirmationStartedAt < :before)",
        {":now": now, ":before": before, ":writeId": write_id},
    )


def due(table: str, shard: str, now: int, limit: int, start: Any = None) -> QueryInputTypeDef:
    """Return the query for a page of due payments of a shard, the oldest due time first."""
    request: QueryInputTypeDef = {
        "TableName": table,
        "IndexName": SYNC_INDEX,
        "KeyConditionExpression": "syncShard = :shard AND nextSyncAt <= :now",
        "ExpressionAttributeValues": marshal({":shard": shard, ":now": now}),
        "Limit": limit,
    }
    return request | {"ExclusiveStartKey": start} if start else request


def _conditional_update(
    table: str,
    order_id: str,
    update: str,
    condition: str,
    values: dict[str, Any],
    names: dict[str, str] | None = None,
) -> UpdateItemInputTypeDef:
    request: UpdateItemInputTypeDef = {
        "TableName": table,
        "Key": {"orderId": {"S": order_id}},
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": marshal(values),
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return request | {"ExpressionAttributeNames": names} if names else request
