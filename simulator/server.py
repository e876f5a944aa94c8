"""The simulator as an HTTP server on this machine's loopback address."""

import threading
from http import HTTPStatus
from typing import Any, Self

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from simulator import control_api, finpay_api, till_page
from simulator.control_input import InputError
from simulator.orders import OrderError, UnknownOrderError
from simulator.settings import Settings
from simulator.simulation import Simulation

HOST = "127.0.0.1"
LARGEST_BODY = 1024 * 1024


def start(port: int = 0, **settings: Any) -> "Server":
    """Serve until `.stop()`; port 0 takes a free one. The settings are those of `Settings`."""
    return Server(port, Settings(**settings))


def make_app(simulation: Simulation) -> Flask:
    app = Flask("simulator", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(finpay_api.FinpayApi(simulation).blueprint())
    app.register_blueprint(control_api.ControlApi(simulation).blueprint())
    app.register_blueprint(till_page.blueprint())
    app.register_error_handler(InputError, _bad_input)
    app.register_error_handler(OrderError, _order_refused)
    app.register_error_handler(HTTPException, _http_error)
    return app


class Server:
    """A running simulator: `.url`, `.till_url`, `.simulation`, `.stop()`; a context manager too."""

    def __init__(self, port: int, settings: Settings) -> None:
        self.simulation = Simulation(settings)
        self.app = make_app(self.simulation)
        self._http = ThreadedWSGIServer(HOST, port, self.app, _QuietHandler)
        self.url = f"http://{HOST}:{self._http.port}"
        self.till_url = f"{self.url}{till_page.PREFIX}/"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.simulation.start()
        self._thread.start()

    def stop(self) -> None:
        self.simulation.stop()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _QuietHandler(WSGIRequestHandler):
    """Prints no request: paths and bodies may be personal."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; Nagle's algorithm would hold the second for 40 ms.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def _bad_input(error: InputError) -> tuple[Response, int]:
    return jsonify(error="bad-input", field=error.field, detail=error.detail), 400


def _order_refused(error: OrderError) -> tuple[Response, int]:
    if isinstance(error, UnknownOrderError):
        return jsonify(error="unknown-order", detail="no order has this id or code"), 404
    return jsonify(error="not-possible", detail=str(error)), 409


def _http_error(error: HTTPException) -> Response | tuple[Response, int]:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if request.path.startswith((control_api.PREFIX, till_page.PREFIX)):
        return jsonify(error=status.phrase, detail=error.description), status
    return finpay_api.no_such_route(status)
