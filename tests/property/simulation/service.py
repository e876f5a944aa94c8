"""The deployed service, simulated: real handlers in processes that come and go."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from greenlet import getcurrent

from finpay_callback.app import lambda_handler as callback_handler
from notify.app import lambda_handler as notify_handler
from payment_stream.app import lambda_handler as stream_handler
from payments.aws.payments_table import DynamoPayments
from payments.dependencies import Dependencies
from payments.services.review_decision import Review
from payments.shared_dependencies import Adapters
from reconcile.app import lambda_handler as reconcile_handler
from storefront_api.app import lambda_handler as api_handler
from testing.service import Context
from testing.template import functions
from tests.property.simulation.chance import Chance
from tests.property.simulation.cloud import FaultyDynamoDB, Queue, Secrets, Sqs
from tests.property.simulation.finpay import SimulatedFinpay
from tests.property.simulation.hub import MINUTE, Hub
from tests.property.simulation.line import LineOf
from tests.property.simulation.merchant_keys import MerchantKeys
from tests.property.simulation.network import SimulatedTransport
from tests.property.simulation.process import DiedError, Process, skew
from tests.property.simulation.watchdog import Watchdog

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Event = dict[str, Any]
type Clients = Callable[[Process], dict[str, Callable[[], Any]]]

HANDLERS: dict[str, Callable[[Event, Any], Any]] = {
    "StorefrontApi": api_handler,
    "FinpayCallback": callback_handler,
    "Reconcile": reconcile_handler,
    "PaymentStream": stream_handler,
    "Notify": notify_handler,
}


class Service:
    """Invokes functions; a process serves one invocation at a time and may die in it."""

    def __init__(
        self,
        hub: Hub,
        chance: Chance,
        finpay: SimulatedFinpay,
        watchdog: Watchdog,
        outages: list[range],
        lines_of: Callable[[Process], LineOf],
    ) -> None:
        self.hub, self.chance, self.finpay, self.watchdog = hub, chance, finpay, watchdog
        self.tables = watchdog.tables
        self.keys = MerchantKeys()
        self.queue = Queue(hub, self._consume)
        self._outages, self._lines_of = outages, lines_of
        self._idle: dict[str, list[Process]] = {name: [] for name in HANDLERS}
        self._ticks: set[int] = set()
        self._deadlines = {name: functions()[name]["Timeout"] * 1000 for name in HANDLERS}
        asking = ("StorefrontApi", "FinpayCallback", "Reconcile")
        self.outside = dict.fromkeys(asking, (chance, self._around))
        """For each function the chances of its processes, and what makes their clients."""

    def invoke(self, function: str, event: Event) -> Any:
        """The handler's answer, or None if its process died. For work that may wait."""
        process = self._container(function)
        process.ends_at = self.hub.now + self._deadlines[function]
        getcurrent().process = process  # type: ignore[attr-defined]
        context = Context(function, iter(lambda: process.ends_at - self.hub.now, None))
        try:
            answer = HANDLERS[function](event, context)
        except DiedError:
            self.watchdog.note("died", function)
            getcurrent().died = True  # type: ignore[attr-defined]
            return None
        except Exception as error:
            # Lambda tells its caller that the function failed.
            if type(error).__name__ != "JobFailed":
                raise
            answer = None
        process.frozen_at = self.hub.now
        self._idle[function].append(process)
        return answer

    def _container(self, function: str) -> Process:
        """A new container, the one that served last, or one that was frozen for longest."""
        chance, _ = self.outside[function]
        idle = self._idle[function]
        if not idle or chance.maybe(0.1):
            return self._new_process(function)
        if not chance.strikes("container: frozen for long"):
            return idle.pop()
        process = idle.pop(0)
        process.thaw()
        return process

    def _new_process(self, function: str) -> Process:
        chance, around = self.outside[function]
        process = Process(self.hub, chance, function, skew(chance))
        clients = around(process)

        def made(name: str) -> Any:
            return clients[name]()

        adapters = Adapters(
            client=made,
            transport=partial(made, "transport"),
            post=lambda _: made("post"),
            clock=process.clock,
            new_id=chance.write_id,
            chance=chance.random.random,
            side_by_side=lambda: process.side_by_side,
        )
        process.dependencies = Dependencies(adapters)
        return process

    def _around(self, process: Process) -> dict[str, Callable[[], Any]]:
        return {
            "dynamodb": lambda: FaultyDynamoDB(process, self.tables),
            "secretsmanager": lambda: Secrets(process, self.keys),
            "sqs": lambda: Sqs(process, self.queue),
            "transport": lambda: SimulatedTransport(
                process, self.finpay, self.watchdog, self._outages, self._lines_of(process)
            ),
        }

    def operator(self) -> Review:
        """The operator's command, on tables that answer him."""
        chance = self.chance
        payments = DynamoPayments(cast("DynamoDBClient", self.tables), "PaymentsTable")
        return Review(payments, lambda: self.hub.now, chance.write_id)

    def schedule(self) -> None:
        """Let the schedule run at the next minute at which there is something to do.

        It runs every minute in truth; the runs that find nothing due are left out here.
        """
        due = [
            row.next_sync_at for row in self.watchdog.rows.values() if row.next_sync_at is not None
        ]
        if not due:
            return
        tick = max(min(due), self.hub.now + 1) // MINUTE * MINUTE + MINUTE
        if tick not in self._ticks:
            self._ticks.add(tick)
            self.hub.at(tick, lambda: self.hub.start(lambda: self._tick(tick)))

    def _tick(self, tick: int) -> None:
        self._ticks.discard(tick)
        self.invoke("Reconcile", {})
        self.hub.wait(MINUTE // 2)
        self.schedule()

    def _consume(self, batch: list[Event]) -> set[str]:
        records = [
            {"messageId": str(number), "body": message["body"], "eventSource": "aws:sqs"}
            for number, message in enumerate(batch)
        ]
        answer = self.invoke("Reconcile", {"Records": records})
        if answer is None:
            return {record["messageId"] for record in records}
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
