"""One world: a seed, some payments, and whatever happens to them until nothing more can."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import SimpleNamespace
from typing import Self
from unittest import mock

from aws_lambda_powertools.utilities.circuit_breaker import base as breaker
from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as states
from aws_lambda_powertools.utilities.circuit_breaker.persistence import dynamodb as stored_states

from testing.circuit import forget_failures
from testing.dynamodb.client import SimulatedDynamoDB
from testing.personal_data import marks
from testing.template import resources
from tests.property.simulation.chance import Chance
from tests.property.simulation.deployed import Sink, deployed
from tests.property.simulation.finpay import Habits, SimulatedFinpay
from tests.property.simulation.hub import DAY, HOUR, MINUTE, Hub
from tests.property.simulation.service import Service
from tests.property.simulation.shops import Street
from tests.property.simulation.watchdog import Watchdog
from tests.property.simulation.webhooks import Webhooks

PAYMENTS = 40
EVERY = 2
"""Every so manieth world has storefronts that are told."""
STORM_MS = 3 * DAY
END_MS = 12 * DAY
SHARDS = 4
FORBIDDEN = list(marks.TEXTS)


@dataclass
class Report:
    """What happened in some worlds."""

    worlds: int = 0
    payments: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    trace: str = ""

    def __add__(self, other: "Report") -> "Report":
        return Report(
            self.worlds + other.worlds,
            self.payments + other.payments,
            self.faults + other.faults,
            self.checked + other.checked,
            self.statuses + other.statuses,
        )


def simulate(seed: int, payments: int = PAYMENTS) -> Report:
    """Run a world to its end; raises ViolationError where a promise is broken."""
    hub, chance, sink = Hub(), Chance(seed), Sink(FORBIDDEN)
    finpay = SimulatedFinpay(hub, Habits.drawn(chance))
    tables = SimulatedDynamoDB(resources("AWS::DynamoDB::Table"), shards=SHARDS)
    watchdog = Watchdog(finpay, tables, FORBIDDEN)
    with deployed(sink), _breaker_time(hub):
        service = Service(hub, chance, finpay, watchdog, _windows(hub, chance))
        finpay.on_change = watchdog.finpay_changed
        webhooks = _webhooks(seed, service, sink) if seed % EVERY == 0 else None

        def on_row() -> None:
            service.schedule()
            if webhooks:
                webhooks.wake()

        watchdog.on_row = on_row
        street = Street(hub, chance, service, finpay, watchdog, _blackout(hub, chance))
        for number in range(payments):
            street.open_order(number)
        finpay.on_cancel = street.on_cancel
        if chance.maybe(0.3):
            hub.after(chance.between(0, HOUR), street.stranger)
        start = hub.now
        hub.run(start + STORM_MS)
        chance.stormy = False
        if webhooks:
            webhooks.chance.stormy = False
        hub.run(start + END_MS)
        watchdog.end(sink.leaks)
    return Report(
        worlds=1,
        payments=payments,
        faults=chance.faults + (webhooks.chance.faults if webhooks else Counter()),
        checked=watchdog.checked,
        statuses=Counter(row.status.value for row in watchdog.rows.values()),
        trace=watchdog.trace.hexdigest(),
    )


def _webhooks(seed: int, service: Service, sink: Sink) -> Webhooks:
    def forbid(word: str) -> None:
        sink.forbid(word)
        service.watchdog.forbid(word)

    return Webhooks(seed, service, forbid)


def _windows(hub: Hub, chance: Chance) -> list[range]:
    """When Finpay is down altogether."""
    if not chance.stormy or chance.maybe(0.6):
        return []
    starts = [hub.now + chance.between(0, 3 * HOUR) for _ in range(chance.between(1, 3))]
    return [range(at, at + chance.between(MINUTE, 40 * MINUTE)) for at in starts]


def _blackout(hub: Hub, chance: Chance) -> range:
    """When no callback gets through: longer than Finpay tries."""
    if chance.maybe(0.7):
        return range(0)
    at = hub.now + chance.between(0, HOUR)
    return range(at, at + 3 * HOUR)


@contextmanager
def _breaker_time(hub: Hub) -> Iterator[None]:
    """The circuit breaker reads the clock by itself; here it reads the simulated one."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(hub.now / 1000, tz)

    clock = SimpleNamespace(datetime=Now)
    forget_failures()
    with ExitStack() as patches:
        for module in (breaker, states, stored_states):
            patches.enter_context(mock.patch.object(module, "dt", clock))
        yield
