"""One world: a seed, some payments, and whatever happens to them until nothing more can."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from greenlet import getcurrent

from testing.circuit import clock_of_the_container, forget_failures
from testing.dynamodb.client import SimulatedDynamoDB
from testing.personal_data import marks
from testing.template import resources
from tests.property.simulation.chance import Chance
from tests.property.simulation.deployed import Sink, deployed
from tests.property.simulation.finpay import Habits, SimulatedFinpay
from tests.property.simulation.hub import DAY, HOUR, MINUTE, Hub
from tests.property.simulation.line import HandedOver, LineOf
from tests.property.simulation.merchant_keys import NEXT_KEY
from tests.property.simulation.process import Process
from tests.property.simulation.service import Service
from tests.property.simulation.shops import Street
from tests.property.simulation.tls_line import TlsLine
from tests.property.simulation.watchdog import Watchdog
from tests.property.simulation.webhooks import Webhooks
from tests.property.simulation.wire import Wire, opened

PAYMENTS = 40
EVERY = 2
"""Every so manieth world has storefronts that are told."""
STORM_MS = 3 * DAY
END_MS = 12 * DAY
SHARDS = 4
FORBIDDEN = [*marks.TEXTS, NEXT_KEY]


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


def a_few(order_id: str) -> bool:
    """Whether it is one of the payments whose requests go over real TLS in every world."""
    return order_id.endswith(("3", "7"))


def simulate(
    seed: int,
    payments: int = PAYMENTS,
    *,
    is_over_tls: Callable[[str], bool] = a_few,
) -> Report:
    """Run a world to its end; raises ViolationError where a promise is broken.

    `is_over_tls` says of an order id whether its requests to Finpay go over real TLS.
    """
    hub, chance, sink = Hub(), Chance(seed), Sink(FORBIDDEN)
    finpay = SimulatedFinpay(hub, Habits.drawn(chance))
    tables = SimulatedDynamoDB(resources("AWS::DynamoDB::Table"), shards=SHARDS)
    watchdog = Watchdog(finpay, tables, FORBIDDEN)
    forget_failures()
    with deployed(sink), clock_of_the_container(_clock), opened(seed) as wire:
        lines_of = _lines(watchdog, wire, is_over_tls)
        service = Service(hub, chance, finpay, watchdog, _windows(hub, chance), lines_of)
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
        if chance.maybe(0.3):
            _plan_rotation(service, finpay)
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


def _lines(
    watchdog: Watchdog, wire: Wire, is_over_tls: Callable[[str], bool]
) -> Callable[[Process], LineOf]:
    """The lines of each process: its own over TLS, and none at all."""

    def lines_of(process: Process) -> LineOf:
        over_tls, handed_over = TlsLine(process, watchdog, wire), HandedOver()
        return lambda order_id: over_tls if is_over_tls(order_id) else handed_over

    return lines_of


def _plan_rotation(service: Service, finpay: SimulatedFinpay) -> None:
    """The merchant's key is rotated: in the secret, and about then at Finpay."""
    hub, chance = service.hub, service.chance
    at = chance.between(10 * MINUTE, 6 * HOUR)
    hub.after(at, lambda: service.keys.rotate(hub.now))
    hub.after(at + chance.between(-10 * MINUTE, 10 * MINUTE), lambda: finpay.take_key(NEXT_KEY))


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


def _clock() -> int:
    """The machine's clock in the process that is at work."""
    now: int = getcurrent().process.own_clock()  # type: ignore[attr-defined]
    return now
