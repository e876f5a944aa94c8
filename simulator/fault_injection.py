"""Serves a call the way its next fault wants it."""

import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, request

from simulator import answers
from simulator.answers import Answer
from simulator.faults import Fault
from simulator.orders import NotPayableError, UnknownOrderError
from simulator.simulation import Plan, Simulation

Work = Callable[[], Answer]
Render = Callable[[Answer, float], Response]

GARBAGE = "<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"


class FaultInjection:
    def __init__(self, simulation: Simulation, render: Render) -> None:
        self._simulation = simulation
        self._render = render

    def serve(self, endpoint: str, work: Work, started: float) -> Response:
        fault = self._simulation.faults.take(endpoint)
        if fault is None:
            return self._render(work(), started)
        if fault.kind == "drop-before":
            return drop_connection()
        if fault.kind == "slow":
            fault.hold()
        answer = work() if fault.work else answers.SUCCESS
        return self._with_fault(fault, answer, started) or self._render(answer, started)

    def _with_fault(self, fault: Fault, answer: Answer, started: float) -> Response | None:
        match fault.kind:
            case "timeout":
                fault.hold()
            case "callback-first":
                self._pay_before_answering(answer)
            case "drop":
                return drop_connection()
            case "error-500":
                return self._render(answers.GENERAL_ERROR, started)
            case "error-504":
                return self._render(answers.TIMEOUT, started)
            case "garbage":
                return Response(GARBAGE, HTTPStatus.OK, mimetype="text/html")
            case "redirect":
                return Response(status=HTTPStatus.FOUND, headers={"Location": "/moved"})
        return None

    def _pay_before_answering(self, answer: Answer) -> None:
        if answer.code != answers.SUCCESS.code:
            return
        body: Any = request.get_json(force=True)
        try:
            order = self._simulation.order_store.pay(str(body["order"]["id"]))
        except (NotPayableError, UnknownOrderError):
            return
        self._simulation.send_callbacks(order, Plan())


def drop_connection() -> Response:
    """Hang up without an answer; the server finds out when it tries to write one."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()
