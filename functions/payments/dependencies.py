"""The dependencies of the handlers, built from adapters of external systems.

Each dependency is built, and its module imported, when a handler first uses it. A callback, for
example, does not load pydantic or requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from payments import settings
from payments.shared_dependencies import SharedDependencies

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from payments.aws.webhook_queue import SqsEvents
    from payments.callbacks.confirm_with_finpay import ConfirmCallback
    from payments.callbacks.receive_callback import ReceiveCallback
    from payments.domain.gateway_status import GatewayStatus
    from payments.services.apply_status import StatusUpdate
    from payments.services.cancel import Cancel
    from payments.services.enqueue_due import EnqueueDue
    from payments.services.initiate import Initiate
    from payments.services.reconcile_payment import ReconcilePayment
    from payments.services.sync_status import SyncStatus
    from payments.settings import RequestSettings
    from payments.side_by_side import SideBySide
    from payments.storefronts.authenticate import Storefronts
    from payments.test_mode.simulated_callbacks import (
        ScheduleSimulatedCallbacks,
        SendSimulatedCallback,
    )
    from payments.webhooks.deliver_event import DeliverEvent
    from payments.webhooks.interfaces import WebhookSender
    from payments.webhooks.publish_events import PublishEvents

CONFIRMATION_SECONDS = 2.5
"""Limit of the status check in a callback. Finpay requires a response in under 5 seconds."""


class Dependencies(SharedDependencies):
    """The dependencies of a handler: the use cases, and what only one of them needs."""

    @cached_property
    def instrument(self) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates a handler with Powertools' Logger, Metrics and Tracer, once per container."""
        return cache(self.telemetry.instrument)

    @cached_property
    def resolver_of(self) -> Callable[..., APIGatewayHttpResolver]:
        """Returns the resolver of a router, built once; see api.resolver.new_resolver."""
        from payments.api.resolver import new_resolver

        return cache(partial(new_resolver, self.telemetry))

    @cached_property
    def request_settings(self) -> RequestSettings:
        return settings.requests()

    # AWS

    @cached_property
    def storefronts(self) -> Storefronts:
        from payments.storefronts.authenticate import Storefronts

        return Storefronts(self._dynamodb, settings.storefronts_table(), self._adapters.clock)

    @cached_property
    def webhooks_queue(self) -> SqsEvents:
        from payments.aws.webhook_queue import SqsEvents

        return SqsEvents(self._adapters.client("sqs"), settings.webhooks_queue())

    # Use cases

    @cached_property
    def initiate(self) -> Initiate:
        from payments.services.initiate import Initiate
        from payments.services.request_code import RequestCode

        payments, clock, new_id = self.payments, self._adapters.clock, self._adapters.new_id
        request_code = RequestCode(payments, self._gateway, clock, new_id)
        return Initiate(payments, request_code, self._resolve, clock, new_id)

    @cached_property
    def cancel(self) -> Cancel:
        from payments.services.cancel import Cancel

        return Cancel(
            self.payments, self._gateway, self._sync_status, self._resolve, self._apply_status
        )

    @cached_property
    def receive_callback(self) -> ReceiveCallback:
        from payments.callbacks.receive_callback import ReceiveCallback

        def confirm(order_id: str, reported: GatewayStatus) -> StatusUpdate | None:
            # Built only for an unverified callback; a verified one does not load requests.
            return self._confirm_callback(order_id, reported)

        return ReceiveCallback(self._apply_status, self._quarantine, self.credentials, confirm)

    @cached_property
    def _confirm_callback(self) -> ConfirmCallback:
        from payments.callbacks.confirm_with_finpay import ConfirmCallback

        def sync_status() -> SyncStatus:
            return self._sync_status_of(self._gateway_with(check_seconds=CONFIRMATION_SECONDS))

        return ConfirmCallback(
            self.payments, cache(sync_status), self._adapters.clock, self._adapters.new_id
        )

    @cached_property
    def enqueue_due(self) -> EnqueueDue:
        from payments.aws.status_sync_queue import SqsSyncQueue
        from payments.services.enqueue_due import EnqueueDue

        queue = SqsSyncQueue(self._adapters.client("sqs"), settings.sync_queue())
        return EnqueueDue(self.payments, queue, self._gateway, self._adapters.clock)

    @cached_property
    def sync_payment(self) -> ReconcilePayment:
        from payments.observability import metrics
        from payments.services.reconcile_payment import ReconcilePayment

        return ReconcilePayment(
            self.payments,
            self._gateway,
            self._sync_status,
            self._resolve,
            self._adapters.clock,
            self._adapters.new_id,
            partial(metrics.record_unresolved_payment, self.telemetry),
        )

    @cached_property
    def side_by_side(self) -> SideBySide:
        """Does work at the same time. What the work uses has to be built before."""
        return self._adapters.side_by_side()

    @cached_property
    def publish_events(self) -> PublishEvents:
        from payments.webhooks.publish_events import PublishEvents

        return PublishEvents(self.webhooks_queue)

    @cached_property
    def deliver(self) -> DeliverEvent:
        from payments.aws.deliveries_table import DynamoDeliveries
        from payments.storefronts.webhook_endpoints import DynamoReceivers
        from payments.webhooks.deliver_event import DeliverEvent
        from payments.webhooks.retry_policy import RetryPolicy

        config, clock = settings.webhooks(), self._adapters.clock
        kms = self._adapters.client("kms")
        return DeliverEvent(
            DynamoReceivers(self._dynamodb, kms, config.storefronts_table, clock),
            self._post_to(only_loopback=config.only_loopback),
            DynamoDeliveries(self._dynamodb, config.deliveries_table),
            RetryPolicy(config.pauses),
            clock,
            self._adapters.chance,
        )

    def _post_to(self, *, only_loopback: bool) -> WebhookSender:
        """HTTP to public addresses, or to loopback addresses on the local stack."""
        from payments.webhooks.address_policy import LoopbackAddresses, PublicAddresses, resolve

        return self._adapters.post(
            LoopbackAddresses() if only_loopback else PublicAddresses(resolve)
        )

    # Test mode

    @cached_property
    def schedule_simulated_callbacks(self) -> ScheduleSimulatedCallbacks:
        from payments.test_mode.simulated_callback_queue import SqsSimulatedCallbacks
        from payments.test_mode.simulated_callbacks import ScheduleSimulatedCallbacks

        queue = SqsSimulatedCallbacks(
            self._adapters.client("sqs"), self.request_settings.simulated_callbacks_queue
        )
        return ScheduleSimulatedCallbacks(queue, self._adapters.clock)

    @cached_property
    def send_simulated_callback(self) -> SendSimulatedCallback:
        from payments.test_mode.simulated_callbacks import SendSimulatedCallback

        config = settings.test_mode()
        # Simulated callbacks are signed with the current key only, so the overlap is 0.
        credentials = self._credentials_of(config.finpay_secret, 0)
        return SendSimulatedCallback(credentials, self._post_to(only_loopback=config.only_loopback))
