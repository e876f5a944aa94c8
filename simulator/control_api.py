"""The control API under `/_simulator`: what a customer, or fate, does to orders."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.answers import References, RefundAmounts
from simulator.callers import only_from_this_machine
from simulator.control_input import Input, newest
from simulator.control_plan import read_fault, read_plan, read_sources
from simulator.control_views import (
    attempt_view,
    clock_view,
    delivered_view,
    fault_view,
    order_view,
)
from simulator.order_store import DEFAULT_CHANNEL
from simulator.orders import Order
from simulator.simulation import Plan, Simulation

PREFIX = "/_simulator"
MOST_RUPIAH = 99_999_999_999_999


class ControlApi:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._orders = simulation.order_store

    def blueprint(self) -> Blueprint:
        routes = Blueprint("control", __name__, url_prefix=PREFIX)
        routes.before_request(only_from_this_machine)
        routes.get("/health")(self.health)
        routes.get("/orders")(self.orders)
        routes.get("/orders/<order_id>")(self.order)
        routes.post("/orders/<order_id>/pay")(self.pay)
        routes.post("/codes/<payment_code>/pay")(self.pay_code)
        routes.post("/orders/<order_id>/refund")(self.refund)
        routes.post("/orders/<order_id>/expire")(self.expire)
        routes.post("/orders/<order_id>/status")(self.set_status)
        routes.post("/orders/<order_id>/callbacks")(self.send_callbacks)
        routes.get("/callbacks")(self.log)
        routes.post("/callbacks")(self.switch_callbacks)
        routes.get("/faults")(self.faults)
        routes.post("/faults")(self.plan_faults)
        routes.delete("/faults")(self.clear_faults)
        routes.post("/clock")(self.set_clock)
        routes.post("/settings")(self.set_settings)
        routes.post("/reset")(self.reset)
        return routes

    def health(self) -> Response:
        return jsonify(status="ok", clock=clock_view(self._simulation.clock))

    def orders(self) -> Response:
        sent = Counter(attempt.order_id for attempt in self._simulation.callbacks.log())
        return jsonify(
            orders=[
                {**order_view(order), "callbacksSent": sent[order.order_id]}
                for order in newest(self._orders.all(), request.args.get("newest"))
            ]
        )

    def order(self, order_id: str) -> Response:
        order = self._orders.get(order_id)
        attempts = self._simulation.callbacks.log(order_id)
        return jsonify(**order_view(order), callbacks=[attempt_view(a) for a in attempts])

    def pay(self, order_id: str) -> Response:
        given = _input()
        plan = read_plan(given)
        amount = given.whole("amount", None, 1, MOST_RUPIAH)
        channel = given.text("channel", DEFAULT_CHANNEL)
        late, again = given.flag("late", default=False), given.flag("again", default=False)
        given.end()
        order = self._orders.pay(order_id, amount, channel, late=late, again=again)
        return self._announced(order, plan)

    def pay_code(self, payment_code: str) -> Response:
        return self.pay(self._orders.by_code(payment_code).order_id)

    def refund(self, order_id: str) -> Response:
        given = _input()
        plan, amount = read_plan(given), given.whole("amount", None, 1, MOST_RUPIAH)
        given.end()
        return self._announced(self._orders.refund(order_id, amount), plan)

    def expire(self, order_id: str) -> Response:
        given = _input()
        plan = read_plan(given, how="none")
        given.end()
        return self._announced(self._orders.expire(order_id), plan)

    def set_status(self, order_id: str) -> Response:
        given = _input()
        status, plan = given.text("status"), read_plan(given)
        given.end()
        return self._announced(self._orders.set_status(order_id, status), plan)

    def send_callbacks(self, order_id: str) -> Response:
        given = _input()
        statuses, plan = given.words("statuses"), read_plan(given)
        given.end()
        order = self._orders.get(order_id)
        return jsonify(**delivered_view(self._simulation.send_callbacks(order, plan, statuses)))

    def log(self) -> Response:
        order_id = request.args.get("orderId")
        entries = [
            entry
            for entry in enumerate(self._simulation.callbacks.log(), 1)
            if order_id in {None, entry[1].order_id}
        ]
        shown = newest(entries, request.args.get("newest"))
        return jsonify(callbacks=[{"entry": n, **attempt_view(attempt)} for n, attempt in shown])

    def switch_callbacks(self) -> Response:
        given = _input()
        given.require("enabled")
        enabled = given.flag("enabled", default=True)
        given.end()
        self._simulation.callbacks.enabled = enabled
        return jsonify(enabled=enabled)

    def faults(self) -> Response:
        return jsonify(faults=[fault_view(fault) for fault in self._simulation.faults.planned()])

    def plan_faults(self) -> Response:
        given = _input()
        fault, times = read_fault(given)
        given.end()
        self._simulation.faults.plan(fault, times)
        return self.faults()

    def clear_faults(self) -> Response:
        self._simulation.faults.clear()
        return self.faults()

    def set_clock(self) -> Response:
        given, clock = _input(), self._simulation.clock
        speed = given.number("speed", clock.speed, most=1e6)
        seconds = given.number("advanceSeconds", 0)
        given.end()
        self._simulation.set_clock(speed, seconds)
        return jsonify(**clock_view(clock))

    def set_settings(self) -> Response:
        given, simulation = _input(), self._simulation
        sources = read_sources(given, simulation.enabled_sources)
        shows_code = given.flag("checkShowsCode", default=simulation.check_shows_code)
        references = given.choice("references", (*References,), simulation.references)
        amounts = given.choice("refundAmounts", (*RefundAmounts,), simulation.refund_amounts)
        given.end()
        simulation.enabled_sources, simulation.check_shows_code = sources, shows_code
        simulation.references = References(references)
        simulation.refund_amounts = RefundAmounts(amounts)
        return jsonify(
            enabledSources=sources and sorted(sources),
            checkShowsCode=shows_code,
            references=references,
            refundAmounts=amounts,
        )

    def reset(self) -> Response:
        self._simulation.reset()
        return self.health()

    def _announced(self, order: Order, plan: Plan) -> Response:
        delivered = self._simulation.send_callbacks(order, plan)
        return jsonify(order=order_view(order), **delivered_view(delivered))


def _input() -> Input:
    """A call without a body means all defaults."""
    body: Any = request.get_json(force=True, silent=True) if request.get_data() else {}
    return Input(body)
