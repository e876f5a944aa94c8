"""Bugs in what tells storefronts; see tests.property.simulation.bugs."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from unittest import mock
from weakref import WeakKeyDictionary

from payment_stream import app as stream_app
from payments.aws.deliveries_table import DynamoDeliveries
from payments.aws.payments_table import DynamoPayments
from payments.aws.stream_records import read_changes
from payments.aws.webhook_queue import SqsEvents
from payments.domain.errors import Unavailable
from payments.storefronts.webhook_endpoints import DynamoReceivers
from payments.webhooks import deliver_event, events, publish_events
from payments.webhooks.deliver_event import DeliverEvent, Delivery
from payments.webhooks.delivery_attempt import DeliveryOutcome, EndpointResponse
from payments.webhooks.events import Event, current_event
from payments.webhooks.publish_events import PublishEvents
from payments.webhooks.retry_policy import RetryPolicy
from payments.webhooks.signature import signed_headers
from tests.property.simulation.planting import bug, method

# Events


@bug
def the_attempt_is_part_of_the_events_id() -> Any:
    def attempt(real: Any, self: DeliverEvent, event: Event, number: int) -> Any:
        return real(self, replace(event, id=f"{event.id}_{number}"), number)

    return method(DeliverEvent, "__call__", attempt)


@bug
def the_body_is_made_anew_at_each_attempt() -> Any:
    def attempt(real: Any, self: Any, event: Event, number: int) -> Any:
        payments = DynamoPayments(self.receivers.dynamodb, "PaymentsTable")
        payment = payments.get(event.order_id)
        assert payment
        latest = current_event(payment)
        assert latest
        return real(self, replace(event, body=latest.body), number)

    return method(DeliverEvent, "__call__", attempt)


@bug
def every_change_makes_an_event() -> Any:
    return mock.patch.object(
        publish_events,
        "events_of",
        lambda _, after: [event for event in (current_event(after),) if event],
    )


@bug
def late_money_is_told_as_paid() -> Any:
    return mock.patch.object(events, "PAID_LATE", "payment.paid")


# From the stream into the queue


@bug
def events_are_lost_when_the_queue_fails() -> Any:
    def run(real: Any, self: PublishEvents, changes: Any) -> int:
        with suppress(Unavailable):
            return int(real(self, changes))
        return 0

    return method(PublishEvents, "__call__", run)


@bug
def events_that_the_queue_did_not_take_are_lost() -> Any:
    class Contented:
        def __init__(self, client: Any) -> None:
            self._client = client

        def send_message_batch(self, **request: Any) -> dict[str, Any]:
            self._client.send_message_batch(**request)
            return {}

    def send(real: Any, self: SqsEvents, events: Any) -> None:
        client: Any = Contented(self.client)
        real(replace(self, client=client), events)

    return method(SqsEvents, "send", send)


@bug
def a_change_that_cannot_be_read_is_skipped() -> Any:
    def skip(writes: Iterable[Mapping[str, Any]]) -> Any:
        return [change for written in writes for change in read_changes([written])[0]], ""

    return mock.patch.object(stream_app, "read_changes", skip)


# Attempts


@bug
def a_failed_webhook_is_not_postponed() -> Any:
    return method(SqsEvents, "postpone", lambda *_: None)


@bug
def a_webhooks_retry_after_is_ignored() -> Any:
    def pause_after(real: Any, self: RetryPolicy, attempt: int, _: Any, chance: float) -> Any:
        return real(self, attempt, None, chance)

    return method(RetryPolicy, "pause_after", pause_after)


@bug
def a_receivers_failure_counts_as_delivered() -> Any:
    def attempt(real: Any, self: DeliverEvent, event: Event, number: int) -> Delivery:
        delivery: Delivery = real(self, event, number)
        return Delivery(delivery.attempt) if delivery.attempt.status == 500 else delivery

    return method(DeliverEvent, "__call__", attempt)


@bug
def our_own_failures_use_up_the_attempts() -> Any:
    return method(DeliverEvent, "pause_after", lambda *_: 180)


@bug
def the_last_attempt_drops_the_event() -> Any:
    def attempt(real: Any, self: DeliverEvent, event: Event, number: int) -> Delivery:
        delivery: Delivery = real(self, event, number)
        return replace(delivery, pause=delivery.pause or None)

    return method(DeliverEvent, "__call__", attempt)


@bug
def nobody_remembers_that_an_endpoint_is_gone() -> Any:
    return method(DynamoReceivers, "disable", lambda *_: None)


@bug
def every_refusal_disables_the_endpoint() -> Any:
    real = deliver_event.outcome_of

    def outcome(reply: EndpointResponse) -> DeliveryOutcome:
        return DeliveryOutcome.GONE if reply.status == 500 else real(reply)

    return mock.patch.object(deliver_event, "outcome_of", outcome)


@bug
def what_was_told_is_not_logged() -> Any:
    return method(DynamoDeliveries, "note", lambda *_: None)


# Signatures


@bug
def only_the_newest_secret_signs() -> Any:
    def headers(event_id: str, at: int, body: bytes, secrets: Any) -> dict[str, str]:
        return signed_headers(event_id, at, body, secrets[:1])

    return mock.patch.object(deliver_event, "signed_headers", headers)


@bug
def other_bytes_are_signed_than_are_sent() -> Any:
    def headers(event_id: str, at: int, body: bytes, secrets: Any) -> dict[str, str]:
        return signed_headers(event_id, at, body.replace(b":", b": "), secrets)

    return mock.patch.object(deliver_event, "signed_headers", headers)


@bug
def a_rotated_secret_is_never_read() -> Any:
    # Each process has a client of its own, so that this is what each process remembers.
    known: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()

    def of(real: Any, self: DynamoReceivers, storefront_id: str) -> Any:
        receivers = known.setdefault(self.dynamodb, {})
        if storefront_id not in receivers:
            receivers[storefront_id] = real(self, storefront_id)
        return receivers[storefront_id]

    return method(DynamoReceivers, "of", of)
