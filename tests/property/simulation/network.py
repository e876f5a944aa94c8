"""The way from a function to Finpay and back."""

import json
import time

import requests

from payments.domain.errors import GatewayError, NotAttempted
from payments.finpay.http_transport import RawResponse
from payments.ledger.entry import Reporter
from tests.property.simulation.finpay import PREFIX, SimulatedFinpay
from tests.property.simulation.hub import HOUR, MINUTE
from tests.property.simulation.line import Line, LineOf
from tests.property.simulation.process import Process
from tests.property.simulation.watchdog import Watchdog

GARBAGE = (
    (200, b"<html>We will be back soon</html>"),
    (200, b"{"),
    (200, b"[]"),
    (200, b'{"responseCode":2000000}'),
    (200, b'{"responseCode":"2000000","responseMessage":"Success"}'),
    (200, b'{"responseCode":"2000000","data":{"order":{"id":"SOMEBODY-ELSES"}}}'),
    (302, b""),
    (404, b"<html>no such page</html>"),
    (409, b'{"responseCode":"4090001","responseMessage":"Duplicate"}'),
    (500, b'{"responseCode":"5000000","responseMessage":"General Error"}'),
    (502, b"Bad Gateway"),
    (504, b'{"responseCode":"5040000","responseMessage":"Timeout"}'),
)

OK = 200
_NO_ANSWER = ("finpay: request lost", "finpay: request late", "finpay: answer lost")
_ANSWERED = ("finpay: slow", "finpay: sent twice")


class SimulatedTransport:
    """See payments.finpay.http_transport.Transport: sent once, with every way to get lost."""

    def __init__(
        self,
        process: Process,
        finpay: SimulatedFinpay,
        watchdog: Watchdog,
        outages: list[range],
        line_of: LineOf,
    ) -> None:
        self._process = process
        self._finpay = finpay
        self._watchdog = watchdog
        self._outages = outages
        self._line_of = line_of
        self._refused: tuple[float, object] | None = None
        """The call, by its deadline, and the key that Finpay refused last."""

    def __call__(self, request: requests.Request, deadline: float) -> RawResponse:
        endpoint, gateway_order_id = _read(request)
        order_id = self._watchdog.payment_of(gateway_order_id)
        self._watchdog.asks(self._process.function, endpoint, gateway_order_id, order_id)
        known = deadline, request.auth
        is_new = known != self._refused
        self._watchdog.hold("a refused key is not tried again in a call", is_new, endpoint)
        status = 0
        patience = round((deadline - time.monotonic()) * 2) * 500
        try:
            answer = self._send(self._line_of(order_id), request, endpoint, patience)
            status = answer[0]
            if status == requests.codes.unauthorized:
                self._refused = known
        except NotAttempted:
            status = -1
            raise
        finally:
            self._watchdog.asked(
                self._process.function, endpoint, gateway_order_id, order_id, status
            )
        return answer

    def _send(
        self, line: Line, request: requests.Request, endpoint: str, patience: int
    ) -> RawResponse:
        """`patience` is how many milliseconds are left until the deadline."""
        chance, hub = self._process.chance, self._process.hub
        if any(hub.now in outage for outage in self._outages):
            chance.faults["finpay: outage"] += 1
            self._process.spend(chance.one_of((5, 3_000, patience)))
            fail = line.refuse if chance.maybe(0.5) else line.lose
            return fail(request)
        fault = chance.first("finpay: refused", *_NO_ANSWER, "finpay: garbage", *_ANSWERED)
        if fault == "finpay: refused":
            self._process.spend(5)
            return line.refuse(request)
        if fault in _NO_ANSWER:
            return self._lose(line, fault, request, patience)
        if fault == "finpay: garbage":
            return self._garbage(line, request, endpoint)
        return self._answer(line, fault, request, endpoint, patience)

    def _lose(
        self, line: Line, fault: str, request: requests.Request, patience: int
    ) -> RawResponse:
        """The request gets lost, or comes late, or was served and its answer gets lost."""
        chance, hub = self._process.chance, self._process.hub

        def serve_late(arrived: requests.Request) -> None:
            hub.after(arrive, lambda: self._finpay.serve(arrived))

        self._process.spend(chance.between(10, 200))
        try:
            if fault == "finpay: request late":
                late = chance.one_of((2 * MINUTE, HOUR, 48 * HOUR))
                arrive = chance.between(1_000, late)
                return line.swallow(request, serve_late)
            if fault == "finpay: answer lost":
                return line.swallow(request, self._finpay.serve)
            return line.lose(request)
        except GatewayError:
            self._process.spend(chance.one_of((5, patience)))
            raise

    def _garbage(self, line: Line, request: requests.Request, endpoint: str) -> RawResponse:
        chance = self._process.chance
        self._process.spend(chance.between(10, 200))

        def answer(arrived: requests.Request) -> RawResponse:
            if chance.maybe(0.5):
                self._finpay.serve(arrived)
            # A plain success is all that a cancel is answered with, so it is no garbage there.
            return chance.one_of([g for g in GARBAGE if endpoint != "cancel" or g[0] != OK])

        return line.carry(request, answer)

    def _answer(
        self, line: Line, fault: str, request: requests.Request, endpoint: str, patience: int
    ) -> RawResponse:
        chance = self._process.chance
        slow = 15_000 if fault == "finpay: slow" else 200
        there, back = chance.between(10, slow), chance.between(10, 200)

        if fault == "finpay: sent twice":
            self._finpay.serve(request)
        self._process.spend(min(there, patience))
        if there + back >= patience:
            return line.swallow(request, self._finpay.serve)
        answer = line.carry(request, self._finpay.serve)
        self._process.spend(back)
        if endpoint == "check" and answer[0] != requests.codes.unauthorized:
            self._finpay.hear(_read(request)[1], answer[1], Reporter.STATUS_CHECK)
        return answer


def _read(request: requests.Request) -> tuple[str, str]:
    endpoint, _, order_id = request.url.partition(PREFIX)[2].partition("/")
    return endpoint, order_id or json.loads(str(request.data))["order"]["id"]
