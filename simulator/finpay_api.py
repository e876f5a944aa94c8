"""Finpay's side: HTTP around the service, for the four endpoints that a merchant's server calls."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from payments.callbacks.php_json import encode
from simulator import answers
from simulator.answers import Answer
from simulator.fault_injection import FaultInjection
from simulator.finpay_service import FinpayService
from simulator.simulation import Simulation

Work = Callable[[], Answer]

PREFIX = "/pg/payment/card"


class FinpayApi:
    def __init__(self, simulation: Simulation) -> None:
        self._service = FinpayService(simulation)
        self._fault_injection = FaultInjection(simulation, render)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("finpay", __name__, url_prefix=PREFIX)
        routes.post("/initiate")(self.initiate)
        routes.get("/check/<order_id>")(self.check)
        routes.get("/cancel/<order_id>")(self.cancel)
        routes.get("/void/<order_id>")(self.void)
        return routes

    def initiate(self) -> Response:
        return self._serve("initiate", lambda: self._service.initiate(request.get_data()))

    def check(self, order_id: str) -> Response:
        return self._serve("check", lambda: self._service.check(order_id))

    def cancel(self, order_id: str) -> Response:
        return self._serve("cancel", lambda: self._service.cancel(order_id))

    def void(self, order_id: str) -> Response:
        return self._serve("void", lambda: self._service.void(order_id))

    def _serve(self, endpoint: str, work: Work) -> Response:
        started = time.perf_counter()
        request.get_data()
        if not self._service.is_merchant(request.headers.get("Authorization", "")):
            return render(answers.UNAUTHORIZED, started)
        return self._fault_injection.serve(endpoint, work, started)


def render(answer: Answer, started: float) -> Response:
    """The answer as PHP writes it."""
    body: Any = answers.body_of(answer, started)
    return Response(encode(body), answer.http_status, mimetype="application/json")


def no_such_route(status: HTTPStatus) -> Response:
    return render(Answer(status, f"{status}0000", status.phrase), time.perf_counter())
