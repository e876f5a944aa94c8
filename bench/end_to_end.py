"""Payments through initiate, pay and callback, by as many customers at once.

The functions run under `awslambdaric`, one container of each for each customer; DynamoDB, secrets
and Finpay are the local stack's. All of it shares this machine's cores, so this shows what
concurrency does, and errors, rather than what AWS would bear.
"""

import itertools
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus

import requests

from bench import canned, subjects
from bench.artifacts import Artifacts
from bench.container import Container
from bench.errors import HandlerFailedError
from bench.gateway import Gateway, Pool
from bench.part import Part, Table
from bench.spread import spread
from bench.store import Store, store
from bench.subjects import PEERS, Subject

CUSTOMERS = (1, 2, 4, 8)
_SERVICE = "this service"
_TIMEOUT = 60


@dataclass(slots=True)
class Step:
    """What happened with so many customers at once; times in seconds."""

    seconds: float = 0.0
    initiate: list[float] = field(default_factory=list)
    callback: list[float] = field(default_factory=list)
    paid: int = 0
    errors: int = 0

    def row(self) -> list[str]:
        """Payments per second, percentiles in milliseconds, errors."""
        cells = [f"{self.paid / self.seconds:.1f}"]
        for times in (self.initiate, self.callback):
            ordered = sorted(times) or [0.0]
            cells += [
                f"{ordered[int(len(ordered) * part)] * 1000:.0f}" for part in (0.5, 0.95, 0.99)
            ]
        return [*cells, str(self.errors)]


def measure(built: Artifacts) -> Part:
    """The part `end_to_end`; STEP_SECONDS is how long each step takes, 6 if nothing is said."""
    seconds = float(os.environ.get("STEP_SECONDS", "6"))
    steps: dict[tuple[str, int], Step] = {}
    ids = (f"E-{n}" for n in itertools.count())
    with store("payments") as running, Gateway() as gateway:
        for name in (_SERVICE, *PEERS):
            initiate, callback = _subjects(running, built, name, gateway.url)
            for customers in CUSTOMERS:
                with ExitStack() as stack:
                    pools = [
                        Pool(
                            [stack.enter_context(Container(one.handler)) for _ in range(customers)]
                        )
                        for one in (initiate, callback)
                    ]
                    gateway.callbacks = pools[1]
                    steps[name, customers] = _step(
                        running, gateway, pools[0], customers, seconds, ids
                    )
    return _part(steps, seconds)


def _subjects(running: Store, built: Artifacts, name: str, url: str) -> tuple[Subject, Subject]:
    endpoint = running.aws.endpoint
    if name == _SERVICE:
        made = (
            subjects.service(built, "StorefrontApi", "initiate", endpoint),
            subjects.service(built, "FinpayCallback", "callback", endpoint),
        )
    else:
        made = (
            subjects.peer(built, name, "initiate", endpoint),
            subjects.peer(built, name, "callback", endpoint),
        )
    initiate, callback = made
    return running.behind(initiate, CALLBACK_BASE_URL=url), running.behind(callback)


def _step(
    running: Store,
    gateway: Gateway,
    api: Pool,
    customers: int,
    seconds: float,
    ids: Iterator[str],
) -> Step:
    step, lock = Step(), threading.Lock()

    def buy(until: float) -> None:
        session = requests.Session()
        while time.perf_counter() < until:
            with lock:
                order_id = next(ids)
            started = time.perf_counter()
            status = _initiate(api, order_id)
            took = time.perf_counter() - started
            paid = status == HTTPStatus.CREATED and _pay(session, running, order_id)
            with lock:
                step.initiate.append(took)
                step.paid += paid
                step.errors += not paid

    def all_buy(duration: float) -> float:
        started = time.perf_counter()
        threads = [
            threading.Thread(target=buy, args=(started + duration,)) for _ in range(customers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - started

    all_buy(0.1)  # cold starts are another part's
    step.initiate.clear()
    step.paid = step.errors = 0
    gateway.seconds.clear()
    step.seconds = all_buy(seconds)
    step.callback = list(gateway.seconds)
    return step


def _initiate(api: Pool, order_id: str) -> int:
    event = canned.event("initiate")
    body = json.loads(event["body"])
    body["order"]["id"] = order_id
    try:
        status: int = api.invoke(event | {"body": json.dumps(body)})["statusCode"]
    except HandlerFailedError:
        return 502
    return status


def _pay(session: requests.Session, running: Store, order_id: str) -> bool:
    url = f"{running.simulator_url}/_simulator/orders/{order_id}/pay"
    answer = session.post(url, json={"channel": "INDOMARET"}, timeout=_TIMEOUT)
    return answer.ok and answer.json()["callbacks"][0]["httpStatus"] == HTTPStatus.OK


def _part(steps: dict[tuple[str, int], Step], seconds: float) -> Part:
    headers = ["", "customers", "payments/s", "initiate p50", "p95", "p99"]
    headers += ["callback p50", "p95", "p99", "errors"]
    rows = [[name, str(customers), *step.row()] for (name, customers), step in steps.items()]
    note = (
        f"{seconds:.0f} s for each row, times in milliseconds; functions, MiniStack's DynamoDB, "
        "the simulator and the customers share this machine's cores."
    )
    measured = {
        f"{name}, {customers}": {
            "payments_per_second": round(step.paid / step.seconds, 2),
            "errors": step.errors,
            "initiate_s": spread(step.initiate).document(),
            "callback_s": spread(step.callback).document() if step.callback else {},
        }
        for (name, customers), step in steps.items()
    }
    values = {"errors": float(sum(step.errors for step in steps.values()))}
    return Part("end_to_end", note, [Table("Payments end to end", headers, rows)], values, measured)
