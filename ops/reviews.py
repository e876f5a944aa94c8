"""Payments that wait for a person's decision, and that decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.payment_items import to_payment
from payments.aws.payments_table import DynamoPayments
from payments.domain import clock, ids
from payments.domain.transition_table import Status, Trigger
from payments.services.apply_status import ApplyStatus
from payments.services.review_decision import Review

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from payments.domain.payment import Payment


def waiting(dynamodb: DynamoDBClient, table: str) -> Iterator[Payment]:
    """All payments in REVIEW. Reads the whole table, since they are rare and in no index."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#status = :review",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":review": {"S": Status.REVIEW.value}},
    )
    for page in pages:
        yield from map(to_payment, page["Items"])


def apply_status(
    dynamodb: DynamoDBClient, tables: tuple[str, str], order_id: str, trigger: Trigger
) -> Payment:
    """The payment after an operator's decision; raises what review_decision.Review raises.

    `tables` are those of payments and of the quarantine.
    """
    payments_table, quarantine_table = tables
    payments = DynamoPayments(dynamodb, payments_table)
    quarantine = DynamoQuarantine(dynamodb, quarantine_table, clock.now)
    review = Review(payments, ApplyStatus(payments, quarantine, clock.now, ids.new_id))
    return review(order_id, trigger)


def line(payment: Payment) -> str:
    """A payment in one line: order id, status, what was ordered and what came, in rupiah."""
    received = payment.received
    came = "unknown" if received is None or received.paid_amount is None else received.paid_amount
    reference = received.reference if received else None
    return (
        f"{payment.order_id}  {payment.status}  ordered {payment.amount} {payment.currency}"
        f"  paid {came}  reference {reference or 'none'}"
    )
