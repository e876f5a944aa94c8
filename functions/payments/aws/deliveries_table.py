"""The delivery log: the events of payments and the attempts to deliver them.

Each event is one item under the order id and the version of its payment. A version can also have an
event about the excess, which is stored under the negative version. The item has the body of
the event, which is the payment as storefronts see it, so that the same event can be sent again. Of
the response of a webhook endpoint, it has only the HTTP status.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from payments.aws.payment_items import marshal, unmarshal
from payments.aws.sdk_errors import translated
from payments.webhooks.delivery_attempt import DeliveryAttempt, DeliveryOutcome
from payments.webhooks.events import OVERPAID, Event

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
    """An event and its delivery attempts, oldest first."""

    event: Event
    attempts: tuple[DeliveryAttempt, ...]


@dataclass(frozen=True, slots=True)
class DynamoDeliveries:
    """The deliveries table; implements `webhooks.interfaces.Deliveries`."""

    client: DynamoDBClient
    table: str

    def note(self, event: Event, attempt: DeliveryAttempt) -> None:
        """Add a delivery attempt to the event. The item expires 90 days after the last attempt."""
        with translated():
            self.client.update_item(**note(self.table, event, attempt))

    def of(self, order_id: str) -> list[Told]:
        """Return the events of a payment with their delivery attempts, oldest version first."""
        with translated():
            # A payment has at most a few dozen versions, so one page (1 MB) has all of them.
            answer = self.client.query(**of(self.table, order_id))
        told = map(_told, answer["Items"])
        return sorted(told, key=lambda one: (one.event.version, one.event.id))


def note(table: str, event: Event, attempt: DeliveryAttempt) -> UpdateItemInputTypeDef:
    """Return the write that adds a delivery attempt. The first one also stores the event."""
    values = {name: getattr(event, field) for field, name in _EVENT.items()}
    sets = [f"#{name} = :{name}" for name in values]
    sets += [
        "deleteAt = :deleteAt",
        "attempts = list_append(if_not_exists(attempts, :none), :attempt)",
    ]
    entry = {_ATTEMPT[field]: value for field, value in asdict(attempt).items() if value}
    return {
        "TableName": table,
        "Key": marshal({"orderId": event.order_id, "version": _key_of(event)}),
        "UpdateExpression": f"SET {', '.join(sets)}",
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": marshal(
            {f":{name}": value for name, value in values.items()}
            | {":deleteAt": attempt.at // 1000 + KEPT_DAYS * 86_400}
            | {":none": [], ":attempt": [entry]}
        ),
    }


def _key_of(event: Event) -> int:
    return -event.version if event.type == OVERPAID else event.version


def of(table: str, order_id: str) -> QueryInputTypeDef:
    """Return the query for all events of a payment."""
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
        version=abs(plain["version"]),
        **{field: plain[name] for field, name in _EVENT.items()},
    )
    return Told(event, tuple(map(_attempt, plain["attempts"])))


def _attempt(attributes: dict[str, Any]) -> DeliveryAttempt:
    status = attributes.get("status")
    return DeliveryAttempt(
        at=int(attributes["at"]),
        took_ms=int(attributes.get("tookMs", 0)),
        outcome=DeliveryOutcome(attributes["outcome"]),
        status=None if status is None else int(status),
        why=attributes.get("why", ""),
    )
