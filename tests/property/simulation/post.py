"""The way from the function to a storefront's backend."""

from collections.abc import Mapping

from greenlet import getcurrent

from payments.webhooks.delivery_attempt import EndpointResponse
from tests.property.simulation.backends import Backends
from tests.property.simulation.process import Process
from tests.property.simulation.watchdog import Watchdog

_PATIENCE_MS = 10_000


class SimulatedPost:
    """See ports.PostWebhook. Which message it is for stands on the greenlet that it runs in."""

    def __init__(self, process: Process, backends: Backends, watchdog: Watchdog) -> None:
        self._process = process
        self._backends = backends
        self._watchdog = watchdog

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> EndpointResponse:
        turn = getcurrent().turn  # type: ignore[attr-defined]
        chance = self._process.chance
        self._process.spend(chance.between(5, 300))
        self._watchdog.sends(turn, url, headers, body)
        reply = self._backends.receive(url, body)
        self._process.spend(_PATIENCE_MS if reply.why == "timeout" else chance.between(5, 300))
        self._watchdog.replied(turn, reply)
        return reply
