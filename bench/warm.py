"""Warm requests: the CPU time of the function's own process for each, and the calls it makes.

Everything outside answers at once, so what is left is what the code itself costs, with its SDK.
"""

from collections.abc import Mapping, Sequence

from bench import subjects
from bench.artifacts import Artifacts
from bench.container import Container
from bench.outside import Outside
from bench.part import Part, Table
from bench.spread import Spread, ratios, spread
from bench.subjects import PEERS, Subject

TASKS = {"callback": "FinpayCallback", "initiate": "StorefrontApi", "status": "StorefrontApi"}
SERVICE = "this service"
FLOOR = "one boto3 UpdateItem"
"""What a callback cannot do without as long as boto3 makes its write."""
_WARM_UP = 20
_BATCH = 50


def measure(built: Artifacts, batches: int) -> Part:
    """The part `warm`: `batches` batches of 50 requests of each kind and each subject."""
    with Outside() as outside:
        took: dict[tuple[str, str], list[float]] = {}
        calls: dict[tuple[str, str], Mapping[str, float]] = {}
        for task, function in TASKS.items():
            rows = {SERVICE: subjects.service(built, function, task, outside.url)}
            rows |= {name: subjects.peer(built, name, task, outside.url) for name in PEERS}
            if task == "callback":
                rows[FLOOR] = subjects.one_update(built, FLOOR, outside.url)
            measured, counted = _task(rows, outside, batches)
            took |= {(name, task): values for name, values in measured.items()}
            calls |= {(name, task): found for name, found in counted.items()}
    return _part(took, calls, batches)


def _task(
    rows: Mapping[str, Subject], outside: Outside, batches: int
) -> tuple[dict[str, list[float]], dict[str, dict[str, float]]]:
    """Milliseconds of CPU per request for each batch, and calls per request, by subject."""
    took: dict[str, list[float]] = {name: [] for name in rows}
    calls: dict[str, dict[str, float]] = {}
    containers = {name: Container(row.handler) for name, row in rows.items()}
    try:
        for name, container in containers.items():
            container.__enter__()
            for _ in range(_WARM_UP):
                rows[name].check(container.invoke(rows[name].event))
        for _ in range(batches):
            for name, container in containers.items():
                outside.calls.clear()
                before = container.cpu_seconds()
                for _ in range(_BATCH):
                    container.invoke(rows[name].event)
                took[name].append((container.cpu_seconds() - before) / _BATCH * 1000)
                calls[name] = {call: n / _BATCH for call, n in sorted(outside.calls.items())}
    finally:
        for container in containers.values():
            container.__exit__()
    return took, calls


def _part(
    took: Mapping[tuple[str, str], Sequence[float]],
    calls: Mapping[tuple[str, str], Mapping[str, float]],
    batches: int,
) -> Part:
    compared: dict[tuple[str, str], Spread] = {
        (name, task): ratios(took[SERVICE, task], took[name, task])
        for name in PEERS
        for task in TASKS
    }
    ratio_rows = [
        [f"{SERVICE} / {name}", *(compared[name, task].text(2) for task in TASKS)] for name in PEERS
    ]
    time_rows = [
        [name, *(spread(took[name, task]).text(2) for task in TASKS)] for name in (SERVICE, *PEERS)
    ]
    time_rows.append([FLOOR, spread(took[FLOOR, "callback"]).text(2), "", ""])
    call_rows = [
        [name, *(_told(calls[name, task]) for task in TASKS)] for name in (SERVICE, *PEERS)
    ]
    tables = [
        Table("Warm CPU against the peers", ["", *TASKS], ratio_rows),
        Table("Warm CPU in milliseconds per request", ["", *TASKS], time_rows),
        Table("Calls per warm request", ["", *TASKS], call_rows),
    ]
    values = {f"warm {task} / {name}": found.median for (name, task), found in compared.items()}
    values |= {
        f"dynamodb calls {task}": sum(
            n for call, n in calls[SERVICE, task].items() if call in _DYNAMODB
        )
        for task in TASKS
    }
    values["secret calls warm"] = sum(
        calls[SERVICE, task].get("GetSecretValue", 0) for task in TASKS
    )
    measured = {
        f"{name}, {task}": {
            "cpu_ms": spread(values).document(),
            "calls": dict(calls[name, task]),
        }
        for (name, task), values in took.items()
    }
    note = f"Medians of {batches} interleaved batches of {_BATCH} requests, with quartiles."
    return Part("warm", note, tables, values, measured)


_DYNAMODB = {"PutItem", "UpdateItem", "GetItem", "DeleteItem", "Query"}


def _told(calls: Mapping[str, float]) -> str:
    return ", ".join(f"{n:g} {call}" for call, n in calls.items()) or "none"
