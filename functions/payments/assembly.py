"""Each function's container, put together out of the parts that it uses and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments import settings
from payments.containers import (
    FinpayCallback,
    Mode,
    Notify,
    PaymentStream,
    Reconcile,
    StorefrontApi,
)

if TYPE_CHECKING:
    from payments.claim import Claim
    from payments.initiate import Initiated, Order
    from payments.merchant import Credentials
    from payments.parts import Parts
    from payments.payment import Payment
    from payments.settle import Settlement


def storefront_api(parts: Parts) -> StorefrontApi:
    """What the function storefront_api needs."""

    # Most requests ask for a status, and that waits for no way to Finpay.
    def initiate(order: Order) -> Initiated:
        return parts.initiate(order)

    def cancel(order_id: str, storefront_id: str) -> Settlement:
        return parts.cancel(order_id, storefront_id)

    def plan_scenes(order: Order, payment: Payment) -> None:
        parts.plan_scenes(order, payment)  # imported for a test payment

    def credentials() -> Credentials:
        return parts.credentials.current()

    requests = settings.requests()
    return StorefrontApi(
        initiate, plan_scenes, cancel, parts.payments, credentials, requests, parts.telemetry
    )


def finpay_callback(parts: Parts) -> FinpayCallback:
    """What the function finpay_callback needs."""
    from payments.receive_callback import ReceiveCallback

    def probe(order_id: str, claim: Claim) -> Settlement | None:
        return parts.probe(order_id, claim)  # imported for a callback that does not verify

    receive = ReceiveCallback(parts.settle, parts.quarantine, parts.credentials, probe)
    return FinpayCallback(receive, parts.telemetry)


def reconcile(parts: Parts) -> Reconcile:
    """What the function reconcile needs."""
    from payments.look_queue import SqsLooks
    from payments.reconcile import Look, QueueDue

    queue = SqsLooks(parts.world.client("sqs"), settings.looks_queue())
    clock, new_id = parts.world.clock, parts.world.new_id
    look = Look(parts.payments, parts.gateway, parts.inquire, parts.resolve, clock, new_id)
    return Reconcile(QueueDue(parts.payments, queue, parts.gateway, clock), look, parts.telemetry)


def payment_stream(parts: Parts) -> PaymentStream:
    """What the function payment_stream needs."""
    from payments.announce import Announce
    from payments.event_queue import SqsEvents

    queue = SqsEvents(parts.world.client("sqs"), settings.webhooks_queue())
    return PaymentStream(Announce(queue), parts.telemetry)


def notify(parts: Parts) -> Notify:
    """What the function notify needs."""
    from payments.deliver import Deliver
    from payments.deliveries import DynamoDeliveries
    from payments.event_queue import SqsEvents
    from payments.receivers import DynamoReceivers
    from payments.webhook_schedule import Retries

    to, clock = settings.webhooks(), parts.world.clock
    kms = parts.world.client("kms")
    deliver = Deliver(
        DynamoReceivers(parts.dynamodb, kms, to.storefronts_table, clock),
        parts.post_to(only_loopback=to.only_loopback),
        DynamoDeliveries(parts.dynamodb, to.deliveries_table),
        Retries(to.pauses),
        clock,
        parts.world.chance,
    )
    queue = SqsEvents(parts.world.client("sqs"), to.queue)
    return Notify(deliver, queue, parts.telemetry)


def test_mode(parts: Parts) -> Mode:
    """What the function test_mode needs."""
    from payments.act_out import ActOut
    from payments.credentials import SecretCredentials

    of = settings.test_mode()
    secrets = parts.world.client("secretsmanager")
    # It signs with the current key; what an older one is still good for is no affair of it.
    credentials = SecretCredentials(secrets, of.finpay_secret, parts.world.clock, 0)
    post = parts.post_to(only_loopback=of.only_loopback)
    return Mode(ActOut(credentials, post), parts.telemetry)
