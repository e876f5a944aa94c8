"""Payments by what no index has. Each of these reads the whole table, page by page."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payments.aws.payment_items import marshal, to_payment
from payments.domain.sync_schedule import is_unresolved
from payments.domain.transition_table import Status
from payments.ledger.entry import Report

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.payment import Payment

type Seen = Callable[[int], None]
"""Told how many payments were read by now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which payments to list; None is any. Times in epoch milliseconds.

    A payment that was created long ago may have been paid, and so changed, only now.
    """

    statuses: frozenset[Status] = frozenset()
    storefront_id: str | None = None
    created_before: int | None = None
    created_after: int | None = None
    changed_after: int | None = None
    unresolved_at: int | None = None
    """Only payments that are unresolved at this time; see `is_unresolved`."""


def newest(dynamodb: DynamoDBClient, table: str, wanted: Wanted, limit: int) -> list[Payment]:
    """The newest payments that are wanted, the newest first, and no more than `limit`."""
    found = _scan(dynamodb, table, *_filter(wanted))
    if (at := wanted.unresolved_at) is not None:
        found = (one for one in found if is_unresolved(one, at))
    return heapq.nlargest(limit, found, key=lambda one: (one.created_at, one.order_id))


def named(dynamodb: DynamoDBClient, table: str, name: str) -> list[Payment]:
    """Payments that bear a name other than their order id.

    It may be a payment code, any of Finpay's references, or an order id at Finpay.
    """
    # No filter finds a reference within a list of unknown length.
    where = (
        "paymentCode = :name OR gatewayOrderId = :name OR contains(previousAttemptIds, :name)"
        " OR attribute_exists(money)"
    )
    found = _scan(dynamodb, table, where, {":name": name}, {})
    return [one for one in found if name in _names(one)]


def _names(payment: Payment) -> Iterator[str | None]:
    yield payment.code.payment_code if payment.code else None
    yield payment.gateway_order_id
    yield from payment.previous_attempt_ids
    for one in payment.ledger:
        if isinstance(one, Report):
            yield from (one.reference, one.order_reference)


def of_days(dynamodb: DynamoDBClient, table: str, days: range, seen: Seen) -> list[Payment]:
    """Payments that were created, paid or refunded in the days, in the order of their creation."""
    where = "createdAt BETWEEN :first AND :last OR attribute_exists(money)"
    values = {":first": days.start, ":last": days.stop - 1}
    found = _scan(dynamodb, table, where, values, {}, seen)
    return sorted(
        (one for one in found if one.created_at in days or _has_money_of(one, days)),
        key=lambda one: (one.created_at, one.order_id),
    )


def in_question(dynamodb: DynamoDBClient, table: str) -> Iterator[Payment]:
    """Payments with money that an operator has to decide about."""
    for one in _scan(dynamodb, table, "attribute_exists(money)", {}, {}):
        if one.standing.undecided:
            yield one


def _has_money_of(payment: Payment, days: range) -> bool:
    """Whether money came or went back in the days, by Finpay's time or by when it was reported."""
    return any(
        one.recorded_at in days or (one.paid_at is not None and one.paid_at in days)
        for one in payment.ledger
        if isinstance(one, Report)
    )


def _filter(wanted: Wanted) -> tuple[str, dict[str, Any], dict[str, str]]:
    conditions, values, names = [], dict[str, Any](), dict[str, str]()
    if wanted.statuses:
        of = {f":status{n}": one.value for n, one in enumerate(sorted(wanted.statuses))}
        conditions.append(f"#status IN ({', '.join(of)})")
        values |= of
        names = {"#status": "status"}
    if wanted.storefront_id is not None:
        conditions.append("storefrontId = :storefront")
        values[":storefront"] = wanted.storefront_id
    if wanted.created_before is not None:
        conditions.append("createdAt < :before")
        values[":before"] = wanted.created_before
    if wanted.created_after is not None:
        conditions.append("createdAt >= :after")
        values[":after"] = wanted.created_after
    if wanted.changed_after is not None:
        conditions.append("updatedAt >= :changed")
        values[":changed"] = wanted.changed_after
    return " AND ".join(conditions), values, names


def _scan(
    dynamodb: DynamoDBClient,
    table: str,
    where: str,
    values: dict[str, Any],
    names: dict[str, str],
    seen: Seen = lambda _: None,
) -> Iterator[Payment]:
    request: dict[str, Any] = {"TableName": table}
    if where:
        request["FilterExpression"] = where
    if values:
        request["ExpressionAttributeValues"] = marshal(values)
    if names:
        request["ExpressionAttributeNames"] = names
    read = 0
    for page in dynamodb.get_paginator("scan").paginate(**request):
        read += page["ScannedCount"]
        seen(read)
        yield from map(to_payment, page["Items"])
