"""The dependencies of the handlers, built from adapters of external systems.

Each dependency is built, and its module imported, when a handler first uses it. A callback, for
example, does not load pydantic or requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from payments import settings
from payments.domain.clock import DAY

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from payments.aws.payments_table import DynamoPayments
    from payments.aws.webhook_queue import SqsEvents
    from payments.callbacks.confirm_with_finpay import ConfirmCallback
    from payments.callbacks.receive_callback import ReceiveCallback
    from payments.domain.clock import Clock
    from payments.domain.gateway_status import GatewayStatus
    from payments.domain.ids import NewId
    from payments.domain.interfaces import Gateway, Quarantine
    from payments.domain.merchant import CredentialSource
    from payments.finpay.http_transport import Transport
    from payments.observability.log_lines import Telemetry
    from payments.services.apply_status import ApplyStatus, StatusUpdate
    from payments.services.cancel import Cancel
    from payments.services.enqueue_due import EnqueueDue
    from payments.services.initiate import Initiate
    from payments.services.reconcile_payment import ReconcilePayment
    from payments.services.resolve_unknown_outcome import Resolve
    from payments.services.sync_status import SyncStatus
    from payments.settings import RequestSettings
    from payments.storefronts.authenticate import Storefronts
    from payments.test_mode.simulated_callbacks import (
        ScheduleSimulatedCallbacks,
        SendSimulatedCallback,
    )
    from payments.webhooks.address_policy import AddressPolicy
    from payments.webhooks.deliver_event import DeliverEvent
    from payments.webhooks.interfaces import WebhookSender
    from payments.webhooks.publish_events import PublishEvents

CONFIRMATION_SECONDS = 2.5
"""Limit of the status check in a callback. Finpay requires a response in under 5 seconds."""


class Adapters(NamedTuple):
    """External systems: AWS clients by name, HTTP to Finpay and storefronts, time, randomness."""

    client: Callable[[str], Any]
    transport: Callable[[], Transport]
    post: Callable[[AddressPolicy], WebhookSender]
    clock: Clock
    new_id: NewId
    chance: Callable[[], float]


class Dependencies:
    """The dependencies of a handler. A property reads its settings when it is built."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    @cached_property
    def telemetry(self) -> Telemetry:
        from payments.observability.log_lines import Telemetry

        return Telemetry()

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
    def _dynamodb(self) -> Any:
        return self._adapters.client("dynamodb")

    @cached_property
    def payments(self) -> DynamoPayments:
        from payments.aws.payments_table import DynamoPayments

        return DynamoPayments(self._dynamodb, settings.tables().payments_table)

    @cached_property
    def _quarantine(self) -> Quarantine:
        from payments.aws.callback_quarantine_table import DynamoQuarantine

        table = settings.tables().quarantine_table
        return DynamoQuarantine(self._dynamodb, table, self._adapters.clock)

    @cached_property
    def storefronts(self) -> Storefronts:
        from payments.storefronts.authenticate import Storefronts

        return Storefronts(self._dynamodb, settings.storefronts_table(), self._adapters.clock)

    @cached_property
    def webhooks_queue(self) -> SqsEvents:
        from payments.aws.webhook_queue import SqsEvents

        return SqsEvents(self._adapters.client("sqs"), settings.webhooks_queue())

    # Finpay

    @cached_property
    def credentials(self) -> CredentialSource:
        # The callback URLs of codes issued before a key rotation are made with the previous key.
        config = settings.finpay()
        return self._credentials_of(config.finpay_secret, config.key_overlap_days * DAY)

    def _credentials_of(self, secret: str, overlap: int) -> CredentialSource:
        from payments.finpay.merchant_credentials import SecretCredentials

        client = self._adapters.client("secretsmanager")
        return SecretCredentials(client, secret, self._adapters.clock, overlap)

    @cached_property
    def _gateway(self) -> Gateway:
        return self._gateway_with()

    def _gateway_with(self, **limits: float) -> Gateway:
        """The client of Finpay, behind the circuit breaker that all functions share."""
        from payments.finpay.circuit_breaker import CircuitBreaker
        from payments.finpay.client import FinpayClient

        config, clock = settings.finpay(), self._adapters.clock
        circuit = CircuitBreaker(
            self._dynamodb, config.circuits_table, clock, self._adapters.transport()
        )
        return FinpayClient(
            config.finpay_base_url,
            self.credentials,
            clock,
            self.telemetry.gateway_call,
            circuit,
            circuit.is_closed,
            **limits,
        )

    @cached_property
    def _apply_status(self) -> ApplyStatus:
        from payments.observability import metrics
        from payments.services.apply_status import ApplyStatus

        observe = partial(metrics.record_status_update, self.telemetry)
        clock, new_id = self._adapters.clock, self._adapters.new_id
        return ApplyStatus(self.payments, self._quarantine, clock, new_id, observe)

    @cached_property
    def _sync_status(self) -> SyncStatus:
        return self._sync_status_of(self._gateway)

    def _sync_status_of(self, gateway: Gateway) -> SyncStatus:
        from payments.services.sync_status import SyncStatus

        return SyncStatus(gateway, self._apply_status, self._adapters.clock)

    @cached_property
    def _resolve(self) -> Resolve:
        from payments.services.resolve_unknown_outcome import Resolve

        clock, new_id = self._adapters.clock, self._adapters.new_id
        return Resolve(
            self.payments, self._gateway, self._sync_status, self._apply_status, clock, new_id
        )

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
        from payments.services.reconcile_payment import ReconcilePayment

        clock, new_id = self._adapters.clock, self._adapters.new_id
        return ReconcilePayment(
            self.payments, self._gateway, self._sync_status, self._resolve, clock, new_id
        )

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
