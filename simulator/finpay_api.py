"""Finpay's side: the four endpoints that a merchant's server calls."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from payments.php_json import decode, encode
from simulator import answers
from simulator.answers import Answer
from simulator.checks import first_problem, read_order
from simulator.orders import (
    DuplicateOrderError,
    NotCancellableError,
    NotVoidableError,
    Order,
    UnknownOrderError,
)
from simulator.simulation import Simulation
from simulator.spoil import Spoiler

Work = Callable[[], Answer]

PREFIX = "/pg/payment/card"


class FinpayApi:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._book = simulation.book
        self._spoiler = Spoiler(simulation, render)

    def blueprint(self) -> Blueprint:
        routes = Blueprint("finpay", __name__, url_prefix=PREFIX)
        routes.post("/initiate")(self.initiate)
        routes.get("/check/<order_id>")(self.check)
        routes.get("/cancel/<order_id>")(self.cancel)
        routes.get("/void/<order_id>")(self.void)
        return routes

    def initiate(self) -> Response:
        return self._serve("initiate", self._initiate)

    def check(self, order_id: str) -> Response:
        return self._serve("check", lambda: self._about(self._book.get(order_id)))

    def cancel(self, order_id: str) -> Response:
        return self._serve("cancel", lambda: _done(self._book.cancel(order_id)))

    def void(self, order_id: str) -> Response:
        return self._serve("void", lambda: _done(self._book.void(order_id)))

    def _serve(self, endpoint: str, work: Work) -> Response:
        started = time.perf_counter()
        request.get_data()
        if not self._is_merchant(request.headers.get("Authorization", "")):
            return render(answers.UNAUTHORIZED, started)
        return self._spoiler.serve(endpoint, lambda: _refusals_answered(work), started)

    def _is_merchant(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        try:
            given = base64.b64decode(credentials.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        settings = self._simulation.settings
        expected = f"{settings.merchant_id}:{settings.merchant_key}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, expected)

    def _initiate(self) -> Answer:
        try:
            body = _read_json(request.get_data())
        except ValueError:
            return answers.BAD_REQUEST
        if (problem := first_problem(body)) is not None:
            return answers.invalid_field(problem)
        new = read_order(body)
        if not self._simulation.allows(new.source):
            return answers.FEATURE_NOT_ALLOWED
        return answers.initiated(self._book.add(new))

    def _about(self, order: Order) -> Answer:
        settings = self._simulation.settings
        return answers.checked(
            order, settings.merchant_id, show_code=self._simulation.check_shows_code
        )


def render(answer: Answer, started: float) -> Response:
    """The answer as PHP writes it."""
    body: Any = answers.body_of(answer, started)
    return Response(encode(body), answer.http_status, mimetype="application/json")


def no_such_route(status: HTTPStatus) -> Response:
    return render(Answer(status, f"{status}0000", status.phrase), time.perf_counter())


def _done(_: Order) -> Answer:
    return answers.SUCCESS


def _refusals_answered(work: Work) -> Answer:
    try:
        return work()
    except UnknownOrderError:
        return answers.NOT_FOUND
    except DuplicateOrderError:
        return answers.DUPLICATE
    except NotCancellableError:
        return answers.INVALID_STATUS
    except NotVoidableError:
        return answers.NOT_PERMITTED


def _read_json(raw: bytes) -> Any:
    """The body as PHP reads it; raises ValueError where PHP could not write it again either."""
    body = decode(raw)
    encode(body)
    return body
