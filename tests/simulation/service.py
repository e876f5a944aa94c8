"""The deployed service, simulated: real handlers in processes that come and go."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Never, cast
from unittest import mock

from greenlet import getcurrent

from finpay_callback.app import lambda_handler as callback_handler
from payments import composition
from payments.parts import Parts, World
from payments.review import Review
from payments.settle import Settle
from payments.store import DynamoPayments, DynamoQuarantine
from reconcile.app import lambda_handler as reconcile_handler
from storefront_api.app import lambda_handler as api_handler
from tests.simulation.chance import Chance
from tests.simulation.cloud import FaultyDynamoDB, Queue, Secrets, Sqs
from tests.simulation.finpay import SimulatedFinpay
from tests.simulation.hub import MINUTE, Hub
from tests.simulation.network import SimulatedExchange
from tests.simulation.process import SKEW_MS, DiedError, Process
from tests.simulation.watchdog import Watchdog
from tests.template import environment, functions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Event = dict[str, Any]

HANDLERS: dict[str, Callable[[Event, Any], Any]] = {
    "StorefrontApi": api_handler,
    "FinpayCallback": callback_handler,
    "Reconcile": reconcile_handler,
}
_BUILD = {
    "StorefrontApi": Parts.storefront_api,
    "FinpayCallback": Parts.finpay_callback,
    "Reconcile": Parts.reconcile,
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
    ) -> None:
        self.hub, self.chance, self.finpay, self.watchdog = hub, chance, finpay, watchdog
        self.tables = watchdog.tables
        self.queue = Queue(hub, self._consume)
        self._outages = outages
        self._idle: dict[str, list[Process]] = {name: [] for name in HANDLERS}
        self._ticks: set[int] = set()
        self._deadlines = {name: functions()[name]["Timeout"] * 1000 for name in HANDLERS}

    def invoke(self, function: str, event: Event) -> Any:
        """The handler's answer, or None if its process died. For work that may wait."""
        if self._idle[function] and not self.chance.maybe(0.1):
            process = self._idle[function].pop()
        else:
            process = self._new_process(function)
        process.ends_at = self.hub.now + self._deadlines[function]
        getcurrent().process = process  # type: ignore[attr-defined]
        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda: process.ends_at - self.hub.now
        )
        try:
            answer = HANDLERS[function](event, context)
        except DiedError:
            self.watchdog.note("died", function)
            return None
        except Exception as error:
            # Lambda tells its caller that the function failed.
            if type(error).__name__ != "JobFailed":
                raise
            answer = None
        self._idle[function].append(process)
        return answer

    def _new_process(self, function: str) -> Process:
        chance = self.chance
        process = Process(self.hub, chance, function, chance.between(-SKEW_MS, SKEW_MS))
        clients: dict[str, Callable[[], Any]] = {
            "dynamodb": lambda: FaultyDynamoDB(process, self.tables),
            "secretsmanager": lambda: Secrets(process),
            "sqs": lambda: Sqs(process, self.queue),
        }
        world = World(
            client=lambda name: clients[name](),
            exchange=lambda: SimulatedExchange(process, self.finpay, self.watchdog, self._outages),
            post=_no_webhooks,
            clock=process.clock,
            new_id=chance.mark,
            chance=lambda: 0.5,
        )
        process.parts = _BUILD[function](Parts(world))
        return process

    def operator(self) -> Review:
        """The operator's command, on tables that answer him."""
        chance = self.chance
        payments = DynamoPayments(cast("DynamoDBClient", self.tables), "PaymentsTable")
        quarantine = DynamoQuarantine(payments.client, "QuarantineTable", lambda: self.hub.now)
        settle = Settle(payments, quarantine, lambda: self.hub.now, chance.mark)
        return Review(payments, settle)

    def schedule(self) -> None:
        """Let the schedule run at the next minute at which there is something to do.

        It runs every minute in truth; the runs that find nothing due are left out here.
        """
        due = [row.due_at for row in self.watchdog.rows.values() if row.due_at is not None]
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


class Sink:
    """Takes the place of standard output, and looks at what is printed."""

    def __init__(self, forbidden: list[str]) -> None:
        self.leaks: list[str] = []
        self.last: deque[str] = deque(maxlen=20)
        self._forbidden = forbidden

    def write(self, text: str) -> int:
        self.last.append(text.strip())
        folded = text.casefold()
        self.leaks += [word for word in self._forbidden if word in folded]
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def deployed(sink: Sink) -> Iterator[None]:
    """The environment of template.yaml, and handlers that find the parts of their process."""
    variables = {name: value for f in HANDLERS for name, value in environment(f).items()}
    variables |= {
        "FINPAY_BASE_URL": "https://finpay.example",
        "CALLBACK_BASE_URL": "https://api.example",
        "SOURCES_OF_FUNDS": "finpaycode",
        "KEY_OVERLAP_DAYS": "7",
        "POWERTOOLS_SERVICE_NAME": "simulation",
    }
    of_process = lambda: getcurrent().process.parts  # type: ignore[attr-defined]  # noqa: E731
    with (
        mock.patch.dict(os.environ, {k: str(v) for k, v in variables.items()}, clear=True),
        mock.patch.object(sys, "stdout", sink),
        mock.patch.multiple(
            composition,
            storefront_api=of_process,
            finpay_callback=of_process,
            reconcile=of_process,
        ),
    ):
        yield


def _no_webhooks(_: object) -> Never:
    """No function in this simulation tells storefronts anything."""
    raise NotImplementedError
