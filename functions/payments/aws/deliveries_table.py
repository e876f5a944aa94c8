"""The delivery log: what storefronts were told, when, and what came of it.

One item for each event, under its payment's order id and version. It keeps the event's bytes, which
are the payment as its storefront sees it, so that the same event can be sent again; of what the
receiver answered it keeps the status and nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from payments.aws.errors import translated
from payments.aws.items import marshal, unmarshal
from payments.webhooks.attempts import Attempt, Outcome
from payments.webhooks.events import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, UpdateItemInputTypeDef

KEPT_DAYS = 90
_EVENT = {
    "id": "eventId",
    "type": "type",
    "storefront_id": "storefrontId",
    "url": "webhookUrl",
    "body": "body",
}
_ATTEMPT = {
    "at": "at",
    "took_ms": "tookMs",
    "outcome": "outcome",
    "status": "status",
    "why": "why",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the attempts to deliver it, oldest first."""

    event: Event
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class DynamoDeliveries:
    """The deliveries table; see ports.Deliveries."""

    client: DynamoDBClient
    table: str

    def note(self, event: Event, attempt: Attempt) -> None:
        """Add an attempt to the event's log; the log is kept for 90 days after the last one."""
        with translated():
            self.client.update_item(**note(self.table, event, attempt))

    def of(self, order_id: str) -> list[Told]:
        """What a payment's storefront was told of it, oldest version first."""
        with translated():
            # A payment has a few dozen versions at most, so one page of 1 MB holds them all.
            answer = self.client.query(**of(self.table, order_id))
        return [_told(item) for item in answer["Items"]]


def note(table: str, event: Event, attempt: Attempt) -> UpdateItemInputTypeDef:
    """Add one attempt; the first one brings the event itself."""
    values = {name: getattr(event, field) for field, name in _EVENT.items()}
    sets = [f"#{name} = :{name}" for name in values]
    sets += [
        "deleteAt = :deleteAt",
        "attempts = list_append(if_not_exists(attempts, :none), :attempt)",
    ]
    entry = {_ATTEMPT[field]: value for field, value in asdict(attempt).items() if value}
    return {
        "TableName": table,
        "Key": marshal({"orderId": event.order_id, "version": event.version}),
        "UpdateExpression": f"SET {', '.join(sets)}",
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": marshal(
            {f":{name}": value for name, value in values.items()}
            | {":deleteAt": attempt.at // 1000 + KEPT_DAYS * 86_400}
            | {":none": [], ":attempt": [entry]}
        ),
    }


def of(table: str, order_id: str) -> QueryInputTypeDef:
    """All events of a payment."""
    return {
        "TableName": table,
        "KeyConditionExpression": "orderId = :id",
        "ExpressionAttributeValues": marshal({":id": order_id}),
        "ConsistentRead": True,
    }


def _told(item: dict[str, Any]) -> Told:
    plain = unmarshal(item)
    event = Event(
        order_id=plain["orderId"],
        version=plain["version"],
        **{field: plain[name] for field, name in _EVENT.items()},
    )
    return Told(event, tuple(map(_attempt, plain["attempts"])))


def _attempt(attributes: dict[str, Any]) -> Attempt:
    status = attributes.get("status")
    return Attempt(
        at=int(attributes["at"]),
        took_ms=int(attributes.get("tookMs", 0)),
        outcome=Outcome(attributes["outcome"]),
        status=None if status is None else int(status),
        why=attributes.get("why", ""),
    )
