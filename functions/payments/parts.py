"""What the functions are made of, out of what is outside.

Each function imports only what it uses, hence the imports inside the functions below: a callback
must not wait for pydantic and requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from payments import settings
from payments.clock import DAY

if TYPE_CHECKING:
    from payments.act_out import PlanScenes
    from payments.cancel import Cancel
    from payments.clock import Clock
    from payments.exchange import Exchange
    from payments.ids import NewId
    from payments.initiate import Initiate
    from payments.inquire import Inquire
    from payments.ports import CredentialSource, Gateway, PostWebhook, Quarantine
    from payments.probe import Probe
    from payments.resolve import Resolve
    from payments.settle import Settle
    from payments.store import DynamoPayments
    from payments.telemetry import Telemetry
    from payments.webhook_targets import Targets

_PROBE_SECONDS = 2.5  # Finpay wants its callback answered in under 5 s


class World(NamedTuple):
    """What is outside: AWS by service name, the ways to Finpay and receivers, time, randomness."""

    client: Callable[[str], Any]
    exchange: Callable[[], Exchange]
    post: Callable[[Targets], PostWebhook]
    clock: Clock
    new_id: NewId
    chance: Callable[[], float]


class Parts:
    """What the functions are made of. Each part is built when it is first needed."""

    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def telemetry(self) -> Telemetry:
        from payments.telemetry import Telemetry

        return Telemetry()

    @cached_property
    def dynamodb(self) -> Any:
        return self.world.client("dynamodb")

    @cached_property
    def payments(self) -> DynamoPayments:
        from payments.store import DynamoPayments

        return DynamoPayments(self.dynamodb, settings.tables().payments_table)

    @cached_property
    def quarantine(self) -> Quarantine:
        from payments.store import DynamoQuarantine

        table = settings.tables().quarantine_table
        return DynamoQuarantine(self.dynamodb, table, self.world.clock)

    @cached_property
    def credentials(self) -> CredentialSource:
        from payments.credentials import SecretCredentials

        # Codes issued before a rotation are called back at URLs made with the key of then.
        of = settings.finpay()
        return SecretCredentials(
            self.world.client("secretsmanager"),
            of.finpay_secret,
            self.world.clock,
            of.key_overlap_days * DAY,
        )

    @cached_property
    def settle(self) -> Settle:
        from payments import measures
        from payments.settle import Settle

        observe = partial(measures.settled, self.telemetry)
        return Settle(self.payments, self.quarantine, self.world.clock, self.world.new_id, observe)

    @cached_property
    def gateway(self) -> Gateway:
        return self.gateway_with()

    def gateway_with(self, **limits: float) -> Gateway:
        """Finpay, behind the circuit that all functions share."""
        from payments.circuit import Circuit
        from payments.gateway import FinpayGateway

        to, clock = settings.finpay(), self.world.clock
        circuit = Circuit(self.dynamodb, to.circuits_table, clock, self.world.exchange())
        return FinpayGateway(
            to.finpay_base_url,
            self.credentials,
            clock,
            self.telemetry.gateway_call,
            circuit,
            circuit.is_closed,
            **limits,
        )

    @cached_property
    def inquire(self) -> Inquire:
        return self.inquire_of(self.gateway)

    def inquire_of(self, gateway: Gateway) -> Inquire:
        """Status checks by this gateway."""
        from payments.inquire import Inquire

        return Inquire(gateway, self.settle, self.world.clock)

    @cached_property
    def probe(self) -> Probe:
        """With less patience than others: Finpay is waiting itself."""
        from payments.probe import Probe

        def inquire() -> Inquire:
            return self.inquire_of(self.gateway_with(check_seconds=_PROBE_SECONDS))

        return Probe(self.payments, cache(inquire), self.world.clock, self.world.new_id)

    @cached_property
    def resolve(self) -> Resolve:
        from payments.resolve import Resolve

        return Resolve(
            self.payments,
            self.gateway,
            self.inquire,
            self.settle,
            self.world.clock,
            self.world.new_id,
        )

    @cached_property
    def initiate(self) -> Initiate:
        from payments.ask import Ask
        from payments.initiate import Initiate

        payments, clock, new_id = self.payments, self.world.clock, self.world.new_id
        ask = Ask(payments, self.gateway, clock, new_id)
        return Initiate(payments, ask, self.resolve, clock, new_id)

    @cached_property
    def cancel(self) -> Cancel:
        from payments.cancel import Cancel

        return Cancel(self.payments, self.gateway, self.inquire, self.resolve, self.settle)

    @cached_property
    def plan_scenes(self) -> PlanScenes:
        """Only where the deployment has test mode: elsewhere no request gets as far as this."""
        from payments.act_out import PlanScenes
        from payments.scene_queue import SqsScenes

        queue = SqsScenes(self.world.client("sqs"), settings.requests().scenes_queue)
        return PlanScenes(queue, self.world.clock)

    def post_to(self, *, only_loopback: bool) -> PostWebhook:
        """The way out: to public addresses, or on the local stack to this machine."""
        from payments.webhook_targets import LoopbackTargets, PublicTargets, resolve

        return self.world.post(LoopbackTargets() if only_loopback else PublicTargets(resolve))
