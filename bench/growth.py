"""Whether what a request takes depends on how many payments there are.

The tables are MiniStack's, so its own time is told beside it: a plain GetItem from outside.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from bench import canned, subjects
from bench.artifacts import Artifacts
from bench.container import Container
from bench.part import Part, Table
from bench.spread import ratios, spread
from bench.store import Store, fill, pending, store
from bench.subjects import Subject
from payments.callbacks import php_json, signature
from payments.callbacks.url_token import callback_token
from testing.builders import make_http_event

_SAMPLES = 60
_DUE = (100, 1_000, 10_000)


def sizes() -> tuple[int, ...]:
    """Payments in the tables; GROWTH="10 1000" chooses others."""
    return tuple(int(size) for size in os.environ.get("GROWTH", "10 1000 100000").split())


def measure(built: Artifacts) -> Part:
    """The part `growth`."""
    tables = {size: f"payments-{size}" for size in sizes()}
    due = {size: f"due-{size}" for size in _DUE if size <= max(tables)}
    with store(*tables.values(), *due.values()) as running:
        for size, table in tables.items():
            fill(running.aws, table, [f"G-{n}" for n in range(size)])
        took = _requests(running, built, tables)
        syncs = {size: _reconcile(running, built, size, table) for size, table in due.items()}
    return _part(took, syncs)


def _requests(
    running: Store, built: Artifacts, tables: Mapping[int, str]
) -> dict[str, dict[int, list[float]]]:
    """Milliseconds of each request, by task and number of payments; sizes take turns."""
    took: dict[str, dict[int, list[float]]] = {
        task: {size: [] for size in tables} for task in ("callback", "status", "GetItem")
    }
    client = running.aws.dynamodb()
    with ExitStack() as stack:
        containers: dict[tuple[str, int], tuple[Container, Subject]] = {}
        for task, function in (("callback", "FinpayCallback"), ("status", "StorefrontApi")):
            for size, table in tables.items():
                subject = running.behind(
                    subjects.service(built, function, task, running.aws.endpoint),
                    PAYMENTS_TABLE=table,
                )
                containers[task, size] = stack.enter_context(Container(subject.handler)), subject
        for number in range(-5, _SAMPLES):
            for size, table in tables.items():
                order_id = f"G-{number * 7919 % size}"
                client.put_item(TableName=table, Item=pending(order_id))
                started = time.perf_counter()
                client.get_item(TableName=table, Key={"orderId": {"S": order_id}})
                asked = {"GetItem": (time.perf_counter() - started) * 1000}
                for task in ("callback", "status"):
                    container, subject = containers[task, size]
                    if task == "callback":
                        event = _callback(order_id)
                    else:
                        event = make_http_event("status", orderId=order_id)
                    started = time.perf_counter()
                    answer = container.invoke(event)
                    asked[task] = (answer.at - started) * 1000
                    subject.check(answer)
                if number >= 0:
                    for task, milliseconds in asked.items():
                        took[task][size].append(milliseconds)
    return took


def _callback(order_id: str) -> dict[str, Any]:
    key = canned.MERCHANT["merchantKey"]
    token = callback_token(order_id, key)
    event = make_http_event("callback_paid", orderId=order_id, token=token)
    fields = json.loads(event["body"])
    del fields["signature"]
    fields["order"]["id"] = order_id
    fields["signature"] = signature.sign(fields, key)
    return event | {"body": php_json.encode(fields)}


def _reconcile(running: Store, built: Artifacts, size: int, table: str) -> tuple[float, int]:
    """Seconds of one run of the schedule with so many due payments, and how many it queued."""
    fill(
        running.aws,
        table,
        [f"D-{n}" for n in range(size)],
        due_at=int(time.time() * 1000) - 1,
    )
    queue = running.queue(f"status-syncs-{size}")
    subject = running.behind(
        subjects.service(built, "Reconcile", "status sync", running.aws.endpoint),
        PAYMENTS_TABLE=table,
        SYNC_QUEUE=queue,
    )
    with Container(subject.handler) as container:
        started = time.perf_counter()
        answer = container.invoke(canned.event("reconcile_schedule"))
    return answer.at - started, json.loads(answer.body)["queued"]


def _part(
    took: Mapping[str, Mapping[int, Sequence[float]]], syncs: Mapping[int, tuple[float, int]]
) -> Part:
    smallest, largest = min(took["callback"]), max(took["callback"])
    rows = [
        [
            task,
            *(spread(values).text(1) for values in by_size.values()),
            ratios(by_size[largest], by_size[smallest]).text(2),
        ]
        for task, by_size in took.items()
    ]
    headers = ["milliseconds", *(f"{size:,} payments" for size in took["callback"]), "last / first"]
    values = {}
    if (smallest, largest) == (10, 100_000):
        for task in ("callback", "status"):
            values[f"growth {task}"] = ratios(took[task][largest], took[task][smallest]).median
    reconcile = [
        [f"{size:,}", f"{queued:,}", f"{seconds:.2f}", f"{seconds / max(1, queued) * 1000:.2f}"]
        for size, (seconds, queued) in syncs.items()
    ]
    tables = [
        Table("Requests by number of payments in the table", headers, rows),
        Table(
            "A cold run of the schedule",
            ["due", "queued", "seconds", "milliseconds each"],
            reconcile,
        ),
    ]
    note = (
        f"Warm requests to MiniStack's tables, {_SAMPLES} of each, the sizes taking turns; GetItem "
        "is a plain one from outside, MiniStack's own part of it. What AWS's DynamoDB takes is not "
        "in here."
    )
    measured = {
        task: {str(size): spread(v).document() for size, v in by.items()}
        for task, by in took.items()
    }
    return Part("growth", note, tables, values, measured)
