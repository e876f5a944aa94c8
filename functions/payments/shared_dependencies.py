"""The dependencies that several use cases share: tables, Finpay, and how a status is applied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from payments import settings
from payments.domain.clock import DAY

if TYPE_CHECKING:
    from payments.aws.payments_table import DynamoPayments
    from payments.domain.clock import Clock
    from payments.domain.ids import NewId
    from payments.domain.interfaces import Gateway, Quarantine
    from payments.domain.merchant import CredentialSource
    from payments.finpay.http_transport import Transport
    from payments.observability.log_lines import Telemetry
    from payments.services.apply_status import ApplyStatus
    from payments.services.resolve_unknown_outcome import Resolve
    from payments.services.sync_status import SyncStatus
    from payments.side_by_side import SideBySide
    from payments.webhooks.address_policy import AddressPolicy
    from payments.webhooks.interfaces import WebhookSender


class Adapters(NamedTuple):
    """External systems: AWS clients by name, HTTP to Finpay and storefronts, time, randomness.

    And threads: how work is done side by side.
    """

    client: Callable[[str], Any]
    transport: Callable[[], Transport]
    post: Callable[[AddressPolicy], WebhookSender]
    clock: Clock
    new_id: NewId
    chance: Callable[[], float]
    side_by_side: Callable[[], SideBySide]


class SharedDependencies:
    """What several use cases are built from. A property reads its settings when it is built."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    @cached_property
    def telemetry(self) -> Telemetry:
        from payments.observability.log_lines import Telemetry

        return Telemetry()

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
        """The client of Finpay, behind the circuits that all functions share."""
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
            circuit.initiates_of,
            circuit.is_closed,
            is_recovering=circuit.is_recovering,
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
