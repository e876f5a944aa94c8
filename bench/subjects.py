"""What is measured: a handler, the event that it gets and the answer that it has to give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from bench import canned
from bench.artifacts import Artifacts
from bench.container import Handler
from bench.errors import HandlerFailedError
from bench.places import ROOT
from bench.runtime_api import Answer
from local.template import read

PEERS = {
    "FastAPI + Mangum": "FastapiMangum",
    "Flask + apig-wsgi": "FlaskWsgi",
    "Powertools in full": "PowertoolsFull",
}
FLOORS = {
    "empty handler": "Empty",
    "boto3 DynamoDB client": "Client",
    "boto3 and requests": "ClientAndRequests",
}
SERVICE = {
    "FinpayCallback": "callback",
    "StorefrontApi": "initiate",
    "StorefrontAuth": "authorize",
    "Reconcile": "status sync",
    "PaymentStream": "stream",
    "Notify": "notify",
}
"""The functions and what each is asked at a cold start."""

_EVENTS = {
    "initiate": "initiate",
    "callback": "callback_paid",
    "status": "status",
    "authorize": "authorize",
    "status sync": "reconcile_syncs",
    "stream": "payment_stream",
    "notify": "notify",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A handler and what it is asked."""

    name: str
    handler: Handler
    event: Mapping[str, Any]
    task: str

    def check(self, answer: Answer) -> None:
        """Raise HandlerFailedError unless the handler did what it was asked."""
        document = json.loads(answer.body)
        if not _DONE[self.task](document):
            raise HandlerFailedError(f"{self.name} answered {answer.body.decode()[:500]}")


_DONE: Mapping[str, Any] = {
    "nothing": lambda answer: answer["statusCode"] == HTTPStatus.OK,
    "initiate": lambda answer: answer["statusCode"] == HTTPStatus.CREATED,
    "callback": lambda answer: (
        answer["statusCode"] == HTTPStatus.OK
        and json.loads(answer["body"])["responseCode"] == "2000000"
    ),
    "status": lambda answer: answer["statusCode"] == HTTPStatus.OK,
    "authorize": lambda answer: answer["context"].get("storefrontId") == "demo",
    "status sync": lambda answer: answer == {"batchItemFailures": []},
    "stream": lambda answer: answer == {"batchItemFailures": []},
    "notify": lambda answer: answer == {"batchItemFailures": []},
}


def service(artifacts: Artifacts, function: str, task: str, url: str) -> Subject:
    """One of the service's functions, with its environment of template.yaml."""
    properties = _template()["Resources"][function]["Properties"]
    shared = _template()["Globals"]["Function"]["Environment"]["Variables"]
    variables = shared | properties["Environment"]["Variables"]
    environment = {
        name: value if isinstance(value, str) else _values(url)[name]
        for name, value in variables.items()
    }
    folder = artifacts.service / function
    handler = Handler(folder, properties["Handler"], environment | {"AWS_ENDPOINT_URL": url})
    return Subject(function, handler, event(task, url), task)


def peer(artifacts: Artifacts, name: str, task: str, url: str) -> Subject:
    """The same task by other means."""
    environment = {
        "AWS_ENDPOINT_URL": url,
        "PAYMENTS_TABLE": "payments",
        "IDEMPOTENCY_TABLE": "idempotency",
        "FINPAY_SECRET": "finpay",
        "FINPAY_BASE_URL": url,
        "CALLBACK_BASE_URL": "",
        "POWERTOOLS_SERVICE_NAME": "payments",
        "POWERTOOLS_METRICS_NAMESPACE": "FinpayPayments-dev",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    handler = Handler(artifacts.peers / PEERS[name], "app.lambda_handler", environment)
    return Subject(name, handler, event(task, url), task)


def floor(artifacts: Artifacts, name: str, url: str) -> Subject:
    """The least that a handler can do."""
    folder = artifacts.floor / FLOORS[name]
    handler = Handler(folder, "app.lambda_handler", {"AWS_ENDPOINT_URL": url})
    return Subject(name, handler, canned.event("status"), "nothing")


def one_update(artifacts: Artifacts, name: str, url: str) -> Subject:
    """One conditional write by boto3 and nothing else."""
    folder = artifacts.floor / FLOORS["boto3 DynamoDB client"]
    handler = Handler(folder, "one_update.lambda_handler", {"AWS_ENDPOINT_URL": url})
    return Subject(name, handler, canned.event("status"), "nothing")


def event(task: str, url: str) -> dict[str, Any]:
    """What AWS calls a function with; webhooks go to `url`."""
    loaded = canned.event(_EVENTS[task])
    if task == "authorize":
        loaded["headers"]["authorization"] = f"Bearer {canned.API_KEY}"
        loaded["identitySource"] = [f"Bearer {canned.API_KEY}"]
    if task == "notify":
        (record,) = loaded["Records"]
        record["body"] = json.dumps(json.loads(record["body"]) | {"url": url + "/webhook"})
    return loaded


@cache
def _template() -> dict[str, Any]:
    return read((ROOT / "template.yaml").read_text())


def _values(url: str) -> Mapping[str, str]:
    """What CloudFormation would put in; a variable that is not here is a KeyError."""
    return {
        "POWERTOOLS_METRICS_NAMESPACE": "FinpayPayments-dev",
        "STAGE": "local",
        "PAYMENTS_TABLE": "payments",
        "QUARANTINE_TABLE": "quarantine",
        "CIRCUITS_TABLE": "circuits",
        "STOREFRONTS_TABLE": "storefronts",
        "DELIVERIES_TABLE": "deliveries",
        "FINPAY_SECRET": "finpay",
        "FINPAY_BASE_URL": url,
        "KEY_OVERLAP_DAYS": "7",
        "CALLBACK_BASE_URL": "",
        "SOURCES_OF_FUNDS": "finpaycode",
        "SIMULATED_CALLBACKS_QUEUE": "",
        "SYNC_QUEUE": url + "/123456789012/status-syncs",
        "WEBHOOKS_QUEUE": url + "/123456789012/webhooks",
        "WEBHOOK_PAUSES": "5,300,1800,7200,18000,36000,43200,43200,43200,43200,33895",
        "WEBHOOK_TARGETS": "loopback",
    }
