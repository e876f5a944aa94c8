"""Schemathesis over the service: every phase, every check, two storefronts that are strangers."""

import hmac
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName

from ops.openapi.document import document
from payments.callbacks.url_token import callback_token
from testing.builders import MERCHANT_KEY, make_callback_fields
from testing.registry import make_registry
from testing.service import Service
from tests.functional.openapi.front import Front, serving

PHASES = ("examples", "coverage", "fuzzing", "stateful")
CALLBACK = "POST /callbacks/finpay/{orderId}/{token}"
_SHOPS = ("toko", "kios")
_SLOWEST_SECONDS = 10


@dataclass
class Report:
    """What a run found, and how much it tried."""

    failures: list[str] = field(default_factory=list)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By phase and operation."""
    answers: dict[str, set[int]] = field(default_factory=dict)
    """The statuses that each operation answered with."""
    checks: Counter[str] = field(default_factory=Counter)
    scenarios: int = 0
    """Sequences of requests that follow links."""

    def read(self, event: events.EngineEvent) -> None:
        match event:
            case events.FatalError():
                raise event.exception
            case events.NonFatalError():
                self.failures.append(f"{event.label}: {event.info.format()}")
            case events.ScenarioFinished():
                self._read(event)
            case events.EngineFinished():
                self.failures += [str(failure) for failure in event.failures]

    def _read(self, scenario: events.ScenarioFinished) -> None:
        recorder = scenario.recorder
        if scenario.phase is PhaseName.STATEFUL_TESTING and recorder.interactions:
            self.scenarios += 1
        for case_id, interaction in recorder.interactions.items():
            operation = recorder.cases[case_id].value.operation.label
            self.requests[scenario.phase.value, operation] += 1
            if interaction.response:
                self.answers.setdefault(operation, set()).add(interaction.response.status_code)
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                self.checks[node.name] += 1
                if node.failure_info:
                    response = recorder.interactions[case_id].response
                    self.failures.append(
                        f"{scenario.phase.value}, {node.name}: {node.failure_info.failure}\n"
                        f"{response.text if response else 'no answer'}\n"
                        f"{node.failure_info.code_sample}"
                    )


@dataclass
class Runs:
    """Runs over one service; `keys` is a file to keep the storefronts' keys in."""

    service: Service
    keys: Path
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        entries = []
        registry = make_registry(self.service.dynamodb)
        for name in _SHOPS:
            key = registry.create(name, ["*"]).api_key
            header = {"name": "Authorization", "value": f"Bearer {key}"}
            entries.append({"name": name, "fixedHeaders": [header]})
        self.keys.write_text(json.dumps({"auth": entries}))

    def run(self, phases: Collection[str], examples: int, seed: int) -> None:
        """These phases, with as many examples of each operation and as many scenarios."""
        finpay = _Finpay(self.service)

        def before_call(_: Any, case: Any, __: Any) -> None:
            finpay.finish(case)

        # Schemathesis has this hook for all schemas only.
        schemathesis.hook("before_call")(before_call)
        try:
            with serving(Front(self.service)) as url:
                config = self._config(phases, examples, seed, url)
                schema = schemathesis.openapi.from_dict(document(), config=config)
                for event in from_schema(schema).execute():
                    self.report.read(event)
        finally:
            schemathesis.hooks.unregister(before_call)

    def _config(
        self, phases: Collection[str], examples: int, seed: int, url: str
    ) -> SchemathesisConfig:
        return SchemathesisConfig.from_dict(
            {
                "seed": seed,
                "base-url": url,
                "cache": {"enabled": False},
                "continue-on-failure": True,
                "phases": {name: {"enabled": name in phases} for name in PHASES},
                "generation": {"max-examples": examples, "deterministic": True},
                "auth": {"wfc": {"path": str(self.keys), "peers": [*_SHOPS]}},
                "checks": {"max_response_time": _SLOWEST_SECONDS},
                "operations": [
                    # It wants 405, and an HTTP API knows none: a method that no route has is 404
                    # there, before any function. Where a path has parameters, it takes the 404.
                    {
                        "include-path": "/payments",
                        "checks": {"unsupported_method": {"enabled": False}},
                    }
                ],
            }
        )


@dataclass
class _Finpay:
    """Only Finpay knows the address of an order's callbacks, and how to sign them."""

    service: Service
    calls: int = 0

    def finish(self, case: Any) -> None:
        """Address and sign a callback that is to be right; every other is about a real order."""
        if case.operation.label != CALLBACK or not case.meta.generation.mode.is_positive:
            return
        self.calls += 1
        fields = {name: value for name, value in case.body.items() if name != "signature"}
        order_id = case.path_parameters["orderId"]
        orders = [*self.service.orders().values()]
        if orders and self.calls % 2:
            order = orders[-1]
            order_id = order.order_id
            fields |= make_callback_fields(order_id, amount=order.new.amount)
        token = callback_token(order_id, MERCHANT_KEY)
        case.path_parameters |= {"orderId": order_id, "token": token}
        # As the bytes are sent: PHP has no words for some of what stands in them.
        unsigned = json.dumps(fields).encode()
        signed = hmac.digest(MERCHANT_KEY.encode(), unsigned, "sha512").hex()
        case.body = fields | {"signature": signed}
