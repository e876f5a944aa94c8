"""Whose code a warm callback runs: what could be made faster here, and what could not."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from bench import subjects
from bench.artifacts import Artifacts
from bench.container import Container, Handler
from bench.outside import Outside
from bench.part import Part, Table
from bench.places import BENCH
from bench.subjects import Subject
from bench.warm import FLOOR, SERVICE

REQUESTS = 3_000
"""So many that a layer's share is told within two hundredths."""
LAYERS: Mapping[str, frozenset[str]] = {
    "boto3 and what it uses": frozenset({"boto3", "botocore", "urllib3", "jmespath", "dateutil"}),
    "Powertools and X-Ray": frozenset({"aws_lambda_powertools", "aws_xray_sdk"}),
    "Lambda's runtime client": frozenset({"awslambdaric", "simplejson"}),
}
OWN = "own code"
_WARM_UP = 50
_SAMPLER = BENCH / "sampler"

type Milliseconds = Mapping[str, float]


def measure(built: Artifacts, requests: int = REQUESTS) -> Part:
    """The part `profile`: CPU time of a warm callback by layer, beside that of the floor."""
    with Outside() as outside:
        rows = {
            SERVICE: subjects.service(built, "FinpayCallback", "callback", outside.url),
            FLOOR: subjects.one_update(built, FLOOR, outside.url),
        }
        found = {name: profiled(subject, requests) for name, subject in rows.items()}
    return _part(found, requests)


def profiled(subject: Subject, requests: int) -> Milliseconds:
    """Milliseconds of CPU per request, by layer."""
    with Container(_sampled(subject)) as container:
        for _ in range(_WARM_UP):
            subject.check(container.invoke(subject.event))
        before, began = _ticks(container), container.cpu_seconds()
        for _ in range(requests):
            container.invoke(subject.event)
        each = (container.cpu_seconds() - began) / requests * 1000
        ticks = _ticks(container) - before
    return {name: each * share for name, share in _shares(ticks).items()}


def _sampled(subject: Subject) -> Handler:
    handler = subject.handler
    settings = {"SAMPLED_HANDLER": handler.name, "PYTHONPATH": str(_SAMPLER)}
    name = "sampler.lambda_handler"
    return replace(handler, name=name, environment={**handler.environment, **settings})


def _ticks(container: Container) -> Counter[str]:
    return Counter(json.loads(container.invoke({}).body))


def _shares(ticks: Counter[str]) -> dict[str, float]:
    layers: Counter[str] = Counter()
    for package, count in ticks.items():
        layers[_layer(package)] += count
    return {name: count / ticks.total() for name, count in layers.items()}


def _layer(package: str) -> str:
    return next((name for name, packages in LAYERS.items() if package in packages), OWN)


def _part(found: Mapping[str, Milliseconds], requests: int) -> Part:
    whole = {name: sum(layers.values()) for name, layers in found.items()}
    rows = [
        [layer, *(_told(found[name].get(layer, 0), whole[name]) for name in found)]
        for layer in (*LAYERS, OWN)
    ]
    rows.append(["all", *(f"{amount:.2f}" for amount in whole.values())])
    title = "CPU of a warm callback by whose code runs, in milliseconds"
    note = (
        f"Of {requests:,} requests each, seen at the ticks of the process's CPU time. What the "
        "standard library takes counts for the package that called it. In brackets the share of "
        "the column."
    )
    return Part("profile", note, [Table(title, ["", *found], rows)], {}, {"cpu_ms": found})


def _told(amount: float, whole: float) -> str:
    return f"{amount:.2f} ({amount / whole:.0%})" if amount else ""
