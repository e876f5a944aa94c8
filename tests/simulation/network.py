"""The way from a function to Finpay and back."""

import json
import time

import requests

from payments.errors import NotAttempted, OutcomeUnknown
from tests.simulation.finpay import PREFIX, SimulatedFinpay
from tests.simulation.hub import HOUR, MINUTE
from tests.simulation.process import Process
from tests.simulation.watchdog import Watchdog

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


class SimulatedExchange:
    """See payments.exchange.Exchange: sent once, with every way to get lost."""

    def __init__(
        self, process: Process, finpay: SimulatedFinpay, watchdog: Watchdog, outages: list[range]
    ) -> None:
        self._process = process
        self._finpay = finpay
        self._watchdog = watchdog
        self._outages = outages

    def __call__(self, request: requests.Request, deadline: float) -> tuple[int, bytes]:
        endpoint, gateway_order_id = _read(request)
        order_id = self._watchdog.payment_of(gateway_order_id)
        self._watchdog.asks(self._process.function, endpoint, gateway_order_id, order_id)
        status = 0
        try:
            status, body = self._send(request, endpoint, deadline)
            return status, body
        except NotAttempted:
            status = -1
            raise
        finally:
            self._watchdog.asked(endpoint, gateway_order_id, order_id, status)

    def _send(self, request: requests.Request, endpoint: str, deadline: float) -> tuple[int, bytes]:
        process, chance = self._process, self._process.chance
        patience = round((deadline - time.monotonic()) * 2) * 500
        there, back = chance.between(10, 200), chance.between(10, 200)
        if any(process.hub.now in outage for outage in self._outages):
            chance.faults["finpay: outage"] += 1
            process.spend(chance.one_of((5, 3_000, patience)))
            raise NotAttempted if chance.maybe(0.5) else OutcomeUnknown
        match chance.first(
            "finpay: refused",
            "finpay: request lost",
            "finpay: request late",
            "finpay: answer lost",
            "finpay: slow",
            "finpay: sent twice",
            "finpay: garbage",
        ):
            case "finpay: refused":
                process.spend(there)
                raise NotAttempted
            case "finpay: request lost":
                process.spend(chance.one_of((there, patience)))
                raise OutcomeUnknown
            case "finpay: request late":
                late = chance.one_of((2 * MINUTE, HOUR, 48 * HOUR))
                process.hub.after(chance.between(1_000, late), lambda: self._finpay.serve(request))
                process.spend(patience)
                raise OutcomeUnknown
            case "finpay: answer lost":
                process.spend(there)
                self._finpay.serve(request)
                process.spend(chance.one_of((back, patience)))
                raise OutcomeUnknown
            case "finpay: garbage":
                process.spend(there)
                if chance.maybe(0.5):
                    self._finpay.serve(request)
                process.spend(back)
                # A plain success is all that a cancel is answered with, so it is no garbage there.
                return chance.one_of([g for g in GARBAGE if endpoint != "cancel" or g[0] != 200])
            case "finpay: slow":
                there = chance.between(1_000, 15_000)
            case "finpay: sent twice":
                self._finpay.serve(request)
        process.spend(min(there, patience))
        answer = self._finpay.serve(request)
        if there + back >= patience:
            raise OutcomeUnknown
        process.spend(back)
        if endpoint == "check" and answer[0] != requests.codes.unauthorized:
            self._finpay.hear(_read(request)[1], answer[1])
        return answer


def _read(request: requests.Request) -> tuple[str, str]:
    endpoint, _, order_id = request.url.partition(PREFIX)[2].partition("/")
    return endpoint, order_id or json.loads(str(request.data))["order"]["id"]
